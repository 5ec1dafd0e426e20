#!/usr/bin/python3 -B
"""files.py RPCSIEVE FOLDER: hold `rpcsieve files` to tshark's reading of the captures below FOLDER.

Each request to open a file must be found once, with its path, its share and the status of its
answer, and no other. Left out are pipes: names on IPC$, and on trees that were not captured those
that may be a pipe's.
"""

import collections
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

SKIPPED = 77
TSHARK = "/usr/bin/tshark"
SMB1_OPENS = {"0x02", "0x03", "0x0f", "0x2d", "0xa2"}
FILTER = f"smb2.cmd == 5 || smb.cmd in {{{','.join(sorted(SMB1_OPENS))}}}"
# tshark does not put segments in order unless it is told to; told to, it never gets over a loss.
SHUFFLED = {"smb-eicar-file-segmentation-random.pcap"}
PENDING = "0x00000103"


def packets(capture):
    """packets gives the packets with requests or answers that open something, as XML."""
    out = subprocess.run([TSHARK, "-r", capture, "-Y", FILTER, "-T", "pdml", "-J", "tcp smb smb2"],
                         capture_output=True).stdout
    # What is in a name may be no XML at all.
    text = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", out.decode(errors="replace"))
    return ElementTree.fromstring(text).iter("packet") if text.strip() else []


def shown(element, name):
    """shown gives a field's value, None if there is none."""
    field = element.find(f".//field[@name='{name}']")
    return None if field is None else field.get("show")


def status(element, name):
    """status writes a status as the program does; those of old have a class and a code."""
    number = shown(element, name)
    if number is not None:
        return f"0x{int(number, 0):08x}"
    parts = [shown(element, f"smb.error_{part}") for part in ("class", "code")]
    return None if None in parts else "{}/{}".format(*(int(part, 0) for part in parts))


def is_true(value):
    return value in ("1", "True")


def smb2_members(message):
    """smb2_members gives header and body of each member of a compound."""
    header = None
    for field in message:
        if (field.get("show") or "").startswith("SMB2 Header"):
            header = field
        elif header is not None:
            yield header, field
            header = None


def smb2_opens(stream, message):
    """smb2_opens gives key, whether it is an answer, status, share and path."""
    for header, body in smb2_members(message):
        if shown(header, "smb2.cmd") == "5":
            yield ((stream, shown(header, "smb2.msg_id")),
                   is_true(shown(header, "smb2.flags.response")),
                   status(header, "smb2.nt_status"), shown(header, "smb2.tree"),
                   shown(body, "smb2.filename") or "")


def smb1_opens(stream, message):
    if shown(message, "smb.cmd") in SMB1_OPENS:
        yield ((stream, shown(message, "smb.pid"), shown(message, "smb.mid")),
               is_true(shown(message, "smb.flags.response")),
               status(message, "smb.nt_status"), shown(message, "smb.path"),
               shown(message, "smb.file") or "")


def tsharks(capture):
    """tsharks counts the opens that tshark sees, by share, path and status."""
    waiting, done = {}, []
    for packet in packets(capture):
        for message in packet.iter("proto"):
            reader = {"smb2": smb2_opens, "smb": smb1_opens}.get(message.get("name"))
            for key, answer, status, share, path in reader(shown(packet, "tcp.stream"), message) \
                    if reader else ():
                if not answer:
                    done += [waiting.pop(key)] if key in waiting else []
                    waiting[key] = [share, path, None]
                elif key in waiting and status != PENDING:
                    waiting[key][2] = status
                    done.append(waiting.pop(key))
    return collections.Counter(map(tuple, filter(is_file, done + list(waiting.values()))))


def ours(program, capture):
    """ours counts those that the program sees."""
    out = subprocess.run([program, "files", capture], capture_output=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    opens = [(line["share_path"], line["path"], line["status"]) for line in lines]
    return collections.Counter(filter(is_file, opens))


def is_file(opened):
    share, path, _ = opened
    if share is not None:
        return not share.upper().endswith("IPC$")
    name = path.lower().lstrip("\\").removeprefix("pipe\\").lstrip("\\")
    return re.fullmatch(r"[^\\/.:?*]{1,64}", name) is None


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    if not folder.is_dir() or not Path(TSHARK).exists():
        print(f"skipped: no {folder}, or no tshark")
        return SKIPPED
    failed = total = 0
    for capture in sorted(folder.rglob("*.*cap*")):
        if capture.name in SHUFFLED:
            continue
        want, got = tsharks(capture), ours(program, capture)
        total += want.total()
        if want != got:
            failed += 1
            print(capture, *(f"missing {n} {o}" for o, n in (want - got).items()),
                  *(f"extra {n} {o}" for o, n in (got - want).items()), sep="\n  ")
    print(f"{total} files opened, {failed} captures differ")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
