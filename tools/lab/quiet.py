"""Scenarios of honest days: what must stay quiet."""

from domain import ADMIN_PASSWORD, DOMAIN, REALM
from scenario import (ADMINISTRATOR, DEBUG, FILE_SERVER, LOCAL, SERVER, Scenario, impacket, net,
                      rpcclient, samba_tool, smbclient, smbtorture)

QUIET = {
    "drsuapi/replication-status": Scenario(
        "a controller asked how its replication does: no DCSync",
        (samba_tool("drs", "showrepl", SERVER, "-U", ADMINISTRATOR),)),
    "netlogon/secure-channel": Scenario(
        "a computer joins the domain and tests its secure channel",
        (net("rpc", "join"), ("net", DEBUG, "rpc", "testjoin", "-S", SERVER))),
    "svcctl/service-list": Scenario(
        "the services listed",
        (net("rpc", "service", "list"),)),
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
    "benign/logon": Scenario(
        "a user of a joined computer looked up and logged on with NTLM",
        (net("rpc", "join"), rpcclient("samlogon alice LabPass.1", SERVER),), may_fail=True),
    "benign/group-policy": Scenario(
        "the group policy read as at a logon",
        (smbclient("cd lab.test;cd Policies;recurse ON;ls", user=f"{DOMAIN}/alice%{ADMIN_PASSWORD}"),
         ("net", DEBUG, "ads", "gpo", "list", "alice", "-U", ADMINISTRATOR, "-S", SERVER),),
        may_fail=True),
    "benign/print": Scenario(
        "a document printed and the queue listed",
        (smbclient("print /etc/hosts;queue", share=f"//{FILE_SERVER}/printer", user=LOCAL),
         rpcclient("enumprinters;getprinter printer;enumports;enumjobs printer;openprinter printer",
         FILE_SERVER, user=LOCAL),), may_fail=True),
    "benign/print-suite": Scenario(
        "print processors and forms, by rpcclient",
        (rpcclient("enumdrivers;getprintprocdir;enumprocs;enumforms printer;enummonitors;getdriverdir",
         FILE_SERVER, user=LOCAL),), may_fail=True),
    "benign/files-copied": Scenario(
        "files written, read back, renamed and deleted over SMB 3.1.1",
        (smbclient("put /etc/services services;get services /dev/null;rename services other;ls;"
                   "del other;mkdir d;rmdir d", share=f"//{FILE_SERVER}/share", user=LOCAL),)),
    "benign/files-copied-smb1": Scenario(
        "the same over SMB1",
        (smbclient("put /etc/hosts hosts;get hosts /dev/null;rename hosts other;ls;del other", "-m",
         "NT1", share=f"//{FILE_SERVER}/share", user=LOCAL),)),
    "benign/files-encrypted": Scenario(
        "the same over SMB 3.1.1, encrypted",
        (smbclient("put /etc/hosts hosts;get hosts /dev/null;del hosts", "--client-protection=encrypt",
         share=f"//{FILE_SERVER}/share", user=LOCAL),)),
    "benign/share-list": Scenario(
        "the shares of both servers listed",
        (("smbclient", DEBUG, "-U", LOCAL, "-L", FILE_SERVER),
         ("smbclient", DEBUG, "-U", ADMINISTRATOR, "-L", SERVER),), may_fail=True),
    "benign/domain-join": Scenario(
        "a computer joins the domain with Kerberos and leaves it",
        (("net", DEBUG, "ads", "join", "-U", ADMINISTRATOR, "-S", SERVER, "--no-dns-updates"),
         ("net", DEBUG, "ads", "leave", "-U", ADMINISTRATOR, "-S", SERVER),), may_fail=True),
    "benign/replication": Scenario(
        "a controller asked for its links and options, told to check itself",
        (samba_tool("drs", "showrepl", SERVER, "-U", ADMINISTRATOR), samba_tool("drs", "kcc", SERVER,
         "-U", ADMINISTRATOR), samba_tool("drs", "bind", SERVER, "-U", ADMINISTRATOR),), may_fail=True),
    "benign/dns": Scenario(
        "zones and records listed, a record added and deleted",
        (samba_tool("dns", "zonelist", SERVER, "-U", ADMINISTRATOR), samba_tool("dns", "add", SERVER,
         "lab.test", "printer", "A", "10.77.0.50", "-U", ADMINISTRATOR), samba_tool("dns", "query",
         SERVER, "lab.test", "printer", "A", "-U", ADMINISTRATOR), samba_tool("dns", "delete", SERVER,
         "lab.test", "printer", "A", "10.77.0.50", "-U", ADMINISTRATOR), samba_tool("dns",
         "serverinfo", SERVER, "-U", ADMINISTRATOR),), may_fail=True),
    "benign/net-tools": Scenario(
        "an administrator's net commands at the file server",
        (net("rpc", "info", server=FILE_SERVER, user=LOCAL), net("rpc", "share", "list",
         server=FILE_SERVER, user=LOCAL), net("rpc", "file", server=FILE_SERVER, user=LOCAL),
         net("rpc", "rights", "list", server=FILE_SERVER, user=LOCAL), net("rpc", "service", "status",
         "Spooler", server=FILE_SERVER, user=LOCAL), net("rpc", "registry", "enumerate", "HKLM",
         server=FILE_SERVER, user=LOCAL),), may_fail=True),
    "benign/net-controller": Scenario(
        "the same at the controller",
        (net("rpc", "info"), net("rpc", "group"), net("rpc", "group", "members", "Domain Admins"),
         net("rpc", "trustdom", "list"), net("rpc", "getsid"), net("rpc", "user", "info", "alice"),),
        may_fail=True),
    "benign/password-own": Scenario(
        "a user changes the password by RPC",
        (rpcclient(f"chgpasswd3 bob {ADMIN_PASSWORD} Changed.Pass.3", SERVER,
         user=f"{DOMAIN}/bob%{ADMIN_PASSWORD}"),), may_fail=True),
    "benign/setup": Scenario(
        "the role of a server asked for, by Samba's own tests",
        (smbtorture("rpc.dssetup"), smbtorture("rpc.unixinfo"),), may_fail=True),
    "benign/lookups": Scenario(
        "many names at once, in several fragments",
        (impacket("lookup"),)),
    "benign/controller-join": Scenario(
        "a second controller joins the domain and replicates",
        (samba_tool("domain", "join", REALM, "DC", "-U", ADMINISTRATOR, "--server", SERVER,
         "--targetdir", "/var/lib/samba/joined", "--option=netbios name=dc2", "--dns-backend=NONE"),),
        may_fail=True, packets=200),
}
