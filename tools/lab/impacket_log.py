"""impacket's RPC client says what it calls: import this, and each call prints a line of JSON."""

import json

from impacket.dcerpc.v5 import rpcrt
from impacket.uuid import bin_to_uuidtup

from client_log import LEVELS, MARK

bind, call = rpcrt.DCERPC_v5.bind, rpcrt.DCERPC_v5.call


def remember(association, interface, *arguments, **options):
    association.lab_interface = bin_to_uuidtup(interface)
    return bind(association, interface, *arguments, **options)


def say(association, opnum, body, uuid=None):
    transport = association.get_rpc_transport()
    level = LEVELS[association._DCERPC_v5__auth_level]
    over_smb = hasattr(transport, "get_smb_connection")
    user = transport.get_credentials()[0] if over_smb else ""
    if level != "none":
        user = association.get_credentials()[0]
    interface, version = getattr(association, "lab_interface", (None, None))
    print("\n" + MARK + json.dumps({
        "transport": "smb" if over_smb else "tcp", "uuid": interface and interface.lower(),
        "version": version, "opnum": opnum, "level": level, "user": user}), flush=True)
    return call(association, opnum, body, uuid)


rpcrt.DCERPC_v5.bind, rpcrt.DCERPC_v5.call = remember, say
