#!/usr/bin/python3
"""What an attacker's tools call, made with impacket: run by `record` on the lab's client.

impacket sends each RPC fragment by an SMB write and reads the answer, where Samba's clients
(samba_client.py) use one transceive. Every call prints a line with its result, so that the log of
a recording says what the capture has to hold.
"""

import argparse
import sys

from impacket import smb, smb3structs
from impacket.dcerpc.v5 import bkrp, drsuapi, epm, lsad, nrpc, rpcrt, scmr, transport
from impacket.dcerpc.v5.dtypes import NULL
from impacket.examples.secretsdump import RemoteOperations
from impacket.smbconnection import SessionError, SMBConnection
from impacket.uuid import string_to_bin

from domain import ADMIN_PASSWORD, DOMAIN

SERVER = "dc1.lab.test"
DIALECTS = {"smb1": smb.SMB_DIALECT, "2.1": smb3structs.SMB2_DIALECT_21,
            "3.0": smb3structs.SMB2_DIALECT_30}
ZERO_CREDENTIAL = b"\0" * 8
ALL_NETLOGON_FLAGS = 0x212FFFFF  # what the published Zerologon test sends [MS-NRPC §3.1.4.2]
# BACKUPKEY_RETRIEVE_BACKUP_KEY_GUID, what every DPAPI client asks for [MS-BKRP §3.1.4.1.3]
RETRIEVE_PUBLIC_KEY = string_to_bin("018FF48A-EABA-40C6-8F6D-72370240E967")


def credentials(user):
    return user, ADMIN_PASSWORD, DOMAIN


def protect(association, options):
    """protect sets how the association's calls are signed or sealed, and for whom, if not for the
    user of the SMB session."""
    if options.rpc_user:
        association.set_credentials(*credentials(options.rpc_user))
    if options.rpc_user or options.integrity:
        association.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
    if options.privacy:
        association.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY)


def connect(options, interface, pipe):
    """connect returns an association that is bound to the interface."""
    if options.over == "tcp":
        binding = epm.hept_map(SERVER, interface, protocol="ncacn_ip_tcp")
    else:
        binding = rf"ncacn_np:{SERVER}[\pipe\{pipe}]"
    rpc_transport = transport.DCERPCTransportFactory(binding)
    if options.over == "smb":
        rpc_transport.preferred_dialect(DIALECTS[options.dialect])
    if not options.anonymous:
        rpc_transport.set_credentials(*credentials(options.user))
    association = rpc_transport.get_dce_rpc()
    protect(association, options)
    association.connect()
    association.bind(interface)
    if options.fragment:
        association.set_max_fragment_size(options.fragment)
    return association


def report(what, call, *arguments):
    """report makes one call, prints what came of it, and returns the answer, if there is one."""
    try:
        answer = call(*arguments)
        print(f"{what}: success")
        return answer
    except rpcrt.DCERPCException as error:
        print(f"{what}: {error}")
        return None


def open_policy(options):
    """open_policy returns an association and a policy handle; over TCP, where Samba opens none, a
    made-up one."""
    association = connect(options, lsad.MSRPC_UUID_LSAD, "lsarpc")
    if options.over == "tcp":
        return association, b"\0" * 4 + b"\x11" * 16
    return association, lsad.hLsarOpenPolicy2(association)["PolicyHandle"]


def retrieve(options):
    association, policy = open_policy(options)
    for name in options.names:
        report(f"LsarRetrievePrivateData {name}",
               lsad.hLsarRetrievePrivateData, association, policy, name)


def secret(options):
    association, policy = open_policy(options)
    for name in options.names:
        opened = report(f"LsarOpenSecret {name}", lsad.hLsarOpenSecret, association, policy, name)
        if opened:
            report(f"LsarQuerySecret {name}", lsad.hLsarQuerySecret, association,
                   opened["SecretHandle"])


def dcsync(options):
    """dcsync asks for accounts as secretsdump does. Samba takes the request for malformed."""
    server = SMBConnection(SERVER, SERVER, preferredDialect=DIALECTS[options.dialect])
    server.login(*credentials(options.user))
    operations = RemoteOperations(server, doKerberos=False)
    for name in options.names:
        cracked = operations.DRSCrackNames(drsuapi.DS_NAME_FORMAT.DS_NT4_ACCOUNT_NAME,
                                           drsuapi.DS_NAME_FORMAT.DS_UNIQUE_ID_NAME, name)
        guid = cracked["pmsgOut"]["V1"]["pResult"]["rItems"][0]["pName"][:-1]
        report(f"DRSGetNCChanges {name} (impacket misreads the refusal)",
               operations.DRSGetNCChanges, guid)
    operations.finish()
    server.logoff()


def zerologon(options):
    association = connect(options, nrpc.MSRPC_UUID_NRPC, "netlogon")
    account, kind = "DC1$", nrpc.NETLOGON_SECURE_CHANNEL_TYPE.ServerSecureChannel
    for authenticate in (nrpc.hNetrServerAuthenticate3, nrpc.hNetrServerAuthenticate3,
                         nrpc.hNetrServerAuthenticate2):
        report("NetrServerReqChallenge, zeros", nrpc.hNetrServerReqChallenge, association,
               SERVER, "DC1", ZERO_CREDENTIAL)
        report(f"{authenticate.__name__[1:]}, zeros", authenticate, association, SERVER, account,
               kind, "DC1", ZERO_CREDENTIAL, ALL_NETLOGON_FLAGS)


def create_service(options):
    association = connect(options, scmr.MSRPC_UUID_SCMR, "svcctl")
    manager = scmr.hROpenSCManagerW(association)["lpScHandle"]
    for name in options.names:
        report(f"RCreateServiceW {name}", lambda service: scmr.hRCreateServiceW(
            association, manager, service, service, lpBinaryPathName=r"%COMSPEC% /Q /c echo lab"),
            name)


def wrong_password(options):
    server = SMBConnection(SERVER, SERVER, preferredDialect=DIALECTS[options.dialect])
    try:
        server.login(options.user, "not " + ADMIN_PASSWORD, DOMAIN)
    except SessionError as error:
        print(f"logon as {options.user}: {error}")
    server.close()


def public_key(options):
    association = connect(options, bkrp.MSRPC_UUID_BKRP, "protected_storage")
    report("BackuprKey", bkrp.hBackuprKey, association, RETRIEVE_PUBLIC_KEY, NULL)


ACTIONS = {"retrieve": retrieve, "secret": secret, "dcsync": dcsync, "zerologon": zerologon,
           "create-service": create_service, "public-key": public_key,
           "wrong-password": wrong_password}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("names", nargs="*", help="secrets, accounts or services")
    parser.add_argument("--over", choices=("smb", "tcp"), default="smb")
    parser.add_argument("--dialect", choices=DIALECTS, default="2.1")
    parser.add_argument("--privacy", action="store_true", help="seal the stubs")
    parser.add_argument("--integrity", action="store_true", help="sign them")
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--user", default="Administrator")
    parser.add_argument("--rpc-user", help="who calls, if not the user of the SMB session")
    parser.add_argument("--fragment", type=int, help="octets of stub in a fragment")
    options = parser.parse_args()
    ACTIONS[options.action](options)


if __name__ == "__main__":
    sys.exit(main())
