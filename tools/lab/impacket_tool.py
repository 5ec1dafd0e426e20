#!/usr/bin/python3
"""impacket_tool.py DIALECT SCRIPT ARGUMENT...: run one of impacket's example programs, in an SMB dialect
of our choice and with a log of its calls.

The programs choose SMB 3.0 if they are let, and then encrypt. Debian puts them among the
documents of python3-impacket.
"""

import runpy
import sys

from impacket import smb, smb3structs, smbconnection

import impacket_log  # noqa: F401

EXAMPLES = "/usr/share/doc/python3-impacket/examples"
DIALECTS = {"smb1": smb.SMB_DIALECT, "2.0.2": smb3structs.SMB2_DIALECT_002,
            "2.1": smb3structs.SMB2_DIALECT_21, "3.0": smb3structs.SMB2_DIALECT_30}
negotiate = smbconnection.SMBConnection.negotiateSession


def main():
    dialect = DIALECTS[sys.argv.pop(1)]

    def negotiate_ours(connection, preferredDialect=None, **options):
        return negotiate(connection, preferredDialect or dialect, **options)

    smbconnection.SMBConnection.negotiateSession = negotiate_ours
    del sys.argv[0]
    runpy.run_path(f"{EXAMPLES}/{sys.argv[0]}", run_name="__main__")


if __name__ == "__main__":
    main()
