"""The comparison of a capture's records with its case of a suite (pcaps/README.md)."""

import collections
import ipaddress

CASE_KEYS = {"capture", "rules", "calls", "outcomes", "users", "alerts", "quiet", "anomalies",
             "origin"}

# Where a condition is found in an alert, if not under `rpcsieve` by its own name.
PATHS = {"outcome": ("rpcsieve", "outcome", "result"), "status": ("rpcsieve", "outcome", "status"),
         "user": ("rpcsieve", "user", "name"), "client": ("src_ip",), "server": ("dest_ip",)}
ADDRESSES = {"client", "server"}


def value(alert, key):
    """value returns what the alert says of key, None if it says nothing."""
    for name in PATHS.get(key, ("rpcsieve", key)):
        alert = alert.get(name) if isinstance(alert, dict) else None
    return ipaddress.ip_address(alert) if key in ADDRESSES and alert else alert


def fits(alert, wanted):
    """fits tells whether the alert is of the wanted detection and meets all its conditions."""
    conditions = {key: want for key, want in wanted.items() if key != "count"}
    return all(value(alert, key) == (ipaddress.ip_address(want) if key in ADDRESSES else want)
               for key, want in conditions.items())


def malformed(case):
    """malformed returns what is wrong with the case itself, so that a slip in it cannot pass."""
    wrong = [f"unknown key {key}" for key in sorted(case.keys() - CASE_KEYS)]
    wrong += [f"no {key}" for key in ("capture", "rules", "origin") if not case.get(key)]
    if bool(case.get("alerts")) == bool(case.get("quiet")):
        wrong.append("either alerts or quiet")
    return wrong


def print_user(user):
    r"""print_user returns LAB\alice@CL1, LAB.TEST cifs/dc1, or nobody; "machine" follows if it is one."""
    name, domain, workstation = (user[key] or "" for key in ("name", "domain", "workstation"))
    words = [f"{domain}\\{name}@{workstation}"] if name or domain or workstation else []
    words += [user[key] for key in ("realm", "service") if user[key]]
    return " ".join(words + ["machine"] * user["machine"]) or "nobody"


def differences(case, events, calls):
    """differences compares EVE events and the lines of calls with the case: one line each."""
    alerts = [event for event in events if event["event_type"] == "alert"]
    kinds = collections.Counter(event["event_type"] for event in events)
    found = []
    for wanted in case.get("alerts", []):
        count = sum(fits(alert, wanted) for alert in alerts)
        if count != wanted.get("count", 1):
            found.append(f"{count} alerts instead of {wanted}")
    for alert in alerts:
        if not any(fits(alert, wanted) for wanted in case.get("alerts", [])):
            found.append(f"unexpected alert {alert['rpcsieve']}")
    for kind, want in (("anomaly", case.get("anomalies", 0)), ("stats", 1)):
        if kinds[kind] != want:
            found.append(f"{kinds[kind]} {kind} events instead of {want}")
    if "calls" in case and len(calls) != case["calls"]:
        found.append(f"{len(calls)} calls instead of {case['calls']}")
    for key, kind in (("outcomes", lambda call: call["outcome"]["result"]),
                      ("users", lambda call: print_user(call["user"]))):
        if key in case and (got := collections.Counter(map(kind, calls))) != case[key]:
            found.append(f"{key} {dict(got)} instead of {case[key]}")
    return found
