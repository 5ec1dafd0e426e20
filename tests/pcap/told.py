#!/usr/bin/python3 -B
"""told.py FOLDER EVIDENCE: hold the alerts that a suite wants to what the captures' clients say they called.

A suite's expectations may be written by looking at what the matcher finds; then nothing would show that
the matcher is wrong. Here the program has no part: labels.json says what each client called by its own log,
tests/rules/operations.txt which operations a detection watches. A detection that asks for operations and nothing
else must alert once for each such call; one that asks for more, not more often; a sequence or a threshold,
only where its calls were made. EVIDENCE says which of a client's calls its capture does not hold.

Runs in the repository's root.
"""

import collections
import json
import re
import sys
from pathlib import Path

import yaml

SEEN_BY_OPERATION = {"interface", "operation", "version", "any"}


def uuids_by_name():
    """uuids_by_name reads the catalogue, in which one name may stand for several versions."""
    rows = [line.split("\t") for line in Path("compiler/catalog/interfaces.tsv").read_text().splitlines()
            if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def watched(uuids):
    """watched gives for each detection its steps, each a list of (UUID, first, last), and its threshold."""
    out = {}
    for line in Path("tests/rules/operations.txt").read_text().splitlines():
        name, rest = line.split(":", 1)
        threshold = re.search(r" x(\d+)$", rest)
        steps = []
        for step in rest[:threshold.start() if threshold else None].split(" ->"):
            calls = []
            for alternative in step.split(","):
                words = alternative.split()
                uuid = uuids.get(words[0], words[0]) if words else ""
                ranges = [re.fullmatch(r"(\d+)(?:-(\d+))?", word) for word in words[1:]]
                calls += [(uuid, int(m[1]), int(m[2] or m[1])) for m in ranges if m]
            steps.append(calls)
        out[name] = steps, int(threshold[1]) if threshold else 1
    return out


def plain_detections():
    """plain_detections names those that ask for operations and nothing else."""
    plain = set()
    for path in Path("rules").glob("*/*.yaml"):
        for detection in yaml.safe_load(path.read_text())["detections"]:
            call = detection["when"].get("call", {"no": "call"})
            keys = set(call).union(*call.get("any", []))
            if keys <= SEEN_BY_OPERATION and "count" not in detection and "to" not in detection["when"]:
                plain.add(detection["name"])
    return plain


def told(label, evidence):
    """told counts a client's calls by (UUID, operation), as far as the capture holds them."""
    calls = collections.Counter()
    for call in label["client"]:
        calls[call["uuid"], call["opnum"]] += call["count"]
    for _, uuid, opnum, count in evidence.get("missing", []):
        calls[uuid, opnum] -= count
    for _, uuid, opnum, count in evidence.get("extra", []):
        calls[uuid, opnum] += count
    return calls


def number_of(calls, step):
    """number_of counts the calls that a step waits for, and those whose interface the capture does not tell."""
    return [sum(count for (uuid, opnum), count in calls.items()
                if any(uuid in of and first <= opnum <= last for of, first, last in allowed))
            for allowed in ([([known], *range_) for known, *range_ in step],
                            [([known, None], *range_) for known, *range_ in step])]


def differences(calls, alerts, steps_of, plain):
    found = []
    for name, count in alerts.items():
        steps, threshold = steps_of[name]
        if len(steps) == 1 and steps[0] and threshold == 1:
            made, at_most = number_of(calls, steps[0])
            if not (made if name in plain else 0) <= count <= at_most:
                found.append(f"{count} alerts of {name}, {made} calls")
        for step in steps:
            if step and number_of(calls, step)[1] < threshold:
                found.append(f"{name} without its calls")
    for name in plain - alerts.keys():
        if made := number_of(calls, steps_of[name][0][0])[0]:
            found.append(f"{made} calls, no alert of {name}")
    return found


def main():
    folder, evidence = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    steps_of, plain = watched(uuids_by_name()), plain_detections()
    labels = {label["file"]: label for label in json.loads((folder / "labels.json").read_text())}
    failed = alerts_told = 0
    for case in yaml.safe_load((folder / "suite.yaml").read_text()):
        file = str(Path(case["capture"]).relative_to(folder))
        alerts = collections.Counter()
        for alert in case.get("alerts", []):
            alerts[alert["detection"]] += alert.get("count", 1)
        if "client" not in labels[file]:
            continue
        alerts_told += alerts.total()
        known = evidence.get(file, {}).get("client", {})
        wrong = differences(told(labels[file], known), alerts, steps_of, plain)
        failed += bool(wrong)
        if wrong:
            print(file, *(f"\n    {line}" for line in wrong), sep="")
    print(f"{alerts_told} alerts, {failed} captures differ")
    return 1 if failed or not alerts_told else 0


if __name__ == "__main__":
    sys.exit(main())
