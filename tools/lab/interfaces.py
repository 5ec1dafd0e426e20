"""The operations of RPC interfaces by the names that Samba's clients print them with.

Samba's own tables, as its ndrdump prints them, tell an operation's number: ask for a UUID, get the
names of its functions.
"""

import functools
import re
import subprocess

# The interfaces that Samba has the functions of, and their versions.
VERSIONS = {
    "12345678-1234-abcd-ef00-0123456789ab": "1.0",  # spoolss
    "12345678-1234-abcd-ef00-01234567cffb": "1.0",  # netlogon
    "12345778-1234-abcd-ef00-0123456789ab": "0.0",  # lsarpc
    "12345778-1234-abcd-ef00-0123456789ac": "1.0",  # samr
    "17fdd703-1827-4e34-79d4-24a55c53bb37": "1.0",  # msgsvc
    "1ff70682-0a51-30e8-076d-740be8cee98b": "1.0",  # atsvc
    "338cd001-2244-31f1-aaaa-900038001003": "1.0",  # winreg
    "367abb81-9844-35f1-ad32-98f038001003": "2.0",  # svcctl
    "3919286a-b10c-11d0-9ba8-00c04fd92ef5": "0.0",  # dssetup
    "3dde7c30-165d-11d1-ab8f-00805f14db40": "1.0",  # backupkey
    "4b324fc8-1670-01d3-1278-5a47bf6ee188": "3.0",  # srvsvc
    "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57": "0.0",  # IRemoteActivation
    "4fc742e0-4a10-11cf-8273-00aa004ae673": "3.0",  # netdfs
    "50abc2a4-574d-40b3-9d66-ee4fd5fba076": "5.0",  # dnsserver
    "60a15ec5-4de8-11d7-a637-005056a20182": "1.0",  # rpcecho
    "6bffd098-a112-3610-9833-012892020162": "0.0",  # browser
    "6bffd098-a112-3610-9833-46c3f87e345a": "1.0",  # wkssvc
    "76f03f96-cdfd-44fc-a22c-64950a001209": "1.0",  # iremotewinspool
    "82273fdc-e32a-18c3-3f78-827929dc23ea": "0.0",  # eventlog
    "894de0c0-0d55-11d3-a322-00c04fa321a1": "1.0",  # initshutdown
    "8d9f4e40-a03d-11ce-8f69-08003e30051b": "1.0",  # ntsvcs
    "99fcfec4-5260-101b-bbcb-00aa0021347a": "0.0",  # IOXIDResolver
    "9c54e310-a955-4885-bd31-78787147dfa6": "0.0",  # unixinfo
    "a8e0653c-2744-4389-a61d-7373df8b2292": "1.0",  # FileServerVssAgent
    "afa8bd80-7d8a-11c9-bef4-08002b102989": "1.0",  # mgmt
    "b97db8b2-4c63-11cf-bff6-08002be23f2f": "2.0",  # clusapi
    "c681d488-d850-11d0-8c52-00c04fd90f7e": "1.0",  # efs
    "d049b186-814f-11d1-9a3c-00c04fc9b232": "1.0",  # frsapi
    "e1af8308-5d1f-11c9-91a4-08002b14a0fa": "3.0",  # epmapper
    "e3514235-4b06-11d1-ab04-00c04fc2dcd2": "4.0",  # drsuapi
    "f5cc59b4-4264-101a-8c59-08002b2f8426": "1.1",  # frsrpc
}

FUNCTION = re.compile(r"0x[0-9a-f]+ \( *(\d+)\) (\w+)")


@functools.cache
def operations():
    """operations maps Samba's name of each function to (UUID, version, opnum)."""
    found = {}
    for uuid, version in VERSIONS.items():
        done = subprocess.run(["ndrdump", uuid], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        for number, name in FUNCTION.findall(done.stdout):
            found[name] = uuid, version, int(number)
    return found
