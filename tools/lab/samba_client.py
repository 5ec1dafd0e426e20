#!/usr/bin/python3
"""The same calls with Samba's own RPC client: run by `record` on the lab's client.

Over SMB it sends each call by one transceive: FSCTL_PIPE_TRANSCEIVE, in SMB1 TransactNmPipe. The
binding chooses transport, dialect and protection: ncacn_np:dc1.lab.test[smb1]. Every call prints
a line with its result.
"""

import argparse

from samba import NTSTATUSError, credentials, drs_utils, param
from samba.dcerpc import drsuapi, lsa, misc, security

from domain import ADMIN_PASSWORD, DOMAIN

SERVER = "dc1.lab.test"


def administrator(settings):
    user = credentials.Credentials()
    user.guess(settings)
    user.set_username("Administrator")
    user.set_password(ADMIN_PASSWORD)
    user.set_domain(DOMAIN)
    user.set_kerberos_state(credentials.DONT_USE_KERBEROS)
    return user


def retrieve(options, settings):
    """retrieve asks for the secrets called names, by LsarRetrievePrivateData."""
    association = lsa.lsarpc(options.binding, settings, administrator(settings))
    policy = association.OpenPolicy2("dc1", lsa.ObjectAttribute(),
                                     security.SEC_FLAG_MAXIMUM_ALLOWED)
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
    association, handle, _ = drs_utils.drsuapi_connect(SERVER, settings, administrator(settings))
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


ACTIONS = {"retrieve": retrieve, "dcsync": dcsync}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("names", nargs="+", help="secrets or distinguished names")
    parser.add_argument("--binding", default=f"ncacn_np:{SERVER}")
    options = parser.parse_args()
    settings = param.LoadParm()
    settings.load_default()
    ACTIONS[options.action](options, settings)


if __name__ == "__main__":
    main()
