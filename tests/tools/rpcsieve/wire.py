"""Captures for the command line's tests, written byte by byte: RPC over TCP between two hosts."""
import struct
import uuid

LSARPC = uuid.UUID("12345778-1234-abcd-ef00-0123456789ab")
NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860")
BIND, BIND_ACK, REQUEST, RESPONSE = 11, 12, 0, 2
FIRST, LAST = 1, 2
SYN, ACK, PSH_ACK = 0x02, 0x10, 0x18
ETHERNET = 1


def pdu(kind, call_id, body, flags=FIRST | LAST):
    """A connection-oriented PDU, little-endian [C706 12.6.3.1]."""
    return struct.pack("<BBBBIHHI", 5, 0, kind, flags, 0x10, 16 + len(body), 0, call_id) + body


def bind(interface=LSARPC):
    context = struct.pack("<HBB", 0, 1, 0) + interface.bytes_le + struct.pack("<HH", 0, 0)
    context += NDR.bytes_le + struct.pack("<I", 2)
    return pdu(BIND, 1, struct.pack("<HHIBBH", 4280, 4280, 0, 1, 0, 0) + context)


def bind_ack():
    address = struct.pack("<H", 4) + b"135\0" + b"\0\0"
    result = struct.pack("<BBHHH", 1, 0, 0, 0, 0) + NDR.bytes_le + struct.pack("<I", 2)
    return pdu(BIND_ACK, 1, struct.pack("<HHI", 4280, 4280, 7) + address + result)


def request(call_id, opnum, stub, flags=FIRST | LAST):
    return pdu(REQUEST, call_id, struct.pack("<IHH", len(stub), 0, opnum) + stub, flags)


def response(call_id, code):
    return pdu(RESPONSE, call_id, struct.pack("<IHBB", 8, 0, 0, 0) + struct.pack("<II", 0, code))


def frame(source, destination, flags, sequence, acknowledgment, payload):
    """An Ethernet frame of a TCP segment; ends are (address as 4 bytes, port). No checksums."""
    tcp = struct.pack(">HHIIBBHHH", source[1], destination[1], sequence, acknowledgment, 0x50, flags,
                      65535, 0, 0)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0)
    return bytes(12) + b"\x08\x00" + ip + source[0] + destination[0] + tcp + payload


def conversation(client, server, turns):
    """The frames of a TCP connection; turns are (is_from_client, bytes)."""
    sequence = [1000, 5000]
    frames = [frame(client, server, SYN, 999, 0, b""),
              frame(server, client, SYN | ACK, 4999, 1000, b"")]
    for from_client, payload in turns:
        side = 0 if from_client else 1
        ends = (client, server) if from_client else (server, client)
        frames.append(frame(*ends, PSH_ACK, sequence[side], sequence[1 - side], payload))
        sequence[side] += len(payload)
    return frames


def pcap(frames, link=ETHERNET, start=1_600_000_000):
    out = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)
    for i, data in enumerate(frames):
        out += struct.pack("<IIII", start + i // 1000, i % 1000 * 1000, len(data), len(data)) + data
    return out


def theft(client_number=5, answer=0):
    """The frames of one LsarRetrievePrivateData for the backup key, answered with that code."""
    client, server = (bytes([10, 0, 0, client_number]), 49000), (bytes([10, 0, 0, 1]), 49667)
    stub = bytes(24) + "G$BCKUPKEY_PREFERRED".encode("utf-16-le") + bytes(8)
    return conversation(client, server, [(True, bind()), (False, bind_ack()),
                                         (True, request(2, 43, stub)),
                                         (False, response(2, answer))])
