"""EVE events as `rpcsieve scan --eve` writes them, made up: as many as a test needs."""
import json

TECHNIQUES = [["T1003.006"], ["T1003.004", "T1555"], ["T1087.002"], ["T1543.003", "T1569.002"]]
DETECTIONS = [("dcsync", "critical", "drsuapi", "IDL_DRSGetNCChanges", 3),
              ("dpapi-backup-key-read", "critical", "lsarpc", "LsarRetrievePrivateData", 43),
              ("samr-sweep", "low", "samr", "SamrEnumerateUsersInDomain", 13),
              ("service-created-remotely", "medium", "svcctl", "RCreateServiceW", 12)]
OUTCOMES = ["success", "denied", "answered", "unanswered", "fault"]
NUMBERS = {"critical": 1, "high": 1, "medium": 2, "low": 3, "informational": 4}


def timestamp(n):
    """A time for the n-th event, all within four days."""
    second = n * 37 % 345600
    return "2026-11-%02dT%02d:%02d:%02d.%06d+0000" % (
        20 + second // 86400, second // 3600 % 24, second // 60 % 60, second % 60, n % 1000000)


def alert(n, **own):
    kind = n % 7 % 4
    name, severity, interface, operation, opnum = DETECTIONS[kind]
    return {
        "timestamp": timestamp(n), "flow_id": 2 ** 40 + n, "pcap_filename": "day.pcap",
        "event_type": "alert", "src_ip": "10.7.%d.%d" % (n % 3, n % 23), "src_port": 49152 + n % 9999,
        "dest_ip": "10.7.0.%d" % (200 + n % 5), "dest_port": 445, "proto": "TCP", "app_proto": "smb",
        "alert": {"action": "allowed", "gid": 1, "signature_id": 9400000 + kind, "rev": 1,
                  "signature": "Title of " + name, "category": "Misc Attack",
                  "severity": NUMBERS[severity],
                  "metadata": {"rpcsieve_form": ["native"], "signature_severity": [severity],
                               "mitre_technique_id": TECHNIQUES[kind]}},
        "rpcsieve": {"detection": name, "id": "dbf96a0f-e670-49bc-bed0-a657e183bfb%d" % kind,
                     "confidence": "bound", "stub_match": "none", "transport": "smb",
                     "uuid": "12345778-1234-abcd-ef00-0123456789a%d" % kind, "version": "1.0",
                     "interface": interface, "opnum": opnum, "operation": operation, "pipe": interface,
                     "call_id": n, "context_id": 0, "stub_len": n % 300, "sealed": False,
                     "auth": {"type": "ntlm", "level": "none"},
                     "outcome": {"result": OUTCOMES[n % 5], "status": None, "status_name": None,
                                 "return_code": "0x00000000", "return_code_name": None},
                     "user": {"name": "user%d" % (n % 40), "domain": "LAB", "workstation": None,
                              "realm": None, "service": None, "machine": False},
                     "attack": TECHNIQUES[kind], **own}}


def blind_spot(n, cause="smb_encrypted"):
    return {"timestamp": timestamp(n), "flow_id": n, "pcap_filename": "day.pcap",
            "event_type": "anomaly", "src_ip": "10.7.1.%d" % (n % 200), "src_port": 50000,
            "dest_ip": "10.7.0.200", "dest_port": 445, "proto": "TCP", "app_proto": "smb",
            "anomaly": {"app_proto": "smb", "type": "applayer", "event": cause,
                        "layer": "proto_parser"},
            "rpcsieve": {"transport": "smb", "session": "0x%016x" % n}}


def stats():
    seen = {"calls": 200, "calls_read": 150, "calls_sealed": 50, "calls_sealed_watched": 5,
            "calls_cut": 0, "messages": 900, "messages_encrypted": 20, "messages_compressed": 0,
            "bytes": 100000, "bytes_encrypted": 3000, "bytes_compressed": 0, "bytes_lost": 0}
    server = {"ip": "10.7.0.200", "port": 445, "transport": "smb", "percent": 75, **seen}
    return {"timestamp": timestamp(0), "event_type": "stats",
            "rpcsieve": {"packets": 12345, "calls": 200,
                         "inspectable": {"percent": 75, **seen, "servers": [server],
                                         "other_servers": {name: 0 for name in seen}}}}


def lines(*events):
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events)
