#!/usr/bin/python3 -B
"""check.py calls|alerts|core|users|records|endpoints RPCSIEVE SHARED: hold the program to the captures in SHARED.

calls    `rpcsieve calls` finds what tshark finds: SHARED/accept/calls_diff.py
alerts   each capture raises the alerts that its label explains, and no others of their detections
core     detections of the profile core alert where core.tsv says, and are quiet everywhere else
users    each call is of a user whom tshark sees on its connection: ../pcap/who.py
records  one scan over all captures, some of them malformed: it survives, and every record is valid
         by Suricata's own schema: SHARED/accept/eve_valid.py
endpoints  `rpcsieve endpoints` names the ports and pipes that tshark, if it is installed, finds
"""

import collections
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "pcap"))
import who  # noqa: E402

SKIPPED = 77

LSARPC = "12345778-1234-abcd-ef00-0123456789ab"
DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003"

# Detections without stub conditions: every call of these operations alerts, sealed or not.
BY_OPERATION = {
    "dcsync": (DRSUAPI, {3}),
    "lsa-private-data-read": (LSARPC, {43, 141}),
    "lsa-secret-query": (LSARPC, {30, 136, 139}),
    "service-created-remotely": (SVCCTL, {12, 24, 44, 45, 60}),
}

# Detections with stub conditions: what tshark shows in these captures. All others hold none.
#   dce-iface-many: three challenges and three credentials of zeros, in clear
#   zerologon_mimikatz: 96 challenges and 96 authentications, sealed: what they hold cannot be read
#   CredAccess_BackupMasterKey: four retrievals of G$BCKUPKEY_*, their bind not captured
BY_CAPTURE = {
    "OISF+suricata-verify/dcerpc-dce-iface-many.pcap": {"zerologon-attempt": 6},
    "sbousseaden+PCAP-ATTACK/zerologon_mimikatz_ntlm_privacy_scan_and_exploit_encrypted.pcapng":
        {"zerologon-attempt": 192},
    "sbousseaden+PCAP-ATTACK/CredAccess_BackupMasterKey_LSARPC_43_RetrievePrivateData.pcapng":
        {"dpapi-backup-key-read": 4},
}


# What the labels can explain; of other detections nothing is asked here.
EXPLAINED = BY_OPERATION.keys() | {name for names in BY_CAPTURE.values() for name in names}


def run(allowed, *command):
    """run runs the program; a status that is not allowed, a crash among them, ends the test."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in allowed:
        raise SystemExit(f"{command} exits with {done.returncode}:\n{done.stderr[-4000:]}")


def compile_rules(program, folder):
    run({0}, program, "compile", "rules", "-t", "native", "-o", folder / "rules.db")
    return folder / "rules.db"


def scan(program, captures, database, eve):
    """scan returns the EVE records of captures, which are left in the file eve."""
    run({0, 2}, program, "scan", *captures, "-r", database, "--eve", eve)  # 2: one is damaged
    return [json.loads(line) for line in Path(eve).read_text().splitlines()]


def explained(label):
    """explained counts the alerts that a capture must raise, by detection."""
    wanted = collections.Counter(BY_CAPTURE.get(label["file"], {}))
    for request in label["requests"]:
        for detection, (uuid, opnums) in BY_OPERATION.items():
            if request["uuid"] == uuid and request["opnum"] in opnums:
                wanted[detection] += request["count"]
    return wanted


def calls(program, shared, _):
    return subprocess.run(["/usr/bin/python3", shared / "accept/calls_diff.py", program,
                           shared / "captures/public/labels.json",
                           shared / "captures/public"]).returncode


def alerts(program, shared, folder):
    """alerts scans each labelled capture, and all others together: these hold nothing."""
    public = shared / "captures/public"
    cases = [([public / label["file"]], explained(label))
             for label in json.loads((public / "labels.json").read_text())]
    cases.append(([shared / "captures/background"], collections.Counter()))
    database, failed = compile_rules(program, folder), 0
    for captures, wanted in cases:
        events = scan(program, captures, database, folder / "eve.json")
        got = collections.Counter(event["rpcsieve"]["detection"] for event in events
                                  if event["event_type"] == "alert"
                                  and event["rpcsieve"]["detection"] in EXPLAINED)
        if got != wanted:
            failed += 1
            print(f"{captures[0]}: {dict(got)} instead of {dict(wanted)}")
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed else 0


def core(program, shared, folder):
    """core holds every alert of core detections, over all captures, to a list that was read by hand."""
    run({0, 2}, program, "scan", shared / "captures", "-r", "rules", "--only", "core", "--eve", folder / "eve.json")
    got = collections.Counter()
    for event in map(json.loads, (folder / "eve.json").read_text().splitlines()):
        if event["event_type"] == "alert":
            capture = Path(event["pcap_filename"]).relative_to(shared / "captures")
            got[str(capture), event["rpcsieve"]["detection"]] += 1
    lines = Path(__file__).with_name("core.tsv").read_text().splitlines()
    want = collections.Counter({(capture, detection): int(count)
                                for capture, detection, count, _ in (line.split("\t") for line in lines[1:])})
    for name, differences in ("more", got - want), ("less", want - got):
        for (capture, detection), count in sorted(differences.items()):
            print(f"{capture}: {count} {name} of {detection}")
    print(f"{got.total()} alerts of core detections")
    return 1 if got != want else 0


def users(program, shared, _):
    return 1 if who.run(program, shared / "captures/public") else 0


def records(program, shared, folder):
    database = compile_rules(program, folder)
    events = scan(program, [shared / "captures"], database, folder / "eve.json")
    print(f"{len(events)} records of one scan over all captures")
    return subprocess.run(["/usr/bin/python3", shared / "accept/eve_valid.py",
                           folder / "eve.json"]).returncode


def dissected(capture):
    """dissected counts the TCP and UDP ports and the pipes in answers of endpoint mappers."""
    fields = ("tcp", "epm.proto.tcp_port"), ("udp", "epm.proto.udp_port"), ("smb", "epm.proto.named_pipe")
    done = subprocess.run(["tshark", "-r", capture, "-Y", "epm && dcerpc.pkt_type == 2", "-T",
                           "fields", *(x for _, field in fields for x in ("-e", field))],
                          capture_output=True, text=True)
    found = collections.Counter()
    for line in done.stdout.splitlines():
        for (protocol, _), values in zip(fields, line.split("\t")):
            for value in filter(None, values.lower().split(",")):
                if protocol == "smb" and not value.startswith("\\pipe\\"):
                    continue  # a local one
                found[protocol, value.removeprefix("\\pipe\\")] += 1
    return found


def endpoints(program, shared, folder):
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return SKIPPED
    public, failed, named = shared / "captures/public", 0, 0
    for label in json.loads((public / "labels.json").read_text()):
        capture = public / label["file"]
        done = subprocess.run([program, "endpoints", capture], capture_output=True, text=True)
        got = collections.Counter()
        for record in map(json.loads, done.stdout.splitlines()):
            got[record["protocol"], str(record["port"] or record["pipe"])] += 1
        want, named = dissected(capture), named + got.total()
        if got != want or done.returncode not in (0, 2):
            failed += 1
            print(f"{capture}: {dict(got - want)} more, {dict(want - got)} less than tshark")
    print(f"{named} endpoints, {failed} captures differ")
    return 1 if failed or named == 0 else 0


def main():
    check, program, shared = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if not (shared / "captures/public/labels.json").is_file():
        print(f"skipped: there are no captures in {shared}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        return {"calls": calls, "alerts": alerts, "core": core, "users": users, "records": records,
                "endpoints": endpoints}[check](
            program, shared.resolve(), Path(folder))


if __name__ == "__main__":
    sys.exit(main())
