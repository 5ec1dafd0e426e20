#!/usr/bin/python3 -B
"""quiet.py RPCSIEVE: on honest days detections of the profile core are silent, with the roles filled in.

The days are pcaps/benign, and three captures of administration that lie with the attacks they look like. Runs in the
repository's root.
"""

import json
import subprocess
import sys

DAYS = ["pcaps/benign", "pcaps/drsuapi/replication-status.pcap", "pcaps/netlogon/secure-channel.pcap",
        "pcaps/svcctl/service-list.pcap"]
ROLES = ["--var", "DOMAIN_CONTROLLERS=10.77.0.10,10.77.0.20"]


def events(program, *options):
    done = subprocess.run([program, "scan", *DAYS, "-r", "rules", "--eve", "-", *options], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def alerts(found):
    return sorted((event["pcap_filename"], event["rpcsieve"]["detection"])
                  for event in found if event["event_type"] == "alert")


def main():
    found = events(sys.argv[1], "--only", "core", *ROLES)
    calls = found[-1]["rpcsieve"]["calls"]
    loud = alerts(found)
    print(f"{calls} calls, {len(loud)} alerts of core detections", *loud, sep="\n    ")
    # The days are no empty ones: what is only for hunting finds much in them.
    return 1 if loud or calls < 200 or len(alerts(events(sys.argv[1], *ROLES))) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
