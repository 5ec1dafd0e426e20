"""Scenarios of one theft on every wire: transports, dialects, protection, identity, evasion."""

from hosts import DC
from scenario import (BACKUP_KEYS, KERBEROS, SERVER, Scenario, impacket, rpcclient, samba, samba_tool,
                      smbtorture)

WIRE = {
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
    "identity/kerberos-smb3": Scenario(
        "a backup key opened and read as an LSA secret over SMB 3.1.1, after a logon with Kerberos",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, *KERBEROS),)),
    "identity/kerberos-smb1": Scenario(
        "the same over SMB1",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, *KERBEROS, "-m", "NT1"),)),
    "identity/kerberos-tcp": Scenario(
        "a controller asked over TCP how its replication does, sealed by Kerberos",
        (samba_tool("drs", "showrepl", SERVER, *KERBEROS),)),
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
    "lsarpc/dpapi-smb202": Scenario(
        "the same over SMB 2.0.2",
        (impacket("retrieve", *BACKUP_KEYS, "--dialect", "2.0.2"),)),
    "lsarpc/dpapi-smb302": Scenario(
        "the same over SMB 3.0.2, signed",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, "-m", "SMB3_02",
         "--option=client ipc max protocol=SMB3_02", "--client-protection=sign"),)),
    "lsarpc/dpapi-smb300": Scenario(
        "the same over SMB 3.0",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, "-m", "SMB3_00",
         "--option=client ipc max protocol=SMB3_00"),)),
    "lsarpc/dpapi-smb311-encrypted": Scenario(
        "the same over SMB 3.1.1, encrypted",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, "--client-protection=encrypt"),)),
    "lsarpc/dpapi-smb1-signed": Scenario(
        "the same over SMB1, signed",
        (rpcclient("querysecret G$BCKUPKEY_PREFERRED", SERVER, "-m", "NT1",
         "--option=client ipc max protocol=NT1", "--client-protection=sign"),)),
    "lsarpc/dpapi-smb1-fragments": Scenario(
        "the same over SMB1, each call in RPC fragments of 16 octets of stub",
        (impacket("retrieve", *BACKUP_KEYS, "--dialect", "smb1", "--fragment", "16"),)),
    "identity/connect-refused": Scenario(
        "a policy asked for at connect level, which the controller does not take",
        (impacket("retrieve", *BACKUP_KEYS, "--connect-level"),), may_fail=True),
    "lsarpc/dpapi-tcp-connect": Scenario(
        "the same over TCP, authenticated at connect level",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--connect-level"),)),
    "lsarpc/dpapi-tcp-kerberos": Scenario(
        "the same over TCP with Kerberos verifiers",
        (samba("retrieve", *BACKUP_KEYS, "--kerberos", "--binding", f"ncacn_ip_tcp:{SERVER}[sign]"),),
        may_fail=True),
    "lsarpc/dpapi-smb2-kerberos-sealed": Scenario(
        "the same over SMB 3.1.1, sealed by Kerberos",
        (samba("retrieve", *BACKUP_KEYS, "--kerberos", "--binding", f"ncacn_np:{SERVER}[seal]"),)),
    "lsarpc/dpapi-tcp-big-endian": Scenario(
        "a name asked for over TCP in big-endian order, signed: Samba opens no policy there",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_ip_tcp:{SERVER}[sign,bigendian]"),),
        may_fail=True),
    "lsarpc/dpapi-tcp-ipv6": Scenario(
        "the same over TCP on IPv6, signed",
        (samba("retrieve", *BACKUP_KEYS, "--binding", f"ncacn_ip_tcp:{DC.address6}[sign]"),),
        may_fail=True),
    "lsarpc/dpapi-smb2-port": Scenario(
        "the same over SMB 2.1 at port 4450",
        (impacket("retrieve", *BACKUP_KEYS, "--port", "4450"),)),
    "lsarpc/dpapi-netbios-port": Scenario(
        "the same over SMB 2.1 at port 139",
        (impacket("retrieve", *BACKUP_KEYS, "--port", "139"),), may_fail=True),
    "lsarpc/dpapi-smb2-split": Scenario(
        "the same over SMB 2.1, each PDU in writes of 64 octets",
        (impacket("retrieve", *BACKUP_KEYS, "--split", "64"),), may_fail=True),
    "lsarpc/dpapi-smb1-split": Scenario(
        "the same over SMB1, each PDU in writes of 64 octets",
        (impacket("retrieve", *BACKUP_KEYS, "--dialect", "smb1", "--split", "64"),), may_fail=True),
    "lsarpc/dpapi-tcp-split": Scenario(
        "the same over TCP, each PDU in segments of 7 octets",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--split", "7"),)),
    "lsarpc/dpapi-alter-context": Scenario(
        "the same after a change of context, calls of both contexts in turn",
        (impacket("alter-context", *BACKUP_KEYS),)),
    "lsarpc/dpapi-alter-context-tcp": Scenario(
        "the same over TCP",
        (impacket("alter-context", *BACKUP_KEYS, "--over", "tcp"),)),
    "lsarpc/dpapi-two-pipes": Scenario(
        "the same beside calls on another pipe of the session",
        (impacket("two-pipes", *BACKUP_KEYS),)),
    "evasion/reordered": Scenario(
        "fragments over TCP, of which some are overtaken",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--fragment", "8", "--split", "20"),
         impacket("lookup"),), tap=DC, relay="reorder"),
    "evasion/duplicated": Scenario(
        "the same, some twice",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--fragment", "8"),
         impacket("lookup"),), tap=DC, relay="duplicate"),
    "evasion/lost": Scenario(
        "the same, some lost after they were recorded, and sent again",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--fragment", "8"),
         impacket("retrieve", *BACKUP_KEYS),), relay="lose"),
    "evasion/lost-before": Scenario(
        "the same, some lost before they are recorded",
        (impacket("retrieve", *BACKUP_KEYS, "--over", "tcp", "--fragment", "8"),
         impacket("retrieve", *BACKUP_KEYS),), tap=DC, relay="lose"),
    "evasion/alter-context-suite": Scenario(
        "changes of context, by Samba's own tests",
        (smbtorture("rpc.altercontext"),), may_fail=True),
    "evasion/bind-suite": Scenario(
        "binds of all kinds, by Samba's own tests",
        (smbtorture("rpc.bind"),), may_fail=True),
    "evasion/object-uuid": Scenario(
        "requests with an object UUID, by Samba's own tests",
        (smbtorture("rpc.objectuuid"),), may_fail=True),
    "evasion/handles-tcp": Scenario(
        "handles across connections over TCP, by Samba's own tests",
        (smbtorture("rpc.handles", f"ncacn_ip_tcp:{SERVER}[print]"),), may_fail=True),
    "evasion/lsa-big-endian": Scenario(
        "LSA by Samba's own tests, in big-endian order",
        (smbtorture("rpc.lsa.privileges", f"ncacn_np:{SERVER}[print,bigendian]"),), may_fail=True),
    "identity/schannel": Scenario(
        "calls protected by Netlogon's own security, by Samba's own tests",
        (smbtorture("rpc.schannel2"),), may_fail=True),
}
