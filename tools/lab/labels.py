#!/usr/bin/python3 -B
"""labels.py FOLDER: write FOLDER/labels.json, the RPC calls that tshark finds in each capture below it.

An opinion on the captures that owes nothing to rpcsieve. What the clients' own logs say stands
beside it as long as the capture is the same (client_log.py, `run`). A call counts once, at its first
fragment; its interface is the one that was last offered under its context id on that pipe or
connection, null if the capture does not show that.
"""

import collections
import hashlib
import json
import subprocess
import sys
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# What tshark does not do unasked: wait for a segment that comes late, and take a strange port for SMB.
OPTIONS = ("-o", "tcp.reassemble_out_of_order:TRUE", "-d", "tcp.port==4450,nbss")
BIND, ALTER_CONTEXT, REQUEST = "11", "14", "0"


def packets(capture):
    """packets yields the dissected packets of a capture, one at a time."""
    reader = subprocess.Popen(["tshark", *OPTIONS, "-r", capture, "-T", "pdml"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
    for _, element in xml.iterparse(reader.stdout):
        if element.tag == "packet":
            yield element
            element.clear()
    if reader.wait() != 0:
        raise SystemExit(f"tshark cannot read {capture}")


def first(element, *names):
    """first returns the value of the first field that has one of these names."""
    return next((f.get("show") for f in element.iter("field") if f.get("name") in names), None)


def offered(pdu):
    """offered yields (context id, UUID, version) for each item of a bind or alter_context."""
    for item in pdu.iter("field"):
        if item.get("name") == "dcerpc.cn_ctx_item":
            major = first(item, "dcerpc.cn_bind_if_ver")
            minor = first(item, "dcerpc.cn_bind_if_ver_minor")
            uuid = first(item, "dcerpc.cn_bind_to_uuid")
            yield first(item, "dcerpc.cn_ctx_id"), uuid, f"{major}.{minor}"


def requests(capture):
    """requests counts (transport, UUID, version, opnum)."""
    contexts, found = {}, collections.Counter()
    for packet in packets(capture):
        handle = (first(packet, "tcp.stream"), first(packet, "smb2.fid", "smb.fid"))
        transport = "smb" if handle[1] else "tcp"
        for pdu in packet.iter("proto"):
            if pdu.get("name") != "dcerpc":
                continue
            kind = first(pdu, "dcerpc.pkt_type")
            if kind in (BIND, ALTER_CONTEXT):
                for context, uuid, version in offered(pdu):
                    contexts[handle, context] = uuid, version
            elif kind == REQUEST and first(pdu, "dcerpc.cn_flags.first_frag") == "1":
                interface = contexts.get((handle, first(pdu, "dcerpc.cn_ctx_id")), (None, None))
                found[transport, *interface, int(first(pdu, "dcerpc.opnum"))] += 1
    return found


def label(capture, folder, client):
    """label returns what is known of a capture; client is what its clients say, None if unknown."""
    fields = ("transport", "uuid", "version", "opnum", "count")
    calls = sorted(requests(capture).items(), key=str)
    known = {"file": str(capture.relative_to(folder)), "sha256": digest(capture),
             "requests": [dict(zip(fields, (*call, count))) for call, count in calls]}
    return known if client is None else known | {"client": client}


def digest(capture):
    return hashlib.sha256(capture.read_bytes()).hexdigest()


def update(folder, recorded=None):
    """update labels all captures below folder; recorded maps those just recorded to what their
    clients say. A capture that has not changed keeps its label."""
    path, recorded = folder / "labels.json", recorded or {}
    old = {entry["file"]: entry for entry in json.loads(path.read_text())} if path.exists() else {}

    def labelled(capture):
        name = str(capture.relative_to(folder))
        if name not in recorded and name in old and old[name]["sha256"] == digest(capture):
            return old[name]
        return label(capture, folder, recorded.get(name))

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(labelled, sorted(folder.rglob("*.pcap"))))
    path.write_text("[\n" + ",\n".join(" " + json.dumps(entry) for entry in found) + "\n]\n")


if __name__ == "__main__":
    update(Path(sys.argv[1]))
