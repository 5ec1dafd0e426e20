"""rpcsieve import: others' rules become specs that pass check and mean what the rules mean.

usage: import_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import os
import subprocess
import sys
import tempfile
import unittest

import yaml

PROGRAM = ""

# In the form that rules for the RPC Firewall are published in.
DCSYNC = """\
title: Directory replication by somebody
id: 00000000-0000-4000-8000-0000000000a1
status: test
description: |
  Detects calls of the replication interface.
  Domain controllers make them too.
references:
    - https://example.org/dcsync
author: A. N. Author
date: 2022-01-02
tags:
    - attack.credential_access
    - attack.lateral-movement
    - attack.t1003.006
logsource:
    product: rpc_firewall
    category: application
    definition: 'Requirements: audit the interface'
detection:
    selection:
        EventLog: RPCFW
        EventID: 3
        InterfaceUuid: e3514235-4b06-11d1-ab04-00c04fc2dcd2
    filter:
        OpNum:
            - 0
            - 1
            - 12
    condition: selection and not filter
falsepositives:
    - "Other controllers: all of them"
level: high
"""
TASKS = """\
title: Scheduled task over the network
id: 00000000-0000-4000-8000-0000000000a2
status: experimental
description: Tasks
tags: [attack.t1053.005]
logsource: {product: rpc_firewall, category: application}
detection:
    selection:
        EventLog: RPCFW
        EventID: 3
        InterfaceUuid:
            - 1ff70682-0a51-30e8-076d-740be8cee98b
            - 86D35949-83C9-4044-B424-DB363231FD0C
        OpNum: [1, 2]
        ProcessName: svchost.exe
    condition: selection
level: medium
"""
ZEEK = """\
title: Encrypting file system over the network
id: 00000000-0000-4000-8000-0000000000a3
description: EFS
logsource: {product: zeek, service: dce_rpc}
detection:
    op1: {operation|startswith: EfsRpcOpen}
    op2: {endpoint: JobAdd, operation: atsvc}
    op3: {endpoint: atsvc, operation: [NetrJobEnum, NoSuchCall]}
    condition: 1 of op*
level: low
"""
OTHER = "title: t\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n"
SURICATA = r"""# comment
alert dcerpc $HOME_NET any -> 10.0.0.0/8 any (msg:"Backup key \; over LSARPC"; flow:to_server; \
  dcerpc.iface:12345778-1234-abcd-ef00-0123456789ab,=0; dcerpc.opnum:43,100-102; dcerpc.stub_data; \
  content:"G|00|$|00|B|00|"; nocase; content:!"|05 00 0b|"; distance:4; classtype:attempted-admin; \
  reference:cve,2020-1472; reference:url,example.org/x; metadata:mitre_tactic_name Lateral_Movement, mitre_technique_id T1003_004, created_at 2020; \
  sid:1000001; rev:3;)
alert http any any -> any any (msg:"not RPC"; sid:1000002;)
alert tcp any any -> any any (msg:"half of it"; dce_opnum:3; sid:1000003;)
"""


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = self.path("deep/down")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def run_it(self, status, *arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr

    def imported(self, status, kind, *files):
        """What it said, and the detections by name; each file has one and passes check."""
        said = self.run_it(status, "import", kind, *files, "-o", self.out)
        self.run_it(0, "check", self.out)
        found = {}
        for name in os.listdir(self.out):
            with open(os.path.join(self.out, name)) as file:
                text = file.read()
            self.assertEqual(text.count("\n  - name: "), 1)
            (detection,) = yaml.safe_load(text)["detections"]
            self.assertEqual(name, detection["name"] + ".yaml")
            found[detection["name"]] = detection | {"text": text}
        return said, found

    def test_sigma(self):
        self.write("in/a/dcsync.yml", DCSYNC + "---\n" + TASKS)
        self.write("in/zeek.yaml", ZEEK)
        self.write("in/other.yml", OTHER)
        self.write("in/notes.txt", "no rule")
        said, found = self.imported(0, "sigma", self.path("in"))
        self.assertIn("imported 3 of 3", said)
        self.assertIn("others passed over: 1", said)
        dcsync = found["directory-replication-by-somebody"]
        self.assertEqual(
            {key: dcsync[key] for key in ["id", "title", "status", "severity", "tactic", "attack", "references",
                                          "falsepositives"]},
            {"id": "00000000-0000-4000-8000-0000000000a1",
             "title": "Directory replication by somebody", "status": "test", "severity": "high",
             "tactic": "credential-access", "attack": ["T1003.006"], "references": ["https://example.org/dcsync"],
             "falsepositives": ["Other controllers: all of them"]})
        self.assertEqual(dcsync["when"]["call"], {
            "interface": "drsuapi",
            "operation": {"not": ["IDL_DRSBind", "IDL_DRSUnbind", "IDL_DRSCrackNames"]}})
        self.assertIn("author A. N. Author, date 2022-01-02", dcsync["text"])
        self.assertIn("# Not kept: tags that name no technique: attack.lateral-movement",
                      dcsync["text"])
        self.assertIn("attack.lateral-movement", said)
        self.assertIn("\n", dcsync["description"])

        tasks = found["scheduled-task-over-the-network"]
        self.assertEqual(tasks["when"]["call"], {"any": [
            {"interface": "atsvc", "operation": ["NetrJobDel", "NetrJobEnum"]},
            {"interface": "ITaskSchedulerService",
             "operation": ["SchRpcRegisterTask", "SchRpcRetrieveTask"]}]})
        self.assertIn("Not kept: the condition on 'ProcessName'", tasks["text"])
        self.assertRegex(said, r"dcsync.yml:\d+:9: warning\[W060\]: the condition on 'ProcessName'")

        zeek = found["encrypting-file-system-over-the-network"]
        calls = {str(call["interface"]): call["operation"] for call in zeek["when"]["call"]["any"]}
        self.assertEqual(calls, {"atsvc": ["NetrJobAdd", "NetrJobEnum"],
                                 "['efsrpc2', 'efsrpc']": "EfsRpcOpenFileRaw"})
        self.assertIn("endpoint and operation are swapped", said)
        self.assertIn("'NoSuchCall'", said)
        self.assertEqual(zeek["severity"], "low")

    def test_meaning(self):
        """What is compiled alerts on the numbers that the rule has, and on no other."""
        file = self.write("dcsync.yml", DCSYNC)
        self.imported(0, "sigma", file)
        self.run_it(0, "compile", self.out, "-t", "suricata7", "-o", self.path("x.rules"))
        with open(self.path("x.rules")) as rules:
            self.assertIn("dcerpc.opnum:2-11,13-65535;", rules.read())

    def test_bad_rules_are_told_and_the_others_imported(self):
        any_interface = DCSYNC.replace("InterfaceUuid: e35", "Other: e35").replace("a1", "b1")
        unreadable = DCSYNC.replace("and not filter", "and not (filter").replace("a1", "b2")
        nothing = DCSYNC.replace("EventID: 3", "EventID: 4").replace("a1", "b3")
        twice = TASKS.replace("a2", "a1")
        file = self.write("in.yml", "---\n".join([any_interface, unreadable, nothing, DCSYNC, twice]))
        said, found = self.imported(1, "sigma", file)
        for code in ["E060", "E061", "E062", "E034"]:
            self.assertIn(f"error[{code}]", said)
        self.assertEqual(list(found), ["directory-replication-by-somebody"])

    def test_never_overwrites(self):
        file = self.write("in.yml", TASKS)
        spec = os.path.join(self.out, "scheduled-task-over-the-network.yaml")
        self.imported(0, "sigma", file)
        with open(spec, "w") as mine:
            mine.write("mine")
        self.assertIn("is there already", self.run_it(2, "import", "sigma", file, "-o", self.out))
        with open(spec) as mine:
            self.assertEqual(mine.read(), "mine")
        self.run_it(0, "import", "sigma", file, "-o", self.out, "--force")
        self.run_it(0, "check", self.out)

    def test_input_that_cannot_be_used(self):
        other = self.write("other.yml", OTHER)
        self.assertIn("no Sigma rules", self.run_it(1, "import", "sigma", other, "-o", self.out))
        self.run_it(2, "import", "sigma", self.path("missing.yml"), "-o", self.out)
        self.run_it(2, "import", "sigma", self.write("in.yml", TASKS), "-o", "/dev/null/x")
        self.run_it(2, "import")
        self.run_it(2, "import", "sigma", other)
        self.run_it(1, "import", "sigma", self.write("bad.yml", "title: 'x\n"), "-o", self.out)

    def test_suricata(self):
        said, found = self.imported(1, "suricata", self.write("in.rules", SURICATA))
        self.assertIn("error[E060]", said)  # the rule without an interface
        self.assertIn("others passed over: 1", said)
        rule = found["backup-key-over-lsarpc"]
        self.assertEqual(rule["when"], {
            "call": {"interface": "lsarpc", "version": "0",
                     "operation": ["LsarRetrievePrivateData", "100-102"],
                     "stub": [{"utf16": "G$B", "nocase": True},
                              {"hex": "05 00 0b", "not": True}]},
            "to": "10.0.0.0/8"})
        self.assertEqual((rule["severity"], rule["tactic"], rule["attack"]), ("high", "lateral-movement", ["T1003.004"]))
        self.assertEqual(rule["references"], ["https://www.cve.org/CVERecord?id=CVE-2020-1472",
                                              "http://example.org/x"])
        for lost in ["1:1000001, rev 3", "addresses $HOME_NET", "distance:4", "created_at 2020"]:
            self.assertIn(lost, rule["text"])


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
