#!/usr/bin/env python3
"""The forge's matrix: every transport with every evasion, read by rpcsieve, tshark and Suricata.

usage: forge_matrix_test.py RPCSIEVE [--update]

rpcsieve must report each call once, with the right interface, and alert as the suite says that is
forged along. tshark must read what was meant. What Suricata makes of it is written down in
forge_matrix.txt, the table that this prints: any change of it fails. --update writes it anew."""
import collections
import datetime
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import sensor
import yaml

SPEC = os.path.join(sensor.HERE, "forge.yaml")
TABLE = os.path.join(sensor.HERE, "forge_matrix.txt")
TRANSPORTS = ["tcp", "udp", "smb1-trans", "smb1-write", "smb2-ioctl", "smb2-write-read", "smb311"]
WANTED = {  # of each detection: interface and operation
    "backup-key-read": ("12345778-1234-abcd-ef00-0123456789ab", 43),
    "service-created": ("367abb81-9844-35f1-ad32-98f038001003", 12),
}
IDS = {"00000000-0000-4000-8000-0000000000f1": "backup-key-read",
       "00000000-0000-4000-8000-0000000000f2": "service-created"}
NEIGHBOUR = ("4b324fc8-1670-01d3-1278-5a47bf6ee188", 28)
WITH_NEIGHBOUR = {"coalesced", "two-pipes", "other-context", "fault-first"}
KNOWN_BY = {"rejected": "rejected", "one-direction": "offered"}

# Where tshark reads something else than was meant, and why; one that heals fails.
TSHARK = {
    **{(transport, "segments-1"): "fewer than four bytes of a session message are taken for the rest of another"
       for transport in TRANSPORTS[2:]},
    ("smb1-write", "one-direction"): "only the server's answers say that a file of SMB1 is a pipe",
    ("udp", "duplicated"): "a datagram that comes twice is shown twice",
}

# tshark waits for ever for bytes that are not in the capture, or takes segments as they come.
LOSING = {"no-bind", "one-direction"}

RPC_PORT = 49664
SECONDS = 100  # between the captures that are merged to one


def native_call(detection, transport, evasion):
    """native_call is how rpcsieve must report the call: interface, opnum, known_by."""
    uuid, opnum = WANTED[detection]
    if evasion == "no-bind":
        return (uuid, opnum, "pipe") if transport.startswith("smb") else (None, opnum, "unknown")
    # A request over UDP names its interface itself.
    known_by = "bound" if transport == "udp" else KNOWN_BY.get(evasion, "bound")
    return uuid, opnum, known_by


def wanted_calls(detection, transport, evasion):
    neighbour = [(*NEIGHBOUR, "bound")] if evasion in WITH_NEIGHBOUR else []
    return neighbour + [native_call(detection, transport, evasion)]


def lines(*command):
    done = subprocess.run(command, capture_output=True, timeout=300)
    if done.returncode:
        sys.exit(f"{command} exits with {done.returncode}: {done.stderr.decode()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def cell(path):
    """cell takes apart the path of a forged capture: detection, transport, evasion."""
    detection, name = path[:-len(".pcap")].split("/")[-2:]
    transport = next(t for t in TRANSPORTS if name.startswith(t + "-"))
    return detection, transport, name[len(transport) + 1:]


class Native:
    """What rpcsieve reports of a folder of captures: the number of right calls, and what is wrong."""

    def __init__(self, rpcsieve, folder):
        calls = collections.defaultdict(list)
        for call in lines(rpcsieve, "calls", folder):
            calls[cell(call["file"])].append((call["uuid"], call["opnum"], call["known_by"]))
        self.counts = {where: found.count(native_call(*where)) for where, found in calls.items()}
        self.wrong = [f"{' '.join(where)}: rpcsieve: calls {found}" for where, found in calls.items()
                      if found != wanted_calls(*where)]
        # The alerts are as the suite says that was forged along.
        done = subprocess.run([rpcsieve, "test", folder + "/suite.yaml", "--native"], capture_output=True, text=True)
        self.wrong += [done.stdout + done.stderr] * (done.returncode != 0)


def packets_of(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", data, at)
        yield seconds, fraction, data[at + 16:at + 16 + size]
        at += 16 + size


def merge(paths, out):
    """merge writes captures one behind the other, SECONDS apart, and gives the time of the first."""
    start = None
    with open(out, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for n, path in enumerate(paths):
            for seconds, fraction, packet in packets_of(path):
                start = start or seconds
                file.write(struct.pack("<IIII", seconds + n * SECONDS, fraction, len(packet), len(packet)) + packet)
    return start


def first(element, *names):
    return next((f.get("show") for f in element.iter("field") if f.get("name") in names), None)


def tshark_calls(capture, waits):
    """tshark_calls yields time, interface and opnum of each request whose beginning tshark reads."""
    reader = subprocess.Popen(
        ["tshark", "-r", capture, "-Y", "dcerpc", "-T", "pdml", "-d", f"tcp.port=={RPC_PORT},dcerpc",
         "-o", f"tcp.reassemble_out_of_order:{waits}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    contexts = {}
    for _, packet in xml.iterparse(reader.stdout):
        if packet.tag != "packet":
            continue
        time = float(first(packet, "frame.time_epoch"))
        handle = first(packet, "tcp.stream", "udp.stream"), first(packet, "smb2.fid", "smb.fid")
        for pdu in packet.iter("proto"):
            if pdu.get("name") == "dcerpc":
                yield from ((time, *call) for call in requests_of(pdu, handle, contexts))
        packet.clear()
    if reader.wait():
        sys.exit(f"tshark cannot read {capture}")


def requests_of(pdu, handle, contexts):
    kind = first(pdu, "dcerpc.pkt_type")
    if kind in ("11", "14"):
        for item in pdu.iter("field"):
            if item.get("name") == "dcerpc.cn_ctx_item":
                contexts[handle, first(item, "dcerpc.cn_ctx_id")] = first(item, "dcerpc.cn_bind_to_uuid")
    elif kind == "0" and first(pdu, "dcerpc.cn_flags.first_frag") == "1":
        yield contexts.get((handle, first(pdu, "dcerpc.cn_ctx_id"))), int(first(pdu, "dcerpc.opnum"))
    elif kind == "0" and first(pdu, "dcerpc.dg_frag_num") == "0":
        yield first(pdu, "dcerpc.dg_if_id"), int(first(pdu, "dcerpc.opnum"))


def epoch(timestamp):
    return datetime.datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def suricata_alerts(rules, capture):
    """suricata_alerts yields time and detection of each alert; checksums count."""
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(["suricata", "-c", sensor.CONFIG, "-r", capture, "-S", rules, "-l", logs, "-k", "all",
                               "--runmode", "single"], capture_output=True, text=True)
        said = sensor.complaints(done.stdout + done.stderr)
        if done.returncode or said:
            sys.exit("\n".join(said) or f"suricata: exit status {done.returncode}")
        with open(os.path.join(logs, "eve.json")) as events:
            for event in map(json.loads, events):
                if event["event_type"] == "alert":
                    yield epoch(event["timestamp"]), IDS[event["alert"]["metadata"]["rpcsieve_id"][0]]


class Peers:
    """What tshark and Suricata make of the captures of one detection."""

    def __init__(self, detection, paths, rules, scratch):
        merged = scratch + "/merged.pcap"
        start = merge(paths, merged)
        cells = [cell(path) for path in paths]
        self.read, self.alerted = collections.defaultdict(list), collections.Counter()
        for waits in True, False:
            for time, *call in tshark_calls(merged, str(waits).upper()):
                where = cells[int(time - start) // SECONDS]
                if waits != (where[2] in LOSING):
                    self.read[where].append(tuple(call))
        for time, name in suricata_alerts(rules, merged):
            self.alerted[cells[int(time - start) // SECONDS]] += name == detection
        self.cells = cells

    def wrong(self):
        """wrong gives where tshark does not read what was meant, against what is known of it."""
        for where in self.cells:
            detection, transport, evasion = where
            want = [call[:2] for call in wanted_calls(*where)]
            if evasion == "no-bind":
                want = [(None, call[1]) for call in want]
            if (self.read[where] != want) != ((transport, evasion) in TSHARK):
                yield f"{' '.join(where)}: tshark reads {self.read[where]}"


def table_of(detection, native, peers):
    """table_of prints a row for each evasion: calls by rpcsieve, calls by tshark, Suricata's alert."""
    opnum = WANTED[detection][1]
    evasions = list(dict.fromkeys(evasion for _, _, evasion in peers.cells))
    out = [f"{detection:18}" + "".join(f"{transport:>16}" for transport in TRANSPORTS)]
    for evasion in evasions:
        row = f"  {evasion:16}"
        for transport in TRANSPORTS:
            where = detection, transport, evasion
            if where not in native.counts:
                row += f"{'.':>16}"
                continue
            tshark = sum(call[1] == opnum for call in peers.read[where])
            row += f"{native.counts[where]:>12} {tshark} {'A' if peers.alerted[where] else '-'}"
        out.append(row)
    return "\n".join(out) + "\n"


def main():
    rpcsieve, update = sys.argv[1], "--update" in sys.argv
    with tempfile.TemporaryDirectory() as scratch:
        folder, rules = scratch + "/forged", scratch + "/out.rules"
        subprocess.run([rpcsieve, "forge", SPEC, "-o", folder], check=True, capture_output=True)
        native = Native(rpcsieve, folder)
        print(*native.wrong, sep="\n")
        if native.wrong or not native.counts:
            sys.exit(1)
        sensor.require()
        said = sensor.compile_rules(rpcsieve, SPEC, "coverage", rules)
        if said or not shutil.which("tshark"):
            sys.exit(said or "needs tshark")
        with open(folder + "/suite.yaml") as text:
            paths = [case["capture"] for case in yaml.safe_load(text)]
        text, wrong = "", []
        for detection in WANTED:
            peers = Peers(detection, [path for path in paths if cell(path)[0] == detection], rules, scratch)
            text += table_of(detection, native, peers)
            wrong += peers.wrong()
    print(text, *wrong, sep="\n")
    if update:
        with open(TABLE, "w") as out:
            out.write(text)
    with open(TABLE) as known:
        if known.read() != text:
            wrong.append("the table is not that of forge_matrix.txt")
            print(wrong[-1])
    sys.exit(bool(wrong))


main()
