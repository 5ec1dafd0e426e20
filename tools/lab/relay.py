#!/usr/bin/python3
"""relay.py HOW PORT OTHER: pass frames between two ports of this namespace, until it is ended, as a bad
line would: reorder, duplicate or lose some of the frames that come in at PORT.

The kernel's netem would do, but not every kernel has it. Only frames of TCP with data are touched,
and how often is counted, not drawn: two recordings are as alike as their programs are.
"""

import select
import signal
import socket
import sys

EVERY = 3  # one of three frames with data is touched
PATIENCE_S = 0.05  # how long a frame is held for the next one to overtake it
OUTGOING = 4  # PACKET_OUTGOING of <linux/if_packet.h>: what we sent ourselves


def has_data(frame):
    """has_data tells whether it is TCP on IPv4 and carries octets."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP:
        return False
    header = 4 * (frame[14] & 15)
    tcp = frame[14 + header:]
    return int.from_bytes(frame[16:18], "big") > header + 4 * (tcp[12] >> 4)


class Line:
    def __init__(self, how, send):
        self.how, self.send, self.seen, self.held = how, send, 0, []

    def take(self, frame):
        touched = False
        if has_data(frame):
            self.seen += 1
            touched = self.seen % EVERY == 0
        if touched and self.how == "reorder":
            self.held.append(frame)
            return
        if not (touched and self.how == "lose"):
            self.send(frame)
        if touched and self.how == "duplicate":
            self.send(frame)
        self.release()

    def release(self):
        for frame in self.held:
            self.send(frame)
        self.held = []


def port(name):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
    opened.bind((name, 0))
    return opened


def main():
    # The lab ends its programs by SIGINT, which a shell has what it runs in the background ignore.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    how, near, far = sys.argv[1], port(sys.argv[2]), port(sys.argv[3])
    line = Line(how, far.send)
    print("ready", flush=True)
    while True:
        ready = select.select([near, far], [], [], PATIENCE_S if line.held else None)[0]
        for opened in ready:
            frame, (_, _, kind, *_) = opened.recvfrom(65536)
            if kind != OUTGOING:
                line.take(frame) if opened is near else near.send(frame)
        if not ready:
            line.release()


if __name__ == "__main__":
    main()
