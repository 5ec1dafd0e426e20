#!/usr/bin/env python3
"""The shipped rules on the captures of pcaps/, in the real Suricata: each detection must alert where
the suite wants it (pcaps/README.md), in whatever form, and nowhere else.

usage: captures_test.py RPCSIEVE RULES SUITE     from the folder that the suite's paths begin at"""
import collections
import sys
import tempfile

import sensor
import yaml

# Where Suricata differs, and why. A case that heals fails: take it out then.
KNOWN = {
    ("pcaps/lsarpc/dpapi-tcp-fragments.pcap", "dpapi-backup-key-read"):
        "the secret's name is cut by fragments, which Suricata 7 does not join on TCP",
}


def names(rules):
    """names maps the id of each detection to its name, as the compiler's rules have them."""
    found = {}
    for path in rules:
        with open(path) as text:
            found.update({entry["id"]: entry["name"] for entry in yaml.safe_load(text).get("detections", [])})
    return found


def fired(rules, capture):
    """fired gives, for the id of each detection that alerted, its forms."""
    forms = collections.defaultdict(set)
    for _, identity, form in sensor.alerts(rules, capture):
        forms[identity].add(form)
    return forms


def main():
    sensor.require()
    rpcsieve, folder, suite, *specs = sys.argv[1:]
    of_id = names(specs)
    with open(suite) as text:
        cases = yaml.safe_load(text)
    failed, alerts = 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        rules = scratch + "/out.rules"
        said = sensor.compile_rules(rpcsieve, folder, "coverage", rules)
        if said:
            sys.exit(said)
        for case in cases:
            got = {of_id[identity]: forms for identity, forms in fired(rules, case["capture"]).items()}
            wanted = {entry["detection"] for entry in case.get("alerts", [])}
            alerts += len(wanted & got.keys())
            for detection in sorted(wanted | got.keys()):
                differs = (detection in wanted) != (detection in got)
                if differs != ((case["capture"], detection) in KNOWN):
                    failed += 1
                    print(f"{case['capture']}: {detection}: {'wanted' if detection in wanted else 'not wanted'}, "
                          f"got {sorted(got.get(detection, []))}")
    print(f"{len(cases)} captures, {alerts} detections alerted, {failed} differ, {len(KNOWN)} are known to")
    sys.exit(failed > 0 or alerts == 0)


main()
