#!/usr/bin/python3 -B
"""calls.py RPCSIEVE FOLDER [EVIDENCE]: hold `rpcsieve calls` to both labels of each capture in FOLDER.

labels.json says what tshark sees in a capture (`requests`) and what the clients' own logs say they
called (`client`). All three must agree on transport, interface, operation and number; with the clients also
on how calls were protected, and on who called wherever the wire tells. Where the bytes show that a
label is wrong, or that a capture does not hold what the client called, EVIDENCE says so; an entry that is
no longer needed fails, too. So does a capture without label or without a case of FOLDER's suite.
"""

import collections
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml


def calls_of(program, capture):
    done = subprocess.run([program, "calls", capture], capture_output=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{program} exits with {done.returncode}: {done.stderr.decode()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def kind(call):
    return call["transport"], call["uuid"], call["opnum"]


def counted(labels):
    counts = collections.Counter()
    for label in labels:
        counts[kind(label)] += label["count"]
    return counts


def excused(evidence):
    """excused returns (missing, extra) of the evidence on one label: what it has beyond rpcsieve, and
    the other way round."""
    return [collections.Counter({tuple(row[:3]): row[3] for row in evidence.get(side, [])})
            for side in ("missing", "extra")]


def count_differences(name, got, want, evidence):
    """count_differences compares with one label; each line is a disagreement without its excuse, or
    an excuse without its disagreement."""
    found = []
    for side, differing, known in zip(("missing", "extra"), (want - got, got - want),
                                      excused(evidence)):
        found += [f"{n} calls {call} {side}, against {name}" for call, n in (differing - known).items()]
        found += [f"{n} calls {call} not {side} against {name} any more"
                  for call, n in (known - differing).items()]
    return found


def protection_differences(calls, client, strangers):
    """protection_differences compares levels and names of the calls that both sides know; strangers
    are names that the evidence knows the client not to tell."""
    levels, users = collections.defaultdict(set), collections.defaultdict(set)
    for label in client:
        levels[kind(label)].add(label["level"])
        users[kind(label)].add(label["user"].lower())
    found, unknown = set(), set()
    for call in calls:
        known, level, user = kind(call), call["auth"]["level"], call["user"]
        if known not in levels:
            continue
        if None not in levels[known] and level not in levels[known]:
            found.add(f"{known} is of level {level}, not {levels[known]}")
        if user["name"] and user["name"].lower() not in users[known]:
            unknown.add(user["name"])
    found |= {f"{name} is no user of the client's" for name in unknown - strangers}
    found |= {f"{name} is a user of the client's now" for name in strangers - unknown}
    return sorted(found)


def differences(calls, label, evidence):
    got = collections.Counter(map(kind, calls))
    found = count_differences("tshark", got, counted(label["requests"]), evidence.get("tshark", {}))
    if "client" in label:
        known = evidence.get("client", {})
        found += count_differences("client", got, counted(label["client"]), known)
        found += protection_differences(calls, label["client"], set(known.get("users", [])))
    return found


def strays(folder, labels):
    """strays names captures that are not everywhere: in the folder, in the labels, in the suite."""
    cases = {case["capture"] for case in yaml.safe_load((folder / "suite.yaml").read_text())}
    captures = {str(capture) for capture in folder.rglob("*.pcap*")}
    labelled = {str(folder / label["file"]) for label in labels}
    return sorted((captures | cases | labelled) - (captures & cases & labelled))


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    evidence = json.loads(Path(sys.argv[3]).read_text()) if len(sys.argv) > 3 else {}
    labels = json.loads((folder / "labels.json").read_text())
    if stray := strays(folder, labels):
        print("not everywhere: capture, case and label:", *stray, sep="\n    ")
        return 1
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda label: calls_of(program, folder / label["file"]), labels))
    failed = 0
    for label, calls in zip(labels, found):
        wrong = differences(calls, label, evidence.get(label["file"], {}))
        failed += bool(wrong)
        if wrong:
            print(label["file"], *(f"\n    {line}" for line in wrong), sep="")
    told = sum("client" in label for label in labels)
    print(f"{sum(map(len, found))} calls in {len(labels)} captures, {told} told by their clients, "
          f"{failed} captures differ")
    return 1 if failed or not labels else 0


if __name__ == "__main__":
    sys.exit(main())
