"""What the tables of scenarios are written in.

A scenario is a list of commands, run one after the other on the client while a port is recorded. Samba's
programs are told to debug, so that their output says what they call.
"""

from dataclasses import dataclass
from pathlib import Path

from domain import ADMIN_PASSWORD, DOMAIN, REALM
from hosts import CLIENT, LOCAL_USER, Host

HERE = Path(__file__).resolve().parent
SERVER, FILE_SERVER = "dc1.lab.test", "fs1.lab.test"
ADMINISTRATOR = f"{DOMAIN}/Administrator%{ADMIN_PASSWORD}"
KERBEROS = ("--use-kerberos=required", "-U", f"Administrator@{REALM}%{ADMIN_PASSWORD}")
LOCAL = f"{LOCAL_USER}%{ADMIN_PASSWORD}"
BACKUP_KEYS = ("G$BCKUPKEY_PREFERRED", "G$BCKUPKEY_P")
PYTHON = ("/usr/bin/python3", "-B")
DEBUG = "-d10"


@dataclass(frozen=True)
class Scenario:
    shows: str
    commands: tuple
    starts_at: str = ""  # a display filter: the capture is cut to start where it first fits
    ends_at: str = ""  # ... and to end before the first packet that this one fits
    packets: int = 0  # how many are kept at most, 0 for all of them
    may_fail: bool = False  # a client may say that it failed, which is what the scenario is about
    tap: Host = CLIENT  # whose port is recorded
    relay: str = ""  # how the line between client and switch is bad: relay.py


def impacket(*arguments):
    return (*PYTHON, HERE / "impacket_client.py", *arguments)


def impacket_tool(script, *arguments, dialect="2.1"):
    return (*PYTHON, HERE / "impacket_tool.py", dialect, script, *arguments)


def at_controller(user="Administrator"):
    """at_controller is a target as impacket's programs take it."""
    return f"{DOMAIN}/{user}:{ADMIN_PASSWORD}@{SERVER}"


def at_file_server():
    return f"{LOCAL_USER}:{ADMIN_PASSWORD}@{FILE_SERVER}"


def samba(*arguments):
    return (*PYTHON, HERE / "samba_client.py", *arguments)


def samba_tool(*arguments):
    return (*PYTHON, HERE / "samba_tool.py", *arguments, DEBUG)


def rpcclient(commands, *options, user=ADMINISTRATOR):
    return ("rpcclient", DEBUG, *(() if "-U" in options else ("-U", user)), *options, "-c", commands)


def net(*arguments, server=SERVER, user=ADMINISTRATOR):
    return ("net", DEBUG, *arguments, "-U", user, "-S", server)


def smbclient(commands, *options, share=f"//{SERVER}/sysvol", user=ADMINISTRATOR):
    return ("smbclient", DEBUG, "-U", user, *options, share, "-c", commands)


def smbtorture(suite, binding=f"ncacn_np:{SERVER}[print]", user=ADMINISTRATOR):
    return ("smbtorture", DEBUG, "-U", user, binding, suite)
