"""The Samba domain LAB.TEST: its controller dc1, the file server fs1, and what their client cl1 needs to
know of them.

The servers are set up more lenient than any should be (SMB1, unsigned, unsealed), because a
capture has to show what a sensor can read. The passwords are published on purpose.
"""

import subprocess
import time
from pathlib import Path

from hosts import CLIENT, DC, FILES, LOCAL_USER

HERE = Path(__file__).resolve().parent
REALM, DOMAIN, ADMIN_PASSWORD = "LAB.TEST", "LAB", "LabPass.1"

LENIENT = """[global]
	server min protocol = NT1
	client min protocol = NT1
	ntlm auth = ntlmv1-permitted
	allow dcerpc auth level connect = yes
	server signing = auto
	server schannel = auto
	server reject md5 schannel:all = no
	load printers = no
	printing = bsd
	printcap name = /dev/null
	dns forwarder = 127.0.0.9
	smb ports = 445 139 4450
	ldap server require strong auth = no
"""

CLIENT_CONF = f"""[global]
	workgroup = {DOMAIN}
	realm = {REALM}
	security = domain
	netbios name = CL1
	client min protocol = NT1
	client ipc min protocol = NT1
"""

# A server of its own users, whose services (registry, services, event log, printers) are Samba's
# older ones; samba-dcerpcd offers them over TCP as well.
FILES_CONF = f"""[global]
	workgroup = FILES
	netbios name = FS1
	server role = standalone server
	server min protocol = NT1
	ntlm auth = ntlmv1-permitted
	map to guest = Bad User
	restrict anonymous = 0
	allow dcerpc auth level connect = yes
	server signing = auto
	load printers = no
	printing = bsd
	printcap name = /dev/null
	print command = rm -f %s
	rpc start on demand helpers = no
	rpc_server:tcpip = yes
	eventlog list = Application System Security
	registry shares = yes
	admin users = {LOCAL_USER}
[share]
	path = {FILES.root}/share
	read only = no
	guest ok = yes
[ADMIN$]
	path = {FILES.root}/admin
	read only = no
[printer]
	path = {FILES.root}/spool
	printable = yes
	guest ok = yes
[print$]
	path = {FILES.root}/drivers
	read only = no
"""

PORTS = (88, 135, 389, 445)  # what answers once the controller is ready


def up():
    """up provisions the domain and returns once both servers answer: within a minute."""
    provision()
    conf = DC.root / "etc/samba/smb.conf"
    conf.write_text(conf.read_text().replace("[global]\n", LENIENT, 1))
    (CLIENT.root / "etc/samba/smb.conf").write_text(CLIENT_CONF)
    daemon = DC.start(DC.root / "samba.log", "samba", "-i", "--no-process-group", "-M", "prefork")
    for port in PORTS:
        wait_for(DC, daemon, port)
    files_up()
    for user in ("alice", "bob"):
        demand(DC.run("samba-tool", "user", "create", user, ADMIN_PASSWORD))
    # The controller makes its backup key when the first client asks for the public half.
    demand(CLIENT.run("/usr/bin/python3", "-B", HERE / "impacket_client.py", "public-key",
                      "--privacy"))


def provision():
    (DC.root / "etc/samba/smb.conf").unlink(missing_ok=True)
    demand(DC.run("samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN}",
                  "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
                  f"--adminpass={ADMIN_PASSWORD}", "--host-name=DC1",
                  f"--host-ip={DC.address}", f"--host-ip6={DC.address6}"))


def files_up():
    for folder in ("share", "admin", "spool", "drivers"):
        (FILES.root / folder).mkdir(mode=0o777)
        (FILES.root / folder).chmod(0o777)
    (FILES.root / "etc/samba/smb.conf").write_text(FILES_CONF)
    for user in (LOCAL_USER, "root"):
        demand(FILES.run("sh", "-c", "printf '%s\\n%s\\n' \"$1\" \"$1\" | smbpasswd -s -a \"$2\"", "sh",
                         ADMIN_PASSWORD, user))
    FILES.start(FILES.root / "dcerpcd.log", "/usr/libexec/samba/samba-dcerpcd", "--libexec-rpcds",
                "-F", "--no-process-group")
    daemon = FILES.start(FILES.root / "samba.log", "smbd", "-F", "--no-process-group")
    for port in (135, 445):
        wait_for(FILES, daemon, port)


def demand(done):
    if done.returncode != 0:
        raise RuntimeError(f"{done.args[-3:]} failed:\n{done.stdout}")


def wait_for(host, daemon, port, patience_s=180):
    until = time.monotonic() + patience_s
    probe = ["ip", "netns", "exec", CLIENT.namespace, "bash", "-c",
             f"exec 3<>/dev/tcp/{host.address}/{port}"]
    while subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0:
        if daemon.poll() is not None or time.monotonic() > until:
            log = (host.root / "samba.log").read_text()[-2000:]
            raise RuntimeError(f"{host.name} does not answer on port {port}:\n{log}")
        time.sleep(0.2)
