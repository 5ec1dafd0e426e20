"""What a client's own log says it called: read by `run`, one label for each kind of call.

impacket's clients print a line of JSON for each call (impacket_log.py). Samba's print the arguments
of each call by its name, if they are told to debug, and the names that they log on with. Their newer
library, which has bindings with the flag `print`, is less talkative: a lookup of the endpoint
mapper is told by the line on its result alone, which of several connections a call goes over
not at all, and its protection only by the binding's flags; it is null if they leave it open.
A client's log knows neither fragments nor retransmissions, nor whether a capture shows the call.
"""

import collections
import json
import re

from interfaces import operations

FIELDS = ("transport", "uuid", "version", "opnum", "level", "user")
MARK = "rpc call: "
EPM_MAP = ("tcp", "e1af8308-5d1f-11c9-91a4-08002b14a0fa", "3.0", 3)
LEVELS = ("none", "none", "connect", "call", "packet", "integrity", "privacy")
FLAGS = (("seal", "privacy"), ("sign", "integrity"), ("connect", "connect"))
SMB_PORTS = ("445", "139", "4450")

LINE = re.compile(
    r"^ +in: struct (?P<function>\w+)$"
    r"|^Using binding (?P<flags>\S+)$"
    r"|^ +UserName +: '(?P<user>[^']+)'$"
    r"|^Mapped to DCERPC endpoint (?P<endpoint>\S+)$"
    r"|^Connecting to \S+ at port (?P<port>\d+)"
    r"|^Bind RPC Pipe: host \S+ auth_type \d+, auth_level (?P<level>\d)$"
    r"|^ +uuid +: (?P<uuid>[0-9a-f-]{36})$"
    rf"|^{MARK}(?P<call>.*)$", re.MULTILINE)


class Samba:
    """Samba follows the log of one of its clients: which connection and which protection is a
    call's. `transport` and `level` hold if the log does not say so itself."""

    def __init__(self, transport, level, user):
        self.transport, self.level, self.user = transport, level, user
        self.binding, self.of_interface = None, {}

    def read(self, match):
        """read returns the call that a line tells of, if it does."""
        kind, text = match.lastgroup, match[match.lastgroup]
        if kind == "endpoint":
            self.transport = "tcp" if text.isdigit() else "smb"
            if text.isdigit() and text != "135":
                return (*EPM_MAP, "none", self.user)
        elif kind == "flags":
            self.level = level_of(text)
        elif kind == "user":
            self.user = text
        elif kind == "port":
            self.transport = "smb" if text in SMB_PORTS else "tcp"
        elif kind == "level":
            self.binding = self.transport, LEVELS[int(text)]
        elif kind == "uuid" and self.binding:  # the first one of the bind: what is bound
            self.of_interface[text], self.binding = self.binding, None
        elif kind == "function" and text in operations():
            uuid, version, opnum = operations()[text]
            transport, level = self.of_interface.get(uuid, (self.transport, self.level))
            return transport, uuid, version, opnum, level, self.user
        return None


def calls(log, command):
    """calls returns the labels of what the log of one command of a scenario tells."""
    samba = Samba(*binding_of(command))
    found = collections.Counter()
    for match in LINE.finditer(log):
        if match.lastgroup == "call":
            found[tuple(json.loads(match["call"])[field] for field in FIELDS)] += 1
        elif call := samba.read(match):
            found[call] += 1
    return found


def binding_of(command):
    """binding_of returns transport, level and user as the command line has them."""
    words = " ".join(map(str, command))
    user = re.search(r"(?:-U|--user) ?(?:[\w.]+/)?([\w$]+)[@%]", words)
    return "tcp" if "ncacn_ip_tcp" in words else "smb", level_of(words), user[1] if user else ""


def level_of(binding):
    """level_of returns the level that the flags of a binding ask for, None if there is none."""
    flags = set(re.split(r"[\[\],]", binding))
    return next((level for flag, level in FLAGS if flag in flags), None)


def labels(found):
    return [dict(zip((*FIELDS, "count"), (*call, count))) for call, count in
            sorted(found.items(), key=str)]
