#!/usr/bin/python3 -B
"""run_suite.py RPCSIEVE SUITE: scan the captures of a suite and compare the records with it.

Also compares `rpcsieve calls` with the labels beside the suite, which are tshark's reading of the
captures, and wants a case and a label for each capture that lies there.
"""

import collections
import json
import subprocess
import sys
from pathlib import Path

import yaml

import suite


def records(*command):
    """records runs the program and returns the JSON objects that it prints."""
    done = subprocess.run(command, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{command} exits with {done.returncode}: {done.stderr.decode()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def label_differences(label, calls):
    """label_differences compares calls by transport, interface and operation with tshark's."""
    got = collections.Counter((c["transport"], c["uuid"], c["opnum"]) for c in calls)
    want = collections.Counter()
    for request in label["requests"]:
        want[request["transport"], request["uuid"], request["opnum"]] += request["count"]
    return [f"{n} calls {call} that tshark does not see" for call, n in (got - want).items()] + \
           [f"{n} calls {call} missing" for call, n in (want - got).items()]


def check(program, case, label):
    """check returns all that is wrong with one case."""
    wrong = suite.malformed(case)
    if wrong:
        return wrong
    events = records(program, "scan", case["capture"], "-r", case["rules"], "--eve", "-")
    calls = records(program, "calls", case["capture"])
    return suite.differences(case, events, calls) + label_differences(label, calls)


def main():
    program, path = sys.argv[1], Path(sys.argv[2])
    cases = {case["capture"]: case for case in yaml.safe_load(path.read_text())}
    labels = {str(path.parent / label["file"]): label
              for label in json.loads((path.parent / "labels.json").read_text())}
    captures = {str(capture) for capture in path.parent.rglob("*.pcap*")}
    failed = 0
    for capture in sorted(captures | cases.keys() | labels.keys()):
        known = capture in captures and capture in cases and capture in labels
        wrong = check(program, cases[capture], labels[capture]) if known else \
            ["not everywhere: capture, case and label"]
        failed += bool(wrong)
        print("FAIL" if wrong else "ok  ", capture, *(f"\n       {line}" for line in wrong))
    print(f"{len(captures)} captures, {failed} failed")
    return 1 if failed or not captures else 0


if __name__ == "__main__":
    sys.exit(main())
