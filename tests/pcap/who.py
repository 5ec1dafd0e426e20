#!/usr/bin/python3 -B
"""who.py RPCSIEVE FOLDER: compare who called, connection by connection, with tshark's reading.

tshark names the users of NTLMSSP, Netlogon and old SMB1 messages, and the tickets of Kerberos,
wherever they are in SMB or RPC; which calls they made is not its business. So the two agree when
every user that rpcsieve gives to a call is one that tshark sees on the call's connection, and when
no connection whose users tshark sees has calls of nobody only.
"""

import collections
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

SEPARATOR = "\x01"
NLMSG = "netlogon.secchan.nl_auth_message"
FIELDS = ("ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
          "ntlmssp.auth.username", "ntlmssp.auth.domain", "ntlmssp.auth.hostname",
          f"{NLMSG}.nb_domain", f"{NLMSG}.nb_host", "smb.account", "smb.primary_domain",
          "kerberos.realm", "kerberos.SNameString")
LAB_PORT = "tcp.port==4450,nbss"  # the lab's SMB port that tshark would not look at
TOKENS = ("tcp && (smb || smb2 || dcerpc) && (ntlmssp.messagetype == 3 || smb.account"
          f" || kerberos.msg_type == 14 || {NLMSG}.message_type == 0)")
KEYS = ("name", "domain", "workstation", "realm", "service")

# Connections where tshark does not read the token that is there: the capture's name, the client's
# port, and why.
UNREAD = {
    ("truncate-applayer-test-01.pcap", 57833): "the bind is cut off in the middle of its token",
    ("LM_WMI_ProcessCallCreate.pcapng", 49852):
        "the first of two binds has a Kerberos ticket, which tshark leaves undissected",
}


def text(value):
    """text returns None for a name of no length, which tshark prints as NULL."""
    return None if value in ("", "NULL", None) else value


def users_of_frame(names, domains, hosts, nl_domains, nl_hosts, accounts, account_domains, realms,
                   services):
    """users_of_frame yields a tuple of KEYS for each token of a frame."""
    for name, domain, host in zip_longest(names, domains, hosts):
        yield text(name), text(domain), text(host), None, None
    for domain, host in zip_longest(nl_domains, nl_hosts):
        yield f"{host}$", text(domain), host, None, None
    for account, domain in zip_longest(accounts, account_domains):
        yield text(account), text(domain), None, None, None
    if realms:
        yield None, None, None, realms[0], "/".join(services)


def by_tshark(capture):
    """by_tshark returns the users of each connection, told by its ends, the client's first."""
    done = subprocess.run(["tshark", "-r", capture, "-d", LAB_PORT, "-Y", TOKENS, "-T", "fields",
                           "-E", f"aggregator={SEPARATOR}", *(a for f in FIELDS for a in ("-e", f))],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = collections.defaultdict(set)
    for line in done.stdout.splitlines():
        fields = [field.split(SEPARATOR) if field else [] for field in line.split("\t")]
        source, destination = fields[0] or fields[1], fields[3] or fields[4]
        ends = source[-1], int(fields[2][-1]), destination[-1], int(fields[5][-1])
        found[ends].update(user for user in users_of_frame(*fields[6:]) if user[0] or user[3])
    return found


def by_rpcsieve(program, capture):
    """by_rpcsieve returns the same for each connection that has calls, those of nobody included."""
    done = subprocess.run([program, "calls", capture], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    if done.returncode not in (0, 2):  # 2: the capture is damaged
        raise SystemExit(f"{program} exits with {done.returncode} for {capture}")
    found = collections.defaultdict(set)
    for call in map(json.loads, done.stdout.splitlines()):
        ends = call["src_ip"], call["src_port"], call["dest_ip"], call["dest_port"]
        found[ends].add(tuple(call["user"][key] for key in KEYS))
    return found


def compare(program, capture):
    """compare returns how many users agree, and a line for each that does not."""
    seen, wrong, agreed = by_tshark(capture), [], 0
    for ends, users in by_rpcsieve(program, capture).items():
        named = {user for user in users if user[0] or user[3]}
        if (capture.name, ends[1]) in UNREAD:
            continue
        agreed += len(named & seen[ends])
        wrong += [f"{capture.name} {ends}: tshark does not see {user}"
                  for user in named - seen[ends]]
        if seen[ends] and not named:
            wrong.append(f"{capture.name} {ends}: nobody, where tshark sees {seen[ends]}")
    return agreed, wrong


def run(program, folder):
    """run compares all captures of a folder and returns how many users do not agree."""
    captures = sorted(path for path in folder.rglob("*")
                      if path.suffix in (".pcap", ".pcapng", ".cap"))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda capture: compare(program, capture), captures))
    wrong = [line for _, lines in results for line in lines]
    print(*wrong, f"{sum(n for n, _ in results)} users in {len(captures)} captures agree,"
          f" {len(wrong)} do not", sep="\n")
    return len(wrong) if captures else 1


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1], Path(sys.argv[2])) else 0)
