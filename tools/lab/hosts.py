"""Three hosts on one switch: network namespaces with their own names and Samba folders.

Nothing that a host sends leaves the machine: the switch is a bridge in a namespace of its own, to
which nothing else is plugged. A host's processes are those of its network namespace, so that taking
it down ends what runs on it and nothing else.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STATE = Path("/var/tmp/rpcsieve-lab")
PRIVATE = ("etc/samba", "var/lib/samba", "var/cache/samba", "var/log/samba", "run/samba")

# What a host does before its command: its own folders over the machine's, its own name. The mounts
# live in the command's mount namespace and vanish with it.
ENTER = """
for folder in {folders}; do mkdir -p /$folder; mount --bind {root}/$folder /$folder; done
mount --bind {root}/hosts /etc/hosts
mount --bind {root}/resolv.conf /etc/resolv.conf
for file in passwd group; do mount --bind {state}/$file /etc/$file; done
hostname {name}
exec "$@"
"""


@dataclass(frozen=True)
class Host:
    name: str
    address: str
    address6: str
    mac: str

    @property
    def namespace(self):
        return f"rpcsieve-{self.name}"

    @property
    def root(self):
        return STATE / self.name

    def command(self, *argv):
        """command is argv as it has to be started to run on this host."""
        enter = ENTER.format(folders=" ".join(PRIVATE), root=self.root, state=STATE,
                             name=self.name)
        return ["ip", "netns", "exec", self.namespace, "unshare", "--mount", "--uts",
                "sh", "-ec", enter, "sh", *map(str, argv)]

    def run(self, *argv, **options):
        """run starts argv on this host and waits for it; its output is returned, not shown."""
        return subprocess.run(self.command(*argv), text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **options)

    def start(self, log, *argv):
        """start leaves argv running on this host, with its output in the file log."""
        with open(log, "w") as output:
            return subprocess.Popen(self.command(*argv), stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=subprocess.STDOUT, start_new_session=True)


DC = Host("dc1", "10.77.0.10", "fd77::10", "02:77:00:00:00:10")
CLIENT = Host("cl1", "10.77.0.20", "fd77::20", "02:77:00:00:00:20")
FILES = Host("fs1", "10.77.0.30", "fd77::30", "02:77:00:00:00:30")
HOSTS = (DC, CLIENT, FILES)
SWITCH = "rpcsieve-switch"
LOCAL_USER = "labuser"  # an account of the file server, which Samba wants to be one of the system


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def up():
    """up makes the hosts and their switch, with packets of wire size: no offloading."""
    make_accounts()
    ip("netns", "add", SWITCH)
    ip("-n", SWITCH, "link", "add", "bridge", "type", "bridge")
    ip("-n", SWITCH, "link", "set", "bridge", "up")
    for host in HOSTS:
        make_folders(host)
        plug_in(host)


def plug_in(host):
    """plug_in joins the host's eth0 to the switch's port, which has the host's name."""
    ip("netns", "add", host.namespace)
    ip("link", "add", "eth0", "netns", host.namespace, "address", host.mac,
       "type", "veth", "peer", "name", host.name, "netns", SWITCH)
    ip("-n", SWITCH, "link", "set", host.name, "master", "bridge", "up")
    ip("-n", host.namespace, "link", "set", "lo", "up")
    ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
    ip("-n", host.namespace, "address", "add", f"{host.address6}/64", "dev", "eth0", "nodad")
    ip("-n", host.namespace, "link", "set", "eth0", "up")
    for namespace, port in ((host.namespace, "eth0"), (SWITCH, host.name)):
        subprocess.run(["ip", "netns", "exec", namespace, "ethtool", "-K", port,
                        *"tso off gso off gro off tx off rx off sg off".split()],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def unplugged(host):
    """unplugged takes the host off the bridge and yields the two ports that a relay can join."""
    near, far = host.name, "relay"
    ip("-n", SWITCH, "link", "add", far, "type", "veth", "peer", "name", "relayed")
    ip("-n", SWITCH, "link", "set", "relayed", "master", "bridge", "up")
    ip("-n", SWITCH, "link", "set", far, "up")
    ip("-n", SWITCH, "link", "set", near, "nomaster")
    try:
        yield near, far
    finally:
        ip("-n", SWITCH, "link", "set", near, "master", "bridge")
        ip("-n", SWITCH, "link", "delete", far)


def make_accounts():
    STATE.mkdir(parents=True)
    for file, line in (("passwd", f"{LOCAL_USER}:x:7701:7701::/tmp:/bin/false\n"),
                       ("group", f"{LOCAL_USER}:x:7701:\n")):
        (STATE / file).write_text(Path("/etc", file).read_text() + line)


def make_folders(host):
    for folder in PRIVATE:
        (host.root / folder).mkdir(parents=True)
    (host.root / "var/lib/samba/private").mkdir()
    names = [f"{h.address} {h.name}.lab.test {h.name}\n" for h in HOSTS]
    (host.root / "hosts").write_text("127.0.0.1 localhost\n" + "".join(names))
    (host.root / "resolv.conf").write_text(f"search lab.test\nnameserver {DC.address}\n")


def down():
    """down ends what runs on the hosts and takes them away; it may be called at any time."""
    for namespace in [host.namespace for host in HOSTS] + [SWITCH]:
        if not Path("/run/netns", namespace).exists():
            continue
        end_processes(namespace)
        subprocess.run(["ip", "netns", "delete", namespace], check=False)
    shutil.rmtree(STATE, ignore_errors=True)


def end_processes(namespace):
    for sign, patience_s in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        for pid in processes(namespace):
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                pass
        until = time.monotonic() + patience_s
        while processes(namespace) and time.monotonic() < until:
            time.sleep(0.1)


def processes(namespace):
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]
