#!/usr/bin/env python3
"""Hand-made conversations: which forms of which detection the real Suricata raises on each.

usage: calls_test.py RPCSIEVE

Every case is a connection of its own in one capture. Its expectation is the whole truth: what is not
named must be silent, and the misses and false alerts that docs/FIDELITY.md admits stand here too."""
import collections
import os
import sys
import tempfile

import sensor
from wire import *

SPEC = os.path.join(sensor.HERE, "calls.yaml")
IDS = {f"00000000-0000-4000-8000-{n:012x}": name for n, name in enumerate(
    ["retrieve", "backup-key", "ends", "begins", "without", "either", "object", "tcp-only", "smb-only",
     "elsewhere", "every-operation"], 1)}

LSARPC = "12345778-1234-abcd-ef00-0123456789ab", 0
SAMR = "12345778-1234-abcd-ef00-0123456789ac", 1
NETLOGON = "12345678-1234-abcd-ef00-01234567cffb", 1
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003", 2
OBJECT_UUID = "11111111-2222-3333-4444-555555555555"
OTHER_UUID = "99999999-2222-3333-4444-555555555555"
KEY = "g$bckupkey_PREFERRED".encode("utf-16-le")
FILE, FILE2 = b"F" * 16, b"G" * 16


def up(data):
    return True, data


def down(data):
    return False, data


def bound(interface, context=0):
    return [up(bind((context, *interface, NDR))), down(bind_ack(0))]


def calls(interface, *requests, context=0):
    """calls binds and sends each request, waiting for its answer."""
    out = bound(interface, context)
    for one in requests:
        out += [up(one), down(response())]
    return out


def over_pipe(pipe, messages, how="transceive"):
    """over_pipe carries a conversation of request and answer in turn over one pipe."""
    smb = Smb2()
    out = smb.negotiate() + smb.tree_connect() + smb.create(pipe, FILE)
    return out + carried(smb, FILE, messages, how)


def carried(smb, file, messages, how="transceive"):
    out = []
    for (_, ask), (_, give) in zip(messages[::2], messages[1::2]):
        out += smb.transceive(file, ask, give) if how == "transceive" else smb.write(file, ask) + smb.read(file, give)
    return out


def two_pipes(used, bound_last):
    """two_pipes opens and binds two pipes in one session and calls operation 43 on one of them."""
    smb = Smb2()
    first = [(SAMR, "samr", FILE), (LSARPC, "lsarpc", FILE2)]
    order = first if bound_last == "lsarpc" else first[::-1]
    out = smb.negotiate() + smb.tree_connect()
    for interface, pipe, file in order:
        out += smb.create(pipe, file) + carried(smb, file, bound(interface))
    file = next(file for _, pipe, file in first if pipe == used)
    return out + carried(smb, file, [up(request(43)), down(response())])


def split_write(data, at):
    smb = Smb2()
    out = smb.negotiate() + smb.tree_connect() + smb.create("lsarpc", FILE)
    out += carried(smb, FILE, bound(LSARPC))
    return out + smb.write(FILE, data[:at]) + smb.write(FILE, data[at:]) + smb.read(FILE, response())


CASES = [
    # RPC over TCP: what the parser sees, and what only the bytes show.
    ("tcp", calls(LSARPC, request(43)), "retrieve: app raw"),
    ("tcp, a range of opnums", calls(LSARPC, request(31)), "retrieve: app raw"),
    ("tcp, beside the range", calls(LSARPC, request(32), request(29)), ""),
    ("tcp, two calls: raw rules alert once for each inspected piece of the stream",
     calls(LSARPC, request(43), request(28, call=2)), "retrieve: app app raw"),
    ("tcp, context 1 is NDR64",
     [up(bind((0, *LSARPC, NDR), (1, *LSARPC, NDR64), (2, *LSARPC, FEATURES))), down(bind_ack(2, 0, 3)),
      up(request(43, context=1)), down(response())], "retrieve: app raw-n"),
    ("tcp, a context with three transfer syntaxes before: the parser expects one",
     [up(bind((0, *SAMR, NDR, NDR64, NDR64), (7, *LSARPC, NDR))), down(bind_ack(0, 0)),
      up(request(43, context=7)), down(response())], "retrieve: raw-n"),
    ("tcp, behind thirty other contexts",
     [up(bind(*((n, *SAMR, NDR) for n in range(30)), (30, *LSARPC, NDR))), down(bind_ack(*[0] * 31)),
      up(request(43, context=30)), down(response())], "retrieve: app raw-n"),
    ("tcp, the context of another interface",
     [up(bind((0, *SAMR, NDR), (1, *LSARPC, NDR))), down(bind_ack(0, 0)),
      up(request(43, context=0)), down(response())], ""),
    ("tcp, the id of the bind-time features used again",
     [up(bind((0, *LSARPC, NDR), (1, *LSARPC, FEATURES))), down(bind_ack(0, 3)),
      up(bind((1, *SAMR, NDR), kind=ALTER_CONTEXT)), down(bind_ack(0, kind=ALTER_CONTEXT_RESP)),
      up(request(43, context=1)), down(response())], ""),
    ("tcp, AUTH3 before the request",
     bound(LSARPC) + [up(pdu(AUTH3, bytes(4), level=PRIVACY)), up(request(43)), down(response())],
     "retrieve: raw"),
    ("tcp, two requests in one segment",
     bound(LSARPC) + [up(request(0) + request(43)), down(response() + response())], "retrieve: raw"),
    ("tcp, a fault before", bound(LSARPC) + [up(request(0)), down(fault()), up(request(43)), down(response())],
     "retrieve: raw"),
    ("tcp, a cancel before", bound(LSARPC) + [up(pdu(CO_CANCEL, b"")), up(request(43)), down(response())],
     "retrieve: raw"),
    ("tcp, alter_context, then the old context",
     bound(LSARPC) + [up(bind((1, *SAMR, NDR), kind=ALTER_CONTEXT)), down(bind_ack(0, kind=ALTER_CONTEXT_RESP)),
                      up(request(43)), down(response())], "retrieve: raw"),
    ("tcp, alter_context, then the new context",
     bound(SAMR) + [up(bind((1, *LSARPC, NDR), kind=ALTER_CONTEXT)), down(bind_ack(0, kind=ALTER_CONTEXT_RESP)),
                    up(request(43, context=1)), down(response())], "retrieve: app raw-n"),
    ("tcp, the bind is refused", [up(bind((0, *LSARPC, NDR))), down(bind_ack(2)), up(request(43)), down(fault())],
     "retrieve: raw"),
    ("tcp, another interface", calls(SAMR, request(43)), ""),
    ("tcp, no bind", [up(request(43)), down(response())], ""),
    ("tcp, big-endian",
     [up(bind((0, *LSARPC, NDR), big=True)), down(bind_ack(0, big=True)),
      up(request(43, big=True)), down(response(big=True))], "retrieve: raw"),
    ("tcp, version 5.1", calls(LSARPC, request(43, minor=1)), "retrieve: app"),
    ("tcp, an object UUID", calls(LSARPC, request(43, obj=OBJECT_UUID)), "retrieve: app raw"),
    ("tcp, sealed", calls(LSARPC, request(43, bytes(40), level=PRIVACY)),
     "retrieve: app raw, backup-key: sealed"),
    ("tcp, two fragments",
     bound(LSARPC) + [up(request(43, bytes(40), flags=FIRST)), up(request(43, bytes(40), flags=LAST)),
                      down(response())], "retrieve: app app raw"),
    ("tcp, another interface, its bind without FIRST_FRAG",
     [up(bind((0, *SAMR, NDR), flags=LAST)), down(bind_ack(0)), up(request(43)), down(response())],
     "retrieve: app, every-operation: app app-2"),
    ("tcp, a response only", bound(LSARPC) + [down(response(request(43)))], ""),

    # RPC over SMB.
    ("smb", over_pipe("lsarpc", calls(LSARPC, request(43))), "retrieve: app raw"),
    ("smb, write and read", over_pipe("lsarpc", calls(LSARPC, request(43)), "write"), "retrieve: app raw"),
    ("smb, an upper-case pipe", over_pipe("LSARPC", calls(LSARPC, request(43))), "retrieve: raw"),
    ("smb, the pipe lsass", over_pipe("lsass", calls(LSARPC, request(43))), "retrieve: raw"),
    ("smb, two pipes, the first used", two_pipes("samr", "samr"), "retrieve: raw"),
    ("smb, two pipes, the call is on the other", two_pipes("samr", "lsarpc"), "retrieve: app raw"),
    ("smb, two pipes, lsarpc bound first", two_pipes("lsarpc", "samr"), "retrieve: raw"),
    ("smb, the context of another interface",
     over_pipe("lsarpc", [up(bind((0, *SAMR, NDR), (1, *LSARPC, NDR))), down(bind_ack(0, 0)),
                          up(request(43)), down(response())]), "retrieve: app"),
    ("smb, a request cut by two writes", split_write(request(43, bytes(60)), 20), ""),
    ("smb, two requests in one write",
     over_pipe("lsarpc", bound(LSARPC) + [up(request(0) + request(43)), down(response())]), "retrieve: raw"),

    # Stub conditions.
    ("literal, tcp", calls(LSARPC, request(43, bytes(20) + KEY)), "retrieve: app raw, backup-key: app stub"),
    ("literal, smb", over_pipe("lsarpc", calls(LSARPC, request(43, bytes(20) + KEY))),
     "retrieve: app raw, backup-key: app stub"),
    ("literal, no bind", [up(request(43, bytes(20) + KEY)), down(response())], "backup-key: stub"),
    ("literal, no bind, pipe lsass",
     over_pipe("lsass", [up(request(43, bytes(20) + KEY)), down(response())]), "backup-key: stub"),
    ("literal, no bind, version 5.1", [up(request(43, KEY, minor=1)), down(response())], "backup-key: stub"),
    ("literal, no bind, big-endian", [up(request(43, KEY, big=True)), down(response())], "backup-key: stub"),
    ("literal, another operation", calls(LSARPC, request(44, KEY)), "tcp-only: app raw"),
    ("literal in another call", calls(LSARPC, request(43, b"x"), request(0, KEY)), "retrieve: app raw"),
    ("literal, signed", calls(LSARPC, request(43, KEY, level=INTEGRITY)),
     "retrieve: app raw, backup-key: app stub"),
    ("literal, sealed with padding", calls(LSARPC, request(43, b"\x99" * 60, level=PRIVACY, pad=4)),
     "retrieve: app raw, backup-key: sealed"),
    ("literal, sealed on context 1",
     calls(LSARPC, request(43, b"\x99" * 60, context=1, level=PRIVACY), context=1),
     "retrieve: app raw-n, backup-key: sealed-n"),
    ("literal, sealed, smb", over_pipe("lsass", calls(LSARPC, request(43, b"\x99" * 64, level=PRIVACY))),
     "retrieve: raw, backup-key: sealed"),
    ("literal, sealed, no bind", [up(request(43, b"\x99" * 64, level=PRIVACY)), down(response())], ""),
    ("literal across two fragments",
     bound(LSARPC) + [up(request(43, bytes(20) + KEY[:9], flags=FIRST)),
                      up(request(43, KEY[9:] + bytes(9), flags=LAST)), down(response())],
     "retrieve: app app raw"),
    ("literal far behind the header: rules on bytes see the stream in pieces",
     calls(LSARPC, request(43, bytes(4000) + KEY)), "retrieve: app raw, backup-key: app"),
    ("object UUID that the request does not announce",
     calls(NETLOGON, request(8, uuid_bytes(OBJECT_UUID) + b"obj")), "object: app"),
    ("at the end, tcp", calls(NETLOGON, request(4, b"x" + bytes(8))), "ends: app raw"),
    ("at the end, smb", over_pipe("netlogon", calls(NETLOGON, request(4, b"x" + bytes(8)))), "ends: raw"),
    ("at the end, more behind", calls(NETLOGON, request(4, bytes(8) + b"x")), ""),
    ("at the end, another request behind",
     bound(NETLOGON) + [up(request(4, b"x" + bytes(8)) + request(0)), down(response())], "ends: app raw"),
    ("at the end, signed", calls(NETLOGON, request(4, b"x" + bytes(8), level=INTEGRITY)), ""),
    ("at the beginning", calls(NETLOGON, request(5, b';"/;.x')), "begins: app raw"),
    ("at the beginning, not", calls(NETLOGON, request(5, b'x;"/;.x')), ""),
    ("at the beginning, an object UUID", calls(NETLOGON, request(5, b';"/;.x', obj=OBJECT_UUID)), "begins: raw"),
    ("absent", calls(NETLOGON, request(6, b"wanted")), "without: app raw"),
    ("absent, not", calls(NETLOGON, request(6, b"wanted unwanted;")), ""),
    ("absent, the other missing", calls(NETLOGON, request(6, b"anything")), ""),
    ("absent, sealed is ignored", calls(NETLOGON, request(6, b"\x99" * 32, level=PRIVACY)), ""),
    ("groups, one order", calls(NETLOGON, request(7, b"OnE right left")), "either: app raw"),
    ("groups, the other", calls(NETLOGON, request(7, b"left right \x02;\"|")), "either: app raw"),
    ("groups, a clause missing", calls(NETLOGON, request(7, b"one left")), ""),
    ("groups, case", calls(NETLOGON, request(7, b"one left Right")), ""),
    ("object", calls(NETLOGON, request(8, b"obj", obj=OBJECT_UUID)), "object: app raw"),
    ("object, another", calls(NETLOGON, request(8, b"obj", obj=OTHER_UUID)), ""),
    ("object, none", calls(NETLOGON, request(8, b"obj")), ""),
    ("object, sealed", calls(NETLOGON, request(8, b"\x99" * 16, obj=OBJECT_UUID, level=PRIVACY)), "object: sealed"),

    # Transports, versions, datagrams.
    ("tcp only, tcp", calls(LSARPC, request(44)), "tcp-only: app raw"),
    ("tcp only, smb", over_pipe("lsarpc", calls(LSARPC, request(44))), "smb-only: app raw"),
    ("version 2 of an interface", calls(SVCCTL, request(12)), "every-operation: app raw"),
    ("version 1 of it", calls((SVCCTL[0], 1), request(12)), ""),
    ("udp", connectionless(*LSARPC, 43, KEY), "retrieve: udp, backup-key: udp"),
    ("udp, big-endian", connectionless(*LSARPC, 43, b"", big=True), "retrieve: udp"),
    ("udp, a later fragment", connectionless(*LSARPC, 43, KEY, fragment=1), ""),
    ("udp, another interface", connectionless(*SAMR, 43, KEY), ""),
    ("udp, another version", connectionless(SVCCTL[0], 1, 43, KEY), ""),
    ("udp, at the end", connectionless(*NETLOGON, 4, b"x" + bytes(8)), "ends: udp"),
    ("udp, not at the end", connectionless(*NETLOGON, 4, bytes(8) + b"x"), ""),
    ("udp, object", connectionless(*NETLOGON, 8, b"obj", obj=OBJECT_UUID), "object: udp"),
]
FIRST_PORT = 50000


def packets_of(conversation, port):
    if isinstance(conversation, bytes):
        return [datagram(conversation, port)]
    smb = any(data[4:8] == b"\xfeSMB" for _, data in conversation[:1])
    return Tcp(port, 445 if smb else 49666).talk(conversation).close()


def in_tiny_segments(name, conversation):
    """The same conversation, five bytes to a segment, must give the same."""
    return not isinstance(conversation, bytes) and name in ("tcp", "smb", "literal, no bind", "literal, sealed, smb")


def told(found):
    """told gives alerts as the expectations are written."""
    forms = collections.defaultdict(list)
    for identity, form in found:
        forms[IDS[identity]].append(form)
    return ", ".join(f"{name}: {' '.join(sorted(forms[name]))}" for name in IDS.values() if name in forms)


def main():
    sensor.require()
    packets, port = [], FIRST_PORT
    cases = [(name, packets_of(conversation, FIRST_PORT + n), want)
             for n, (name, conversation, want) in enumerate(CASES)]
    for name, conversation, want in CASES:
        if in_tiny_segments(name, conversation):
            port = FIRST_PORT + len(cases)
            smb = conversation[0][1][4:8] == b"\xfeSMB"
            cases.append((name + ", 5-byte segments",
                          Tcp(port, 445 if smb else 49666).talk(conversation, 5).close(), want))
    for _, mine, _ in cases:
        packets += mine
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        rules, capture = folder + "/calls.rules", folder + "/calls.pcap"
        said = sensor.compile_rules(sys.argv[1], SPEC, "coverage", rules)
        if said:
            sys.exit(said)
        with open(capture, "wb") as out:
            out.write(pcap(packets))
        found = collections.defaultdict(list)
        for port, identity, form in sensor.alerts(rules, capture):
            found[port].append((identity, form))
    for n, (name, _, want) in enumerate(cases):
        got = told(found[FIRST_PORT + n])
        if got != want:
            failed += 1
            print(f"{name}:\n  want {want}\n  got  {got}")
    print(f"{len(cases)} conversations, {failed} differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
