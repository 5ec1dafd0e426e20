"""rpcsieve forge from outside: what it writes for which detections, and what it says of the others.

usage: forge_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import yaml

PROGRAM = ""
HEAD = "rpcsieve: 1\ndetections:\n"
DETECTION = """\
  - name: {name}
    id: 00000000-0000-4000-8000-{number:012x}
    title: For the tests of the forge
    description: For the tests of the forge.
    status: test
    severity: low
    sealed: {sealed}
    when:
      call: {call}
      from: {source}
      to: {to}
"""
# Hyperscan judges what is made of each of these: one that does not match cannot be forged.
REGEXES = [
    r"abc", r"^abc", r"abc$", r"^a.{20}c$", r"[0-9a-f]{8}-\d+", r"(?i)powershell(?:\.exe)?", r"a(b|c)+?d",
    r"(?:[^\x00].|.[^\x00]|\x01\x00{3})\x00{10}.{4}$", r"^.{20}[\x02\x03]\x00{3}", r"\x05\x00\x0b[\x00-\x10]",
    r"c\x00m\x00d\x00(?:\.\x00e\x00x\x00e\x00)?", r"[^a-z]{3}\W\S\D", r"\bword\b", r"(?s-m:x.y)|z", r"\Qa.b\E+",
    r"(((x){2}){2}){2}", r"[\w.-]+@[\w]+\.(com|org)", r"^\A\w+\s\z", r"a\/b\\c\[d\]", r"\t\n\r\f\a\e\cA", r"\101\0x",
]


def spec(*detections):
    """spec writes detections of (call, more keys)."""
    out = HEAD
    for number, (call, more) in enumerate(detections):
        keys = {"name": f"detection-{number}", "number": number + 1, "sealed": "alert", "source": "any", "to": "any"}
        out += DETECTION.format(call=call, **{**keys, **more})
    return out


def lsarpc(stub, **more):
    return "{interface: lsarpc, operation: 43, stub: %s}" % json.dumps(stub), more


def content(path):
    with open(path, "rb") as file:
        return file.read()


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300)


class Forge(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def forge(self, text, *options, to="out"):
        """forge runs the command; returns it as it ended, and the cases of the suite."""
        rules, out = os.path.join(self.folder, "rules.yaml"), os.path.join(self.folder, to)
        with open(rules, "w") as file:
            file.write(text)
        done = run("forge", rules, "-o", out, *options)
        suite = os.path.join(out, "suite.yaml")
        if not os.path.exists(suite):
            return done, []
        with open(suite) as file:
            return done, yaml.safe_load(file) or []

    def alerts(self, capture):
        done = run("scan", capture, "-r", os.path.join(self.folder, "rules.yaml"), "--eve", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [event for event in map(json.loads, done.stdout.splitlines()) if event["event_type"] == "alert"]

    def test_the_same_rules_give_the_same_bytes(self):
        text = spec(lsarpc([{"text": "secret"}]))
        contents = []
        for to in "one", "two":
            _, cases = self.forge(text, to=to)
            contents.append([content(case["capture"]) for case in cases])
        self.assertGreater(len(contents[0]), 100)
        self.assertEqual(contents[0], contents[1])

    def test_regexes_are_fulfilled(self):
        stubs = [lsarpc([{"regex": regex}]) for regex in REGEXES]
        done, cases = self.forge(spec(*stubs), "--transport", "tcp", "--evasion", "none")
        self.assertEqual((done.returncode, len(cases)), (0, len(REGEXES)), done.stderr)
        for number, case in enumerate(cases):
            found = {alert["rpcsieve"]["detection"] for alert in self.alerts(case["capture"])}
            named = os.path.basename(os.path.dirname(case["capture"]))
            self.assertIn(named, found, REGEXES[int(named.split("-")[1])])

    def test_stub_conditions_are_fulfilled_together(self):
        stub = [{"any": [{"utf16": "one"}, {"text": "two"}]}, {"hex": "05 00"}, {"text": "one", "not": True},
                {"regex": "^.{30}\\x07"}, {"any": [{"text": "three", "not": True}, {"text": "four"}]}]
        done, cases = self.forge(spec(lsarpc(stub)), "--transport", "tcp", "--evasion", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.alerts(cases[0]["capture"])), 1)

    def test_what_cannot_be_forged_is_named_and_the_rest_is_written(self):
        text = spec(lsarpc([{"text": "secret"}]), lsarpc([{"text": "abc"}, {"text": "b", "not": True}]),
                    lsarpc([{"regex": "a[[:digit:]]"}]))
        done, cases = self.forge(text, "--transport", "tcp", "--evasion", "none")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(cases), 1)
        self.assertIn("detection-1: cannot be forged: lsarpc operation 43: none of the stubs", done.stderr)
        self.assertIn("detection-2: cannot be forged: lsarpc operation 43: regex 'a[[:digit:]]': cannot make named",
                      done.stderr)

    def test_nobody_cannot_call(self):
        done, cases = self.forge(spec(lsarpc([{"text": "secret"}], source="[]")))
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(cases, [])

    def test_addresses_are_those_of_the_detection(self):
        text = spec(lsarpc([{"text": "secret"}], source="{not: [10.0.0.0/8, 172.16.0.0/12]}", to="198.51.100.7"),
                    lsarpc([{"text": "secret"}], source="10.1.2.3", to="10.1.2.0/24"))
        done, cases = self.forge(text, "--transport", "tcp", "--evasion", "none,ipv6")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {(case["capture"].split("/")[-2], alert["client"], alert["server"])
                 for case in cases for alert in case["alerts"] if alert["detection"] in case["capture"]}
        self.assertEqual(found, {("detection-0", "192.168.0.5", "198.51.100.7"),
                                 ("detection-1", "10.1.2.3", "10.1.2.5")})

    def test_ipv6_alone(self):
        done, cases = self.forge(spec(lsarpc([{"text": "secret"}], source="2001:db8:1::/48")),
                                 "--transport", "tcp,udp", "--evasion", "none,ip-fragments")
        self.assertEqual((done.returncode, len(cases)), (0, 4), done.stderr)
        self.assertEqual(cases[0]["alerts"][0]["client"], "2001:db8:1::5")

    def test_transport_pipe_and_object_are_kept(self):
        call = "{interface: lsarpc, operation: 43, transport: smb, pipe: lsass, " \
               "object: 00000000-1111-2222-3333-444444444444}"
        done, cases = self.forge(spec((call, {})), "--evasion", "none,other-pipe,upper-case-pipe")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(cases), 15)
        quiet = {case["capture"].split("/")[-1] for case in cases if case.get("quiet")}
        self.assertEqual(len(quiet), 5)
        self.assertTrue(all("other-pipe" in name for name in quiet))
        for case in cases:
            self.assertEqual(len(self.alerts(case["capture"])), 0 if case.get("quiet") else 1, case)

    def test_sealed_calls_that_are_ignored_are_quiet(self):
        text = spec(lsarpc([{"text": "secret"}], sealed="ignore"))
        _, cases = self.forge(text, "--transport", "tcp", "--evasion", "none,sealed,rejected,no-bind")
        quiet = {case["capture"].split("/")[-1] for case in cases if case.get("quiet")}
        self.assertEqual(quiet, {"tcp-sealed.pcap", "tcp-rejected.pcap", "tcp-no-bind.pcap"})

    def test_many_alternatives_are_bounded(self):
        everything = [str(n) for n in range(0, 4000, 2)]
        call = "{interface: [lsarpc, samr, svcctl], operation: %s, transport: tcp}" % json.dumps(everything)
        done, cases = self.forge(spec((call, {}), ("{interface: lsarpc}", {})))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("more alternatives are left out (at most 32 are forged)", done.stderr)
        self.assertLess(len(cases), 300)

    def test_names_are_checked(self):
        text = spec(lsarpc([{"text": "secret"}]))
        for options in ("--detection", "other"), ("--transport", "smb"), ("--evasion", "magic"):
            done, cases = self.forge(text, *options)
            self.assertEqual((done.returncode, cases), (2, []), done.stderr)
        self.assertIn("no detection is called other", self.forge(text, "--detection", "other")[0].stderr)

    def test_a_folder_that_cannot_be_made(self):
        path = os.path.join(self.folder, "file")
        with open(path, "w"):
            pass
        self.assertEqual(self.forge(spec(lsarpc([{"text": "secret"}])), to="file/below")[0].returncode, 2)

    def test_help_has_an_example(self):
        done = run("forge", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("rpcsieve forge rules/", done.stdout)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
