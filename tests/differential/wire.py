"""Builds conversations byte by byte: DCE/RPC PDUs, SMB2 messages around them, TCP and UDP packets
around those, and a pcap file of it all. Little-endian RPC unless told otherwise."""
import struct
import uuid

CLIENT, SERVER = "192.0.2.10", "192.0.2.20"  # [RFC 5737]
NDR = ("8a885d04-1ceb-11c9-9fe8-08002b104860", 2)  # [C706 §14]
NDR64 = ("71710533-beba-4937-8319-b5dbef9ccc36", 1)  # [MS-RPCE §2.2.4.12]
FEATURES = ("6cb71c2c-9812-4540-0300-000000000000", 1)  # bind-time features [MS-RPCE §3.3.1.5.3]

REQUEST, RESPONSE, FAULT, BIND, BIND_ACK = 0, 2, 3, 11, 12
ALTER_CONTEXT, ALTER_CONTEXT_RESP, AUTH3, CO_CANCEL = 14, 15, 16, 18
FIRST, LAST, OBJECT = 1, 2, 0x80
NTLM, INTEGRITY, PRIVACY = 10, 5, 6


def uuid_bytes(text, big=False):
    value = uuid.UUID(text)
    return value.bytes if big else value.bytes_le


def pdu(kind, body, call=1, flags=FIRST | LAST, level=0, pad=0, big=False, minor=0):
    """pdu is one connection-oriented PDU [C706 §12.6.3], with a verifier if it has an auth level."""
    order = ">" if big else "<"
    token = b"\x01\0\0\0" + b"\xa5" * 12 if level else b""
    if level:
        body += bytes(pad) + struct.pack(order + "BBBBI", NTLM, level, pad, 0, 0)  # [MS-RPCE §2.2.2.11]
    head = struct.pack("BBBB", 5, minor, kind, flags) + (b"\0\0\0\0" if big else b"\x10\0\0\0")
    return head + struct.pack(order + "HHI", 16 + len(body) + len(token), len(token), call) + body + token


def bind(*contexts, kind=BIND, big=False, **more):
    """bind offers contexts: (id, interface, version, transfer syntaxes...)."""
    order = ">" if big else "<"
    body = struct.pack(order + "HHIBBH", 4280, 4280, 0, len(contexts), 0, 0)
    for number, interface, version, *syntaxes in contexts:
        body += struct.pack(order + "HBB", number, len(syntaxes), 0)
        body += uuid_bytes(interface, big) + struct.pack(order + "I", version)
        for syntax, syntax_version in syntaxes:
            body += uuid_bytes(syntax, big) + struct.pack(order + "I", syntax_version)
    return pdu(kind, body, big=big, **more)


def bind_ack(*results, kind=BIND_ACK, big=False, **more):
    """bind_ack answers each context: 0 accepts it, 2 refuses it, 3 is the bind-time features'."""
    order = ">" if big else "<"
    body = struct.pack(order + "HHIH", 4280, 4280, 0x1234, 4) + b"135\0" + bytes(2)
    body += struct.pack(order + "BBH", len(results), 0, 0)
    for result in results:
        syntax = uuid_bytes(NDR[0], big) + struct.pack(order + "I", 2) if result == 0 else bytes(20)
        body += struct.pack(order + "HH", result, 0) + syntax
    return pdu(kind, body, big=big, **more)


def request(opnum, stub=b"", context=0, obj=None, flags=FIRST | LAST, big=False, **more):
    order = ">" if big else "<"
    body = struct.pack(order + "IHH", len(stub), context, opnum)
    if obj:
        flags |= OBJECT
        body += uuid_bytes(obj, big)
    return pdu(REQUEST, body + stub, flags=flags, big=big, **more)


def response(stub=bytes(4), context=0, big=False, **more):
    order = ">" if big else "<"
    return pdu(RESPONSE, struct.pack(order + "IHBB", len(stub), context, 0, 0) + stub, big=big, **more)


def fault(status=5, **more):
    return pdu(FAULT, struct.pack("<IHBBII", 32, 0, 0, 0, status, 0), **more)


class Smb2:
    """Smb2 gives the messages of one session: each method one request or response with its NBSS header."""

    def __init__(self):
        self.message = 0

    def _frame(self, command, body, answer, tree=5):
        head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 1, 0, command, 1, 1 if answer else 0, 0,
                                         self.message, 0xfeff, tree, 0x4000)
        whole = head + bytes(16) + body
        return struct.pack(">I", len(whole)) + whole

    def negotiate(self):
        ask = struct.pack("<HHHHI", 36, 1, 1, 0, 0) + bytes(16) + bytes(8) + struct.pack("<H", 0x0210)
        give = struct.pack("<HHHH", 65, 1, 0x0210, 0) + bytes(16) + struct.pack("<IIII", 0, 65536, 65536, 65536)
        give += bytes(16) + struct.pack("<HHI", 128, 0, 0)
        return self._exchange(0, ask, give)

    def tree_connect(self):
        path = "\\\\SRV\\IPC$".encode("utf-16-le")
        return self._exchange(3, struct.pack("<HHHH", 9, 0, 72, len(path)) + path,
                              struct.pack("<HBBIII", 16, 2, 0, 0, 0, 0x1f01ff))

    def create(self, pipe, file):
        name = pipe.encode("utf-16-le")
        ask = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x12019f, 0, 7, 1, 0, 120, len(name), 0, 0) + name
        give = struct.pack("<HBBI", 89, 0, 0, 1) + bytes(32) + bytes(16) + struct.pack("<II", 0x80, 0) + file
        return self._exchange(5, ask, give + bytes(8))

    def transceive(self, file, ask, give):
        """transceive is FSCTL_PIPE_TRANSCEIVE [MS-SMB2 §2.2.31]."""
        def body(size, offset, data, flags):
            if size == 57:
                return struct.pack("<HHI", 57, 0, 0x0011c017) + file + struct.pack(
                    "<IIIIIIII", offset, len(data), 0, 0, 0, 4280, flags, 0) + data
            return struct.pack("<HHI", 49, 0, 0x0011c017) + file + struct.pack(
                "<IIIIII", offset, 0, offset, len(data), 0, 0) + data
        return self._exchange(11, body(57, 120, ask, 1), body(49, 112, give, 0))

    def write(self, file, data):
        ask = struct.pack("<HHIQ", 49, 112, len(data), 0) + file + struct.pack("<IIHHI", 0, 0, 0, 0, 0) + data
        return self._exchange(9, ask, struct.pack("<HHIIHH", 17, 0, len(data), 0, 0, 0))

    def read(self, file, data):
        ask = struct.pack("<HBBIQ", 49, 80, 0, 4280, 0) + file + struct.pack("<IIIHHB", 0, 0, 0, 0, 0, 0)
        return self._exchange(8, ask, struct.pack("<HBBIII", 17, 80, 0, len(data), 0, 0) + data)

    def _exchange(self, command, ask, give):
        pair = [(True, self._frame(command, ask, False)), (False, self._frame(command, give, True))]
        self.message += 1
        return pair


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data[:len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return bytes(int(part) for part in text.split("."))


def ip(source, dest, protocol, payload, ident):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, 0x4000, 64, protocol, 0)
    head += address(source) + address(dest)
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def transport(source, dest, protocol, segment, at):
    pseudo = address(source) + address(dest) + struct.pack(">BBH", 0, protocol, len(segment))
    return segment[:at] + struct.pack(">H", checksum(pseudo + segment)) + segment[at + 2:]


class Tcp:
    """Tcp is one connection: handshake, then say() for each message, each acknowledged."""

    def __init__(self, client_port, port, client=CLIENT):
        self.ends = {True: (client, client_port), False: (SERVER, port)}
        self.sequence = {True: 1000, False: 2000}
        self.packets = []
        self._send(True, 0x02)
        self.sequence[True] += 1
        self._send(False, 0x12)
        self.sequence[False] += 1
        self._send(True, 0x10)

    def say(self, from_client, data, chunk=1400):
        for at in range(0, len(data), chunk):
            part = data[at:at + chunk]
            self._send(from_client, 0x18, part)
            self.sequence[from_client] += len(part)
            self._send(not from_client, 0x10)
        return self

    def talk(self, messages, chunk=1400):
        for from_client, data in messages:
            self.say(from_client, data, chunk)
        return self

    def close(self):
        self._send(True, 0x11)
        self.sequence[True] += 1
        self._send(False, 0x11)
        self.sequence[False] += 1
        self._send(True, 0x10)
        return self.packets

    def _send(self, from_client, flags, data=b""):
        (source, source_port), (dest, dest_port) = self.ends[from_client], self.ends[not from_client]
        acknowledge = self.sequence[not from_client] if flags & 0x10 else 0
        segment = struct.pack(">HHIIBBHHH", source_port, dest_port, self.sequence[from_client], acknowledge,
                              0x50, flags, 64000, 0, 0) + data
        segment = transport(source, dest, 6, segment, 16)
        self.packets.append(ip(source, dest, 6, segment, len(self.packets)))


def connectionless(interface, version, opnum, stub, big=False, fragment=0, obj=None):
    """connectionless is a request of the datagram protocol [C706 §12.5]."""
    order = ">" if big else "<"
    head = struct.pack("BBBB", 4, REQUEST, 0x28, 0) + bytes([0 if big else 0x10, 0, 0, 0])
    head += uuid_bytes(obj, big) if obj else bytes(16)
    head += uuid_bytes(interface, big) + bytes(range(16))
    head += struct.pack(order + "IIIHHHHHBB", 0, version, 0, opnum, 0xffff, 0xffff, len(stub), fragment, 0, 0)
    return head + stub


def datagram(data, client_port, port=49152):
    segment = struct.pack(">HHHH", client_port, port, 8 + len(data), 0) + data
    return ip(CLIENT, SERVER, 17, transport(CLIENT, SERVER, 17, segment, 6), 1)


def pcap(packets, link=101):
    """pcap is a file of packets, raw IP unless told otherwise, a millisecond apart."""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link)
    for n, packet in enumerate(packets):
        out += struct.pack("<IIII", 1700000000 + n // 1000, n % 1000 * 1000, len(packet), len(packet)) + packet
    return out
