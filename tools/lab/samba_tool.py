#!/usr/bin/python3
"""samba_tool.py ARGUMENT...: samba-tool, with a log of its calls: every binding gets the flag `print`."""

import functools
import sys

from samba.dcerpc import dnsserver, drsuapi, lsa, netlogon, samr
from samba.netcmd.main import cmd_sambatool


def printing(connect):
    @functools.wraps(connect, updated=())
    def connect_printing(binding, *arguments, **options):
        if "print" not in binding:
            binding = binding[:-1] + ",print]" if binding.endswith("]") else binding + "[print]"
        return connect(binding, *arguments, **options)
    return connect_printing


for module, name in ((dnsserver, "dnsserver"), (drsuapi, "drsuapi"), (lsa, "lsarpc"),
                     (netlogon, "netlogon"), (samr, "samr")):
    setattr(module, name, printing(getattr(module, name)))

sys.exit(cmd_sambatool()._run("samba-tool", *sys.argv[1:]))
