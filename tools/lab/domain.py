"""The Samba domain LAB.TEST: its controller dc1, and what its client cl1 needs to know of it.

The controller is set up more lenient than any should be (SMB1, unsigned, unsealed), because a
capture has to show what a sensor can read. The passwords are published on purpose.
"""

import subprocess
import time
from pathlib import Path

from hosts import CLIENT, DC

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
"""

CLIENT_CONF = f"""[global]
	workgroup = {DOMAIN}
	realm = {REALM}
	security = domain
	netbios name = CL1
	client min protocol = NT1
	client ipc min protocol = NT1
"""

PORTS = (88, 135, 389, 445)  # what answers once the controller is ready


def up():
    """up provisions the domain and returns once its controller answers: within a minute."""
    provision()
    conf = DC.root / "etc/samba/smb.conf"
    conf.write_text(conf.read_text().replace("[global]\n", LENIENT, 1))
    (CLIENT.root / "etc/samba/smb.conf").write_text(CLIENT_CONF)
    daemon = DC.start(DC.root / "samba.log", "samba", "-i", "--no-process-group", "-M", "prefork")
    for port in PORTS:
        wait_for(daemon, port)
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


def demand(done):
    if done.returncode != 0:
        raise RuntimeError(f"{done.args[-3:]} failed:\n{done.stdout}")


def wait_for(daemon, port, patience_s=90):
    until = time.monotonic() + patience_s
    probe = ["ip", "netns", "exec", CLIENT.namespace, "bash", "-c",
             f"exec 3<>/dev/tcp/{DC.address}/{port}"]
    while subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0:
        if daemon.poll() is not None or time.monotonic() > until:
            log = (DC.root / "samba.log").read_text()[-2000:]
            raise RuntimeError(f"the domain controller does not answer on port {port}:\n{log}")
        time.sleep(0.2)
