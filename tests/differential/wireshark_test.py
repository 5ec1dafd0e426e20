"""The display filters in the real tshark: it takes each of them, they show the calls that rpcsieve's own
matcher alerts on, and the table of dissectors is what tshark has.

    wireshark_test.py RPCSIEVE SPECS...

Specs with mistakes, among the golden ones, have no filters. Runs in the repository's root."""
import collections
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import wire

SKIPPED = 77
INTERFACES = "compiler/catalog/interfaces.tsv"
# Each detection on the captures that were made for it, and on some of other traffic.
SHOWN = {
    "dpapi-backup-key-read": ["lsarpc/dpapi-tcp", "lsarpc/dpapi-smb1", "lsarpc/dpapi-smb2", "lsarpc/dpapi-smb2-ipv6",
                              "lsarpc/dpapi-smb2-big-endian", "lsarpc/dpapi-smb2-fragments",
                              "lsarpc/dpapi-smb2-midstream", "lsarpc/dpapi-smb2-sealed", "lsarpc/dpapi-tcp-sealed",
                              "lsarpc/private-data-other", "benign/administration"],
    "dpapi-backup-key-secret-query": ["lsarpc/secret-open", "lsarpc/secret-other"],
    "dcsync": ["drsuapi/dcsync", "drsuapi/replication-status"],
    "service-created-remotely": ["svcctl/service-create", "svcctl/service-list"],
    "zerologon-attempt": ["netlogon/zerologon-smb2", "netlogon/zerologon-tcp", "netlogon/secure-channel"],
}


def tshark(capture, *more):
    done = subprocess.run(["tshark", "-r", capture, *more], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "as user" not in line]
    return done.stdout, "" if done.returncode == 0 else " ".join(said)


def filters(rpcsieve, *specs):
    """filters compiles specs and gives the filter of each detection by its name."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "filters")
        done = subprocess.run([rpcsieve, "compile", *specs, "-t", "wireshark", "-o", out], capture_output=True)
        if done.returncode:
            return {}
        with open(out) as file:
            lines = file.read().splitlines()
    return {comment[2:].split(":")[0]: text for comment, text in zip(lines[::2], lines[1::2])}


def native_alerts(rpcsieve, capture):
    done = subprocess.run([rpcsieve, "scan", capture, "-r", "rules", "--eve", "-"], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if '"event_type":"alert"' in line.replace(" ", "")]
    return collections.Counter(name for line in lines for name in SHOWN
                               if f'"detection":"{name}"' in line.replace(" ", ""))


def check_accepted(rpcsieve, specs, empty):
    faults = []
    for spec in specs:
        for name, text in filters(rpcsieve, spec).items():
            _, said = tshark(empty, "-Y", text)
            faults += [f"{spec}: {name}: {said}"] if said else []
    return faults


def check_shown(rpcsieve):
    shipped, faults = filters(rpcsieve, "rules"), []
    for name, captures in SHOWN.items():
        for capture in (f"pcaps/{capture}.pcap" for capture in captures):
            out, _ = tshark(capture, "-Y", shipped[name], "-T", "fields", "-e", "frame.number")
            shown, wanted = len(out.split()), native_alerts(rpcsieve, capture)[name]
            faults += [f"{capture}: {name}: {shown} frames, {wanted} alerts"] if shown != wanted else []
    return faults


def catalogue():
    with open(INTERFACES) as file:
        return [line.split("\t")[:3] for line in file if not line.startswith("#")]


def every_interface():
    """every_interface is a capture of a bind and a call of each interface, each from a port of its own."""
    packets = []
    for n, (uuid, version, _) in enumerate(catalogue()):
        major, minor = version.split(".")
        talk = wire.Tcp(10000 + n, 30000 + n)
        talk.say(True, wire.bind((0, uuid, int(major) | int(minor) << 16, wire.NDR)))
        talk.say(False, wire.bind_ack(0)).say(True, wire.request(0, bytes(range(64))))
        packets += talk.close()
    return wire.pcap(packets)


def seen_by_tshark(capture):
    """seen_by_tshark gives the protocol and the field of the operation's number, by the client's port."""
    out, said = tshark(capture, "-T", "pdml", "-Y", "dcerpc.pkt_type == 0")
    if said:
        raise RuntimeError(said)
    seen = {}
    for packet in xml.etree.ElementTree.fromstring(out).iter("packet"):
        fields = {field.get("name"): field.get("show") for field in packet.iter("field")}
        opnum = [name for name in fields if name and name.endswith(".opnum") and name != "dcerpc.opnum"]
        protocols = {protocol.get("name") for protocol in packet.findall("proto")}
        seen[int(fields["tcp.srcport"])] = (protocols, opnum, "dcerpc.unknown_if_id" in fields)
    return seen


def check_dissectors(rpcsieve, folder):
    """check_dissectors compares the filter of each interface with what tshark has for it."""
    capture, spec = os.path.join(folder, "every.pcap"), os.path.join(folder, "every.yaml")
    with open(capture, "wb") as file:
        file.write(every_interface())
    with open(spec, "w") as file:
        file.write("rpcsieve: 1\ndetections:\n")
        for n, (uuid, version, _) in enumerate(catalogue()):
            file.write(f"  - {{name: interface-{n}, id: 00000000-0000-4000-8000-{n:012}, title: a, description: b, "
                       f"status: test, severity: low, when: {{call: {{interface: {uuid}, version: '{version}', "
                       "stub: {hex: '01 02'}}}}\n")
    made, seen, faults = filters(rpcsieve, spec), seen_by_tshark(capture), []
    for n, (uuid, _, name) in enumerate(catalogue()):
        text = made[f"interface-{n}"]
        protocols, opnum, unknown = seen[10000 + n]
        # "PKT && [PROTOCOL &&] FIELD && (… || PROTOCOL contains …)"
        fits = "dcerpc.unknown_if_id" in text if unknown else (
            f"{opnum[0]} && " in text and any(f"|| {protocol} contains" in text for protocol in protocols))
        faults += [] if fits else [f"{name} {uuid}: {text}: tshark has {protocols} {opnum}"]
    return faults


def main():
    rpcsieve, specs = sys.argv[1], sys.argv[2:]
    if not shutil.which("tshark"):
        print("needs tshark")
        return 1 if os.environ.get("RPCSIEVE_REQUIRE_PEERS") == "1" else SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty.pcap")
        with open(empty, "wb") as file:
            file.write(wire.pcap([]))
        faults = check_accepted(rpcsieve, specs, empty) + check_shown(rpcsieve) + check_dissectors(rpcsieve, folder)
    print("\n".join(faults) or "every filter shows what it should")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
