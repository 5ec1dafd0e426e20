"""rpcsieve test with cases that are forged: what passes, what is told, and what Suricata makes of them.

usage: forged_suite_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

PROGRAM = ""
RULES = """\
rpcsieve: 1
detections:
  - name: secret-read
    id: 00000000-0000-4000-8000-000000000001
    title: For the tests of forged cases
    description: For the tests of forged cases.
    status: test
    severity: low
    when:
      call: {interface: lsarpc, operation: 43, transport: tcp, stub: [{utf16: "G$BCK"}]}
      from: {not: $DC}
  - name: program-copied
    id: 00000000-0000-4000-8000-000000000002
    title: For the tests of forged cases
    description: For the tests of forged cases.
    status: test
    severity: low
    when:
      file: {name: "*.exe", share: "admin$", access: write}
"""
VARIABLES = "rpcsieve: 1\nvariables: {DC: []}\n"
CANNOT = """\
  - name: nobody-calls
    id: 00000000-0000-4000-8000-000000000003
    title: For the tests of forged cases
    description: For the tests of forged cases.
    status: test
    severity: low
    when:
      call: {interface: samr}
      from: $DC
"""


def without_bare_tcp(capture):
    """without_bare_tcp drops the packets of a forged capture whose TCP (IPv4, no options) has no payload."""
    out, at = capture[:24], 24
    while at < len(capture):
        size = int.from_bytes(capture[at + 8:at + 12], "little")
        if size > 14 + 20 + 20:
            out += capture[at:at + 16 + size]
        at += 16 + size
    return out


class ForgedSuite(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        self.write("rules/rules.yaml", RULES)
        self.write("rules/variables.yaml", VARIABLES)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def judge(self, case, *options):
        """judge runs one case of a suite; returns the program as it ended, and its verdicts by name."""
        self.write("suite.yaml", "- {%s, rules: rules, origin: forged}\n" % case)
        done = subprocess.run([PROGRAM, "test", "suite.yaml", "--junit", "out.xml", *options], cwd=self.folder,
                              capture_output=True, text=True, timeout=300)
        out = os.path.join(self.folder, "out.xml")
        if not os.path.exists(out):
            return done, {}
        cases = xml.parse(out).iter("testcase")
        return done, {(one.get("classname"), one.get("name")): one.find("failure") is None for one in cases}

    def test_every_detection_has_cases_of_both_kinds_by_each_transport(self):
        done, verdicts = self.judge("forge: all", "--native")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {name for _, name in verdicts}
        for name in ("secret-read/tcp-alerts", "secret-read/tcp-quiet-lsarpc-43-content-1-1-other",
                     "secret-read/udp-quiet-lsarpc-43-other-transport", "program-copied/smb1-trans-alerts",
                     "program-copied/smb2-ioctl-quiet-file-1-other-access", "program-copied/smb311-alerts"):
            self.assertIn(name, names)
        self.assertNotIn("secret-read/tcp-quiet-other-from", names)
        self.assertIn(f"{len(verdicts)} cases, 0 failed", done.stdout)

    def test_variables_make_near_misses(self):
        done, verdicts = self.judge("forge: [secret-read], variables: {DC: 10.1.0.0/16}", "--native")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(("native", "secret-read/tcp-quiet-other-from"), verdicts)
        self.assertTrue(all(name.startswith("secret-read/") for _, name in verdicts))

    def test_the_same_captures_are_written_by_forge(self):
        _, verdicts = self.judge("forge: all", "--native")
        done = subprocess.run([PROGRAM, "forge", "rules", "-o", "out", "--cases"], cwd=self.folder,
                              capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        written = set()
        for folder, _, files in os.walk(os.path.join(self.folder, "out")):
            written |= {f"{os.path.basename(folder)}/{file[:-len('.pcap')]}" for file in files}
        self.assertEqual(written, {name for _, name in verdicts})
        for name, alerts in ("tcp-alerts", 1), ("tcp-quiet-lsarpc-43-rejected-bind", 0):
            scan = subprocess.run([PROGRAM, "scan", f"out/secret-read/{name}.pcap", "-r", "rules", "--eve", "-"],
                                  cwd=self.folder, capture_output=True, text=True, timeout=300)
            self.assertEqual(scan.stdout.count('"event_type":"alert"'), alerts, name)

    def test_what_cannot_be_forged_fails(self):
        self.write("rules/more.yaml", RULES.split("  - name")[0] + CANNOT)
        done, verdicts = self.judge("forge: all", "--native")
        self.assertEqual(done.returncode, 1)
        self.assertEqual([name for name, passed in verdicts.items() if not passed],
                         [("native", "nobody-calls/not forged")])
        self.assertIn("nobody-calls/not forged: cannot be forged: no address fits from and to", done.stderr)

    def test_a_name_that_no_detection_has(self):
        done, _ = self.judge("forge: [secret-read, secret-red]", "--native")
        self.assertEqual(done.returncode, 1)
        self.assertIn("suite.yaml:1: forge names a detection that the rules do not have", done.stderr)

    def test_suricata_is_told_apart_by_addresses(self):
        if not shutil.which("suricata"):
            self.skipTest("no suricata")
        done, verdicts = self.judge("forge: [secret-read]")
        self.assertEqual(done.returncode, 0, done.stderr)
        row = next(line.split() for line in done.stdout.splitlines() if line.startswith("secret-read"))
        alerts = sum(1 for engine, name in verdicts if engine == "native" and "-alerts" in name)
        self.assertEqual(row[1:3], [f"{alerts}/{alerts}"] * 2)
        self.assertEqual(sum(1 for engine, _ in verdicts if engine != "native"), len(verdicts) / 2)

    def test_the_tcp_of_filtered_captures_is_rebuilt(self):
        if not shutil.which("suricata"):
            self.skipTest("no suricata")
        subprocess.run([PROGRAM, "forge", "rules", "-o", "out", "--cases", "--transport", "tcp"], cwd=self.folder,
                       capture_output=True, check=True, timeout=300)
        with open(os.path.join(self.folder, "out/secret-read/tcp-alerts.pcap"), "rb") as file:
            capture = file.read()
        with open(os.path.join(self.folder, "filtered.pcap"), "wb") as file:
            file.write(without_bare_tcp(capture))
        case = "capture: filtered.pcap, alerts: [{detection: secret-read}]"
        done, verdicts = self.judge(case)
        self.assertEqual([passed for _, passed in sorted(verdicts.items())], [True, False], done.stderr)
        done, verdicts = self.judge(case + ", filtered: true")
        self.assertEqual([passed for _, passed in sorted(verdicts.items())], [True, True], done.stderr)

    def test_tshark_shows_what_filters_let_through(self):
        if not shutil.which("tshark"):
            self.skipTest("no tshark")
        done, verdicts = self.judge("forge: all", "--suricata", "none", "--tshark", "tshark")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("none: not there", done.stderr)
        rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line}
        alerts = sum(1 for engine, name in verdicts if engine == "native" and name.startswith("secret-read/tcp-alerts"))
        self.assertEqual(rows["secret-read"][1], f"{alerts}/{alerts}")
        self.assertRegex(rows["secret-read"][2], f"^[1-{alerts}]/{alerts}$")
        self.assertIn("wireshark", {engine for engine, _ in verdicts})


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
