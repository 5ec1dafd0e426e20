"""What is recorded: each scenario's name is its capture's path below pcaps/, without .pcap.

A scenario is a list of commands, run one after the other on the client while its port is recorded.
"""

from dataclasses import dataclass
from pathlib import Path

from domain import ADMIN_PASSWORD, DOMAIN, REALM
from hosts import DC

HERE = Path(__file__).resolve().parent
SERVER = "dc1.lab.test"
ADMINISTRATOR = f"{DOMAIN}/Administrator%{ADMIN_PASSWORD}"
KERBEROS = ("--use-kerberos=required", "-U", f"Administrator@{REALM}%{ADMIN_PASSWORD}")
BACKUP_KEYS = ("G$BCKUPKEY_PREFERRED", "G$BCKUPKEY_P")


@dataclass(frozen=True)
class Scenario:
    shows: str
    commands: tuple
    starts_at: str = ""  # a display filter: the capture is cut to start where it first fits
    ends_at: str = ""  # ... and to end before the first packet that this one fits


def impacket(*arguments):
    return ("/usr/bin/python3", "-B", HERE / "impacket_client.py", *arguments)


def samba(*arguments):
    return ("/usr/bin/python3", "-B", HERE / "samba_client.py", *arguments)


def rpcclient(commands, *options):
    return ("rpcclient", "-U", ADMINISTRATOR, *options, "-c", commands)


def net(*arguments):
    return ("net", *arguments, "-U", ADMINISTRATOR, "-S", SERVER)


def smbclient(commands, *options):
    return ("smbclient", "-U", ADMINISTRATOR, *options, f"//{SERVER}/sysvol", "-c", commands)


SCENARIOS = {
    "lsarpc/dpapi-smb2": Scenario(
        "both backup keys asked for over SMB 2.1, by write and read",
        (impacket("retrieve", *BACKUP_KEYS),)),
    "lsarpc/dpapi-smb2-transceive": Scenario(
        "the same over SMB 3.1.1, signed, by FSCTL_PIPE_TRANSCEIVE",
        (samba("retrieve", *BACKUP_KEYS),)),
    "lsarpc/dpapi-smb2-ipv6": Scenario(
        "the same over SMB2 on IPv6",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_np:{DC.address6}[smb2]"),)),
    "lsarpc/dpapi-smb2-big-endian": Scenario(
        "the same over SMB2 from a client that sends RPC in big-endian order",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_np:{SERVER}[smb2,bigendian]"),)),
    "lsarpc/dpapi-smb2-integrity": Scenario(
        "the same over SMB2 with RPC verifiers; the stubs are in clear",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_np:{SERVER}[smb2,sign]"),)),
    "lsarpc/dpapi-smb2-sealed": Scenario(
        "the same over SMB2, sealed by RPC: the operation can be seen, the name cannot",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_np:{SERVER}[smb2,seal]"),)),
    "lsarpc/dpapi-smb2-fragments": Scenario(
        "the same over SMB 2.1, each call in RPC fragments of 16 octets of stub",
        (impacket("retrieve", *BACKUP_KEYS, "--fragment", "16"),)),
    "lsarpc/dpapi-smb2-midstream": Scenario(
        "the same over SMB 2.1, recorded from the first retrieval on: no open, no bind",
        (impacket("retrieve", *BACKUP_KEYS),), starts_at="lsarpc.opnum == 43"),
    "lsarpc/dpapi-smb1": Scenario(
        "the same over SMB1, by TransactNmPipe",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_np:{SERVER}[smb1]"),)),
    "lsarpc/dpapi-smb1-writes": Scenario(
        "the same over SMB1, by write and read AndX",
        (impacket("retrieve", *BACKUP_KEYS, "--dialect", "smb1"),)),
    "lsarpc/dpapi-smb3-encrypted": Scenario(
        "the same over SMB 3.0, encrypted: nothing of the calls can be seen",
        (impacket("retrieve", *BACKUP_KEYS, "--dialect", "3.0"),)),
    "lsarpc/dpapi-tcp": Scenario(
        "the same over TCP, in clear, with a made-up policy handle",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp"),)),
    "lsarpc/dpapi-tcp-fragments": Scenario(
        "the same over TCP, each call in RPC fragments of 8 octets of stub",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--fragment", "8"),)),
    "lsarpc/dpapi-tcp-sealed": Scenario(
        "the same over TCP, sealed: the operation can be seen, the name cannot",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--privacy"),)),
    "lsarpc/private-data-other": Scenario(
        "private data of another name asked for over SMB 2.1",
        (impacket("retrieve", "NL$KM"),)),
    "lsarpc/secret-open": Scenario(
        "both backup keys opened and read as LSA secrets over SMB 2.1",
        (impacket("secret", *BACKUP_KEYS),)),
    "lsarpc/secret-open-rpcclient": Scenario(
        "one backup key opened and read as an LSA secret, by rpcclient",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER),)),
    "lsarpc/secret-other": Scenario(
        "a secret of another name, which does not exist, opened over SMB 2.1",
        (impacket("secret", "NL$KM"),)),
    "drsuapi/dcsync": Scenario(
        "krbtgt replicated over TCP, sealed",
        (samba("dcsync", "CN=krbtgt,CN=Users,DC=lab,DC=test"),)),
    "drsuapi/dcsync-secretsdump": Scenario(
        "krbtgt asked for as secretsdump does; the controller refuses the request",
        (impacket("dcsync", rf"{DOMAIN}\krbtgt"),)),
    "drsuapi/replication-status": Scenario(
        "a controller asked how its replication does: no DCSync",
        (("samba-tool", "drs", "showrepl", SERVER, "-U", ADMINISTRATOR),)),
    "netlogon/zerologon-tcp": Scenario(
        "three attempts with a challenge and a credential of zeros, over TCP",
        (impacket("zerologon", "--over", "tcp", "--anonymous"),)),
    "netlogon/zerologon-smb2": Scenario(
        "the same over SMB 2.1",
        (impacket("zerologon", "--anonymous"),)),
    "netlogon/secure-channel": Scenario(
        "a computer joins the domain and tests its secure channel",
        (net("rpc", "join"), ("net", "rpc", "testjoin", "-S", SERVER))),
    "svcctl/service-create": Scenario(
        "a service to be created over SMB 2.1; the controller does not implement it",
        (impacket("create-service", "labservice"),)),
    "svcctl/service-list": Scenario(
        "the services listed",
        (net("rpc", "service", "list"),)),
    "identity/kerberos-smb3": Scenario(
        "a backup key opened and read as an LSA secret over SMB 3.1.1, after a logon with Kerberos",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, *KERBEROS),)),
    "identity/kerberos-smb1": Scenario(
        "the same over SMB1",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, *KERBEROS, "-m", "NT1"),)),
    "identity/kerberos-tcp": Scenario(
        "a controller asked over TCP how its replication does, sealed by Kerberos",
        (("samba-tool", "drs", "showrepl", SERVER, *KERBEROS),)),
    "identity/ntlm-tcp": Scenario(
        "both backup keys asked for over TCP with NTLM verifiers; the stubs are in clear",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--integrity"),)),
    "identity/two-users": Scenario(
        "a backup key asked for by bob's RPC over alice's SMB 2.1 session: what counts is bob",
        (impacket("retrieve", BACKUP_KEYS[0], "--user", "alice", "--rpc-user", "bob"),)),
    "identity/secret-denied": Scenario(
        "a backup key opened as an LSA secret by a user who may not, after a wrong password",
        (impacket("wrong-password", "--user", "bob"),
         impacket("secret", BACKUP_KEYS[0], "--user", "alice"),)),
    "identity/unanswered": Scenario(
        "a backup key asked for over TCP; the recording ends before the answer",
        (impacket("retrieve", BACKUP_KEYS[0], "--over", "tcp", "--integrity"),),
        ends_at="dcerpc.pkt_type == 3"),
    "benign/administration": Scenario(
        "an administrator's queries over SMB: policy, users, shares, server, domain controller",
        (rpcclient("lsaquery;enumdomusers;srvinfo;netshareenum;lookupnames alice", SERVER),
         rpcclient("dsr_getdcname LAB", SERVER), net("rpc", "user"))),
    "benign/administration-tcp": Scenario(
        "a domain controller looked up over TCP",
        (rpcclient("dsr_getdcname LAB", f"ncacn_ip_tcp:{SERVER}"),)),
    "benign/files-smb2": Scenario(
        "files listed and read over SMB 3.1.1", (smbclient("ls;cd lab.test;ls", "-m", "SMB3"),)),
    "benign/files-smb1": Scenario(
        "files listed over SMB1", (smbclient("ls;cd lab.test;ls", "-m", "NT1"),)),
    "benign/backup-key-public": Scenario(
        "the public half of the backup key, as every user's DPAPI asks for it, sealed over SMB 2.1",
        (impacket("public-key", "--privacy"),)),
}
