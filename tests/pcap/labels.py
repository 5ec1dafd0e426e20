#!/usr/bin/python3 -B
"""labels.py RPCSIEVE SUITE: compare `rpcsieve calls` with the labels beside a suite, tshark's reading.

Also wants a case and a label for each capture that lies there.
"""

import collections
import json
import subprocess
import sys
from pathlib import Path

import yaml


def calls(program, capture):
    """calls returns the lines that the program prints."""
    done = subprocess.run([program, "calls", capture], capture_output=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{capture}: exit status {done.returncode}: {done.stderr.decode()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(label, found):
    """differences compares calls by transport, interface and operation with tshark's."""
    got = collections.Counter((c["transport"], c["uuid"], c["opnum"]) for c in found)
    want = collections.Counter()
    for request in label["requests"]:
        want[request["transport"], request["uuid"], request["opnum"]] += request["count"]
    return [f"{n} calls {call} that tshark does not see" for call, n in (got - want).items()] + \
           [f"{n} calls {call} missing" for call, n in (want - got).items()]


def main():
    program, path = sys.argv[1], Path(sys.argv[2])
    cases = {case["capture"] for case in yaml.safe_load(path.read_text())}
    labels = {str(path.parent / label["file"]): label
              for label in json.loads((path.parent / "labels.json").read_text())}
    captures = {str(capture) for capture in path.parent.rglob("*.pcap*")}
    failed = 0
    for capture in sorted(captures | cases | labels.keys()):
        known = capture in captures and capture in cases and capture in labels
        wrong = differences(labels[capture], calls(program, capture)) if known else \
            ["not everywhere: capture, case and label"]
        failed += bool(wrong)
        print("FAIL" if wrong else "ok  ", capture, *(f"\n       {line}" for line in wrong))
    print(f"{len(captures)} captures, {failed} failed")
    return 1 if failed or not captures else 0


if __name__ == "__main__":
    sys.exit(main())
