#!/usr/bin/env python3
"""The precise profile may not alert where rpcsieve's own matcher does not: each hand-made conversation is
run through both, with Suricata 7, and with Suricata 8 if RPCSIEVE_SURICATA8 says how to start one.

usage: precise_test.py RPCSIEVE"""
import json
import os
import subprocess
import sys
import tempfile

import calls_test
import sensor
from wire import pcap

SPEC = os.path.join(sensor.HERE, "precise.yaml")
# What docs/FIDELITY.md calls malformed: a bind without FIRST_FRAG makes Suricata 7 err.
MALFORMED = {"tcp, another interface, its bind without FIRST_FRAG"}
# So many conversations both report, at least; each version of the engine sees others.
FLOOR = {"suricata7": 26, "suricata8": 27}


def native(rpcsieve, capture, folder):
    """native gives (client port, detection) of each alert of the own matcher."""
    eve = os.path.join(folder, "native.json")
    subprocess.run([rpcsieve, "scan", capture, "-r", SPEC, "--eve", eve], check=True, capture_output=True)
    with open(eve) as lines:
        events = [json.loads(line) for line in lines]
    return {(event["src_port"], event["rpcsieve"]["id"]) for event in events if event["event_type"] == "alert"}


def compare(rpcsieve, target, suricata, capture, folder, truth, names):
    """compare gives how many alerts are true, and says which are not."""
    rules = os.path.join(folder, target + ".rules")
    said = sensor.compile_rules(rpcsieve, SPEC, "precise", rules, target=target)
    if said:
        sys.exit(said)
    found = {(port, identity) for port, identity, _ in sensor.alerts(rules, capture, suricata=suricata)}
    wrong = [names[port] for port, _ in sorted(found - truth) if names[port] not in MALFORMED]
    for name in wrong:
        print(f"{target}: alerts on what the native engine does not: {name}")
    right = len(found & truth)
    print(f"{target}: {right} of {len(truth)} found, {len(wrong)} wrong")
    return not wrong and right >= FLOOR[target]


def main():
    sensor.require()
    names, packets = {}, []
    for port, (name, conversation, _) in enumerate(calls_test.CASES, calls_test.FIRST_PORT):
        names[port] = name
        packets += calls_test.packets_of(conversation, port)
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "calls.pcap")
        with open(capture, "wb") as out:
            out.write(pcap(packets))
        truth = native(sys.argv[1], capture, folder)
        good = compare(sys.argv[1], "suricata7", ["suricata"], capture, folder, truth, names)
        if sensor.eight():
            good &= compare(sys.argv[1], "suricata8", sensor.eight(), capture, folder, truth, names)
        else:
            print("suricata8: skipped, RPCSIEVE_SURICATA8 names none")
    sys.exit(not good)


if __name__ == "__main__":
    main()
