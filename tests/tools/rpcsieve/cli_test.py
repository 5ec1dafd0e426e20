"""The command line from outside: exit statuses, what goes where, and bad inputs of every kind.

usage: cli_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import gzip
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import unittest

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(TESTS, "differential"))
import wire

PROGRAM = ""
LSARPC = "12345778-1234-abcd-ef00-0123456789ab"
OPENING = [(True, wire.bind((0, LSARPC, 0, wire.NDR))), (False, wire.bind_ack(0))]
NAME = "G$BCKUPKEY_PREFERRED".encode("utf-16-le")
USB = 189

SPEC = """\
rpcsieve: 1
detections:
  - name: backup-key
    id: 6f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10
    title: Domain DPAPI backup key requested
    description: For the tests of the command line.
    status: test
    severity: critical
    attack: [T1003.004]
    references: ["https://example.org/"]
    falsepositives: ["none"]
    when:
      call:
        interface: lsarpc
        operation: LsarRetrievePrivateData
        stub:
          - {utf16: "G$BCKUPKEY_"}
      from: {not: $ADMINS}
"""
VARIABLES = "rpcsieve: 1\nvariables:\n  ADMINS: []\n"


def answer(call, code=0):
    return False, wire.response(bytes(4) + code.to_bytes(4, "little"), call=call)


def theft(client=wire.CLIENT, code=0):
    """The packets of one LsarRetrievePrivateData for the backup key, answered with that code."""
    request = wire.request(43, bytes(24) + NAME + bytes(8), call=2)
    return wire.Tcp(49000, 49667, client).talk(OPENING + [(True, request), answer(2, code)]).packets


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=120, **options)


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("rules"))
        self.write("rules/backup.yaml", SPEC)
        self.write("rules/variables.yaml", VARIABLES)
        self.rules = self.path("rules")
        self.capture = self.write("theft.pcap", wire.pcap(theft()))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def expect(self, status, *arguments, **options):
        done = run(*arguments, **options)
        said = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, status, f"{arguments}\n{said}")
        return done

    def events(self, status, *arguments, **options):
        """What `scan --eve -` prints, of which the last must be the only `stats`."""
        done = self.expect(status, "scan", *arguments, "-r", self.rules, "--eve", "-", **options)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([e["event_type"] for e in events].count("stats"), 1)
        self.assertEqual(events[-1]["event_type"], "stats")
        return events

    def eve(self, status, *arguments, **options):
        """The alerts of `scan --eve -`."""
        events = self.events(status, *arguments, **options)
        return [e for e in events if e["event_type"] == "alert"]


class Usage(CommandLine):
    def test_help_and_version(self):
        self.assertRegex(self.expect(0, "--version").stdout, rb"^rpcsieve \d+\.\d+\.\d+\n$")
        for command in ["check", "compile", "scan", "calls", "explain", "endpoints", "files", "forge",
                        "catalog", "import", "diff", "test", "report"]:
            self.assertIn(command.encode(), self.expect(0, "--help").stdout)
            self.assertIn(b"Example:\n  rpcsieve " + command.encode(),
                          self.expect(0, command, "--help").stdout)

    def test_mistakes(self):
        for arguments in [[], ["fry"], ["check"], ["scan", self.capture], ["calls"], ["files"],
                          ["scan", self.capture, "-r", self.rules, "--threads", "0"],
                          ["scan", self.capture, "-r", self.rules, "--threads", "many"],
                          ["check", self.rules, "--var", "NO_VALUE"],
                          ["compile", self.rules, "-t", "native"],
                          ["catalog", "--everything"]]:
            done = self.expect(2, *arguments)
            self.assertEqual(done.stdout, b"")
            self.assertNotEqual(done.stderr, b"")

    def test_unknown_command(self):
        for arguments, message in [
                (["bogus"], b"unknown command 'bogus'; rpcsieve --help lists them"),
                (["chek", self.rules], b"unknown command 'chek'; did you mean check? "),
                (["--colour"], b"unknown option '--colour'; "),
                ([""], b"A subcommand is required"),
                ([], b"A subcommand is required")]:
            self.assertIn(message, self.expect(2, *arguments).stderr)
        self.assertIn(b"RULES is required", self.expect(2, "check").stderr)

    def test_output_that_cannot_be_written(self):
        for arguments in [["--help"], ["catalog"], ["check", self.rules], ["calls", self.capture],
                          ["files", os.path.join(TESTS, "..", "pcaps", "benign")],
                          ["scan", self.capture, "-r", self.rules],
                          ["scan", self.capture, "-r", self.rules, "--eve", "-"],
                          ["explain", self.capture, "-r", self.rules]]:
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 2, arguments)

    def test_reader_that_went_away(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        done = subprocess.run([PROGRAM, "calls", self.capture], stdout=write_end,
                              stderr=subprocess.PIPE)
        os.close(write_end)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"Broken pipe", done.stderr)


class Terminal(CommandLine):
    def on_terminal(self, *arguments):
        """What the program writes to a terminal that is its standard output and error."""
        reader, writer = pty.openpty()
        subprocess.run([PROGRAM, *arguments], stdout=writer, stderr=writer, timeout=120)
        os.close(writer)
        shown = b""
        try:
            while chunk := os.read(reader, 65536):
                shown += chunk
        except OSError:  # the end, as Linux says it of a terminal
            pass
        os.close(reader)
        return shown

    def test_colour(self):
        bad = self.write("bad.yaml", "rpcsieve: 2\n")
        self.assertIn(b"\x1b[1;31merror[", self.on_terminal("check", bad))
        self.assertNotIn(b"\x1b", self.on_terminal("check", self.rules))

    def test_progress(self):
        shown = self.on_terminal("scan", self.capture, "-r", self.rules, "--eve", "/dev/null")
        self.assertRegex(shown, rb"\r\[-{40}\]   0 %  file 1 of 1\r\x1b\[K")
        shown = self.on_terminal("scan", self.capture, "-r", self.rules)
        self.assertNotIn(b"\x1b", shown)

    def test_names_from_the_wire_do_not_steer_it(self):
        smb, file = wire.Smb2(), b"F" * 16
        messages = smb.negotiate() + smb.tree_connect() + smb.create("\x1b[2Jlsarpc", file)
        messages += smb.transceive(file, OPENING[0][1], OPENING[1][1])
        request = wire.request(43, bytes(24) + NAME, call=2)
        messages += smb.transceive(file, request, answer(2)[1])
        packets = wire.Tcp(49000, 445).talk(messages).packets
        capture = self.write("evil.pcap", wire.pcap(packets))
        shown = self.on_terminal("scan", capture, "-r", self.rules)
        self.assertIn(b"smb \\?[2jlsarpc  lsarpc LsarRetrievePrivateData", shown)
        self.assertNotIn(b"\x1b", shown)

    def test_names_of_files_do_not_steer_it(self):
        self.write("\x1b[2J", "no capture")
        shown = self.on_terminal("calls", self.folder)
        self.assertIn(b"/?[2J: not a capture, left out", shown)
        self.assertNotIn(b"\x1b[2J", shown)


class Check(CommandLine):
    def test_good(self):
        done = self.expect(0, "check", self.rules)
        self.assertTrue(done.stdout.endswith(b"1 detection: 0 errors, 0 warnings, 0 lints\n"), done)

    def test_bad(self):
        spec = SPEC.replace("LsarRetrievePrivateData", "LsarRetrievePrivateDate")
        done = self.expect(1, "check", self.write("rules/backup.yaml", spec))
        self.assertRegex(done.stdout, rb"backup\.yaml:15:20: error\[E\d+\]: ")
        self.assertIn(b"^^^", done.stdout)
        self.assertIn(b"LsarRetrievePrivateData", done.stdout)
        self.assertTrue(done.stdout.endswith(b"1 error, 0 warnings, 0 lints\n"), done)
        self.assertNotIn(b"\x1b", done.stdout)

    def test_json(self):
        spec = SPEC.replace("severity: critical", "severity: dreadful")
        done = self.expect(1, "check", "--json", self.write("rules/backup.yaml", spec))
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(d["level"], d["line"]) for d in found], [("error", 8)])

    def test_variables(self):
        self.write("rules/backup.yaml", SPEC.replace("$ADMINS", "$NOBODY_KNOWS"))
        self.expect(1, "check", self.rules)
        self.expect(0, "check", self.rules, "--var", "NOBODY_KNOWS=10.0.0.0/8,192.168.1.1")
        self.expect(1, "check", self.rules, "--var", "NOBODY_KNOWS=10.0.0.0/99")

    def test_file_in_the_working_directory(self):
        self.expect(0, "check", "backup.yaml", cwd=self.rules)
        self.expect(0, "check", ".", cwd=self.rules)

    def test_missing(self):
        self.expect(2, "check", self.path("nothing.yaml"))


class Compile(CommandLine):
    def compile(self, status, target, output, *more):
        return self.expect(status, "compile", self.rules, "-t", target, "-o", output, *more)

    def test_same_bytes(self):
        for target in ["native", "suricata7", "suricata8"]:
            self.compile(0, target, self.path("a"))
            self.compile(0, target, self.path("b"))
            self.assertEqual(self.read("a"), self.read("b"))
            self.assertNotEqual(self.read("a"), b"")

    def test_folder(self):
        os.mkdir(self.path("there"))
        self.compile(0, "native", self.path("there"))
        self.compile(0, "native", self.path("new/deeper/"))
        self.assertEqual(os.listdir(self.path("there")), ["rpcsieve.db"])
        self.assertEqual(os.listdir(self.path("new/deeper")), ["rpcsieve.db"])
        self.compile(0, "suricata7", self.path("rules7/"))
        self.assertEqual(sorted(os.listdir(self.path("rules7"))),
                         ["classification.config", "reference.config", "rpcsieve.rules"])

    def test_in_place_of_a_file(self):
        self.write("out.rules", "old")
        os.chmod(self.path("out.rules"), 0o600)
        os.symlink("out.rules", self.path("link.rules"))
        self.compile(0, "suricata7", self.path("link.rules"))
        self.assertTrue(os.path.islink(self.path("link.rules")))
        self.assertIn(b"alert ", self.read("out.rules"))
        self.assertEqual([f for f in os.listdir(self.folder) if f.startswith("out.rules.")], [])

    def test_report(self):
        done = self.compile(0, "native", self.path("x.db"), "--report", self.path("report.json"))
        self.assertIn(b"backup-key  exact", done.stderr)
        self.assertEqual(json.loads(self.read("report.json")), {
            "target": "native", "profile": "coverage",
            "detections": [{"detection": "backup-key", "fidelity": "exact", "forms": ["native"],
                            "reasons": [], "evidence": []}]})

    def test_evidence(self):
        self.compile(0, "suricata7", self.path("x"), "--profile", "precise", "--report", self.path("report.json"))
        report = json.loads(self.read("report.json"))
        self.assertEqual(report["measured"]["pairs"], 443)
        self.assertIn({"form": "app-smb", "found": 188, "alone": 188, "false": 0},
                      report["detections"][0]["evidence"])
        done = self.compile(0, "suricata7", self.path("x"), "--profile", "precise")
        self.assertRegex(done.stderr, rb"measured with Suricata 7\.0\.10 on 443 pairs .*\n"
                         rb"FORM +FINDS +ALONE +FALSE\n(.*\n)*app-smb +188 +188 +0\n")
        self.assertNotIn(b"warning", done.stderr)

    def test_wider_and_refused_are_said_aloud(self):
        done = self.compile(0, "suricata7", self.path("x"))
        self.assertIn(b"warning: 1 of 1 detections are wider: their rules may alert on more than they say",
                      done.stderr)
        self.write("rules/file.yaml", SPEC[:SPEC.index("    when:")].replace(
            "backup-key", "file").replace("6f0f2a51", "6f0f2a52") + "    when: {file: {name: '*.exe'}}\n")
        done = self.compile(0, "snort3", self.path("x"))
        self.assertIn(b"warning: 1 of 2 detections are refused: they have no rules", done.stderr)
        self.assertRegex(done.stderr, rb"file +refused +refused: ")

    def test_targets(self):
        self.assertIn(b"unknown target", self.compile(2, "nagios", self.path("x")).stderr)

    def test_update_lock(self):
        self.compile(0, "suricata7", self.path("before"))
        self.assertFalse(os.path.exists(self.path("rules/sids.lock")))
        self.compile(0, "suricata7", self.path("after"), "--update-lock")
        self.assertIn(b"6f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10 native 94",
                      self.read("rules/sids.lock"))
        self.assertEqual(self.read("before"), self.read("after"))

    def test_output_that_cannot_be_written(self):
        for output in ["/dev/full", self.path("no/such/folder"), "/proc/x", "/proc/x/"]:
            self.assertIn(output.encode(), self.compile(2, "native", output).stderr)


class Scan(CommandLine):
    def test_alert(self):
        done = self.expect(0, "scan", self.capture, "-r", self.rules)
        self.assertRegex(done.stdout, rb"^2023-11-14T22:13:20\.007000\+0000  critical  backup-key  "
                         rb"192\.0\.2\.10:49000 -> 192\.0\.2\.20:49667  tcp  "
                         rb"lsarpc LsarRetrievePrivateData \(43\)  success, bound\n$")
        self.assertRegex(done.stderr, rb"backup-key +critical +1 +1 bound\n")

    def test_outcome_by_name(self):
        capture = self.write("denied.pcap", wire.pcap(theft(code=0xC0000022)))
        done = self.expect(0, "scan", capture, "-r", self.rules)
        self.assertIn(b"  denied (STATUS_ACCESS_DENIED), bound\n", done.stdout)

    def test_eve(self):
        (alert,) = self.eve(0, self.capture)
        self.assertEqual(alert["pcap_filename"], self.capture)
        self.assertEqual(alert["rpcsieve"]["outcome"],
                         {"result": "success", "status": None, "status_name": None,
                          "return_code": "0x00000000", "return_code_name": "STATUS_SUCCESS"})

    def test_eve_file_is_written_in_place(self):
        self.write("eve.json", "something longer than nothing\n" * 100)
        os.symlink("eve.json", self.path("link"))
        self.expect(0, "scan", self.capture, "-r", self.rules, "--eve", self.path("link"))
        self.assertEqual(len(self.read("eve.json").splitlines()), 2)
        self.expect(0, "scan", self.capture, "-r", self.rules, "--eve", "/dev/null")
        done = self.expect(2, "scan", self.capture, "-r", self.rules, "--eve", "/dev/full")
        self.assertIn(b"/dev/full: No space left on device", done.stderr)
        self.expect(2, "scan", self.capture, "-r", self.rules, "--eve", self.path("no/such"))

    def test_early(self):
        (alert,) = self.eve(0, self.capture, "--early")
        self.assertEqual(alert["rpcsieve"]["outcome"]["result"], "unanswered")

    def test_inspectable(self):
        done = self.expect(0, "scan", self.capture, "-r", self.rules)
        self.assertIn(b"inspectable 100 %: 1 of 1 calls read, 1 of 1 services in full\n", done.stderr)
        self.assertNotIn(b"INSPECTABLE", done.stderr)
        begun = wire.request(10, bytes(8), call=2, flags=wire.FIRST)
        cut = wire.Tcp(49000, 49668).talk(OPENING + [(True, begun), answer(2)]).packets
        capture = self.write("cut.pcap", wire.pcap(cut))
        done = self.expect(0, "scan", capture, self.capture, "-r", self.rules)
        self.assertRegex(done.stderr, rb"\n192\.0\.2\.20:49668 +tcp +0 % +0 of 1 +0 +1 +0 of 0 +0 +0\n"
                         rb"inspectable 50 %: 1 of 2 calls read, 1 of 2 services in full\n")
        by_threads = [self.events(0, capture, self.capture, "--threads", n)[-1] for n in "13"]
        self.assertEqual(by_threads[0], by_threads[1])
        servers = by_threads[0]["rpcsieve"]["inspectable"]["servers"]
        self.assertEqual([(s["port"], s["percent"]) for s in servers], [(49667, 100), (49668, 0)])

    def test_stats(self):
        done = self.expect(0, "scan", self.capture, "-r", self.rules, "--stats")
        self.assertRegex(done.stderr, rb"\npackets +11\n")

    def test_database(self):
        self.expect(0, "compile", self.rules, "-t", "native", "-o", self.path("x.db"))
        from_rules = self.expect(0, "scan", self.capture, "-r", self.rules, "--eve", "-")
        from_file = self.expect(0, "scan", self.capture, "-r", self.path("x.db"), "--eve", "-")
        self.assertEqual(from_rules.stdout, from_file.stdout)

    def test_variables_of_a_database_are_compiled_in(self):
        self.expect(0, "compile", self.rules, "-t", "native", "-o", self.path("x.db"))
        admins = ["--var", f"ADMINS={wire.CLIENT}"]
        self.assertEqual(self.expect(0, "scan", self.capture, "-r", self.rules, *admins).stdout,
                         b"")
        done = self.expect(2, "scan", self.capture, "-r", self.path("x.db"), *admins)
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"x.db is a database: its detections are compiled in", done.stderr)

    def test_only_of_a_profile(self):
        detections = [{"rpcsieve": 1, "detections": [
            {"name": name, "id": f"00000000-0000-4000-8000-00000000000{i}", "title": name, "description": "d",
             "status": "test", "severity": "low", "when": {"call": {"interface": LSARPC, "stub": stub}}, **profile}]}
            for i, (name, stub, profile) in enumerate([("deploy", [{"hex": "00"}], {"profile": "core"}),
                                                       ("look", [{"hex": "47"}], {})])]
        os.mkdir(self.path("pack"))
        for i, one in enumerate(detections):
            self.write(f"pack/{i}.yaml", json.dumps(one))
        names = {}
        for only in ([], ["--only", "core"], ["--only", "hunt"]):
            done = self.expect(0, "scan", self.capture, "-r", self.path("pack"), "--eve", "-", *only)
            alerts = [event for event in map(json.loads, done.stdout.splitlines()) if event["event_type"] == "alert"]
            names[tuple(only[1:])] = {(a["rpcsieve"]["detection"], a["alert"]["signature_id"]) for a in alerts}
            self.assertEqual({a["alert"]["metadata"]["rpcsieve_profile"][0] for a in alerts},
                             set(only[1:]) or {"core", "hunt"})
        self.assertEqual(names[("core",)] | names[("hunt",)], names[()])
        self.expect(0, "compile", self.path("pack"), "-t", "suricata7", "-o", self.path("core.rules"), "--only", "core")
        self.assertEqual(set(re.findall(rb"rpcsieve_profile (\w+)", self.read("core.rules"))), {b"core"})
        self.expect(2, "scan", self.capture, "-r", self.path("pack"), "--only", "crow")

    def test_bad_database(self):
        self.expect(0, "compile", self.rules, "-t", "native", "-o", self.path("x.db"))
        whole = self.read("x.db")
        for name, content in {"cut.db": whole[:-1], "short.db": whole[:3], "empty.db": b"",
                              "magic.db": b"X" + whole[1:], "long.db": whole + b"\0"}.items():
            done = self.expect(2, "scan", self.capture, "-r", self.write(name, content))
            self.assertIn(f"{name}: bad database: ".encode(), done.stderr)
        self.expect(2, "scan", self.capture, "-r", self.path("x.db"), "-r", self.rules)

    def test_bad_rules(self):
        self.expect(2, "scan", self.capture, "-r", self.path("nothing"))
        bad = self.write("bad.yaml", "rpcsieve: 1\ndetections: 7\n")
        done = self.expect(1, "scan", self.capture, "-r", bad)
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"bad.yaml:2:13: error", done.stderr)


class BadCaptures(CommandLine):
    def test_damaged_capture_keeps_its_alerts(self):
        whole = self.read("theft.pcap")
        damaged = self.write("cut.pcap", whole + bytes(7))
        self.assertEqual(len(self.eve(2, damaged)), 1)
        done = self.expect(2, "scan", damaged, "-r", self.rules)
        self.assertIn(b"cut.pcap: damaged after 11 packets: truncated dump file", done.stderr)

    def test_the_others_are_read_all_the_same(self):
        bad = {
            self.path("missing.pcap"): b"No such file or directory",
            self.write("empty.pcap", b""): b"truncated dump file",
            self.write("text.pcap", b"this is no capture at all"): b"unknown file format",
            self.write("usb.pcap", wire.pcap([], link=USB)): b"unknown link type",
            self.write("cut.pcap.gz", gzip.compress(self.read("theft.pcap"))[:-9]): b"gzip",
        }
        for path, reason in bad.items():
            done = self.expect(2, "scan", path, self.capture, "-r", self.rules)
            self.assertEqual(done.stdout.count(b"backup-key"), 2 if b"gz" in reason else 1)
            self.assertIn(path.encode() + b": ", done.stderr)
            self.assertIn(reason, done.stderr)
            self.expect(2, "calls", path)


class Captures(CommandLine):
    def test_standard_input(self):
        (alert,) = self.eve(0, "-", input=self.read("theft.pcap"))
        self.assertEqual(alert["pcap_filename"], "-")
        self.assertEqual(len(self.eve(0, "-", input=gzip.compress(self.read("theft.pcap")))), 1)

    def test_folder(self):
        os.makedirs(self.path("in/deep"))
        self.write("in/b.pcap", self.read("theft.pcap"))
        self.write("in/deep/a", self.read("theft.pcap"))
        self.write("in/c.cap.gz", gzip.compress(self.read("theft.pcap")))
        self.write("in/README", "no capture")
        files = [os.path.relpath(a["pcap_filename"], self.path("in"))
                 for a in self.eve(0, self.path("in"))]
        self.assertEqual(files, ["b.pcap", "c.cap.gz", "deep/a"])
        self.write("in/empty.pcap", b"")
        self.assertEqual(len(self.eve(2, self.path("in"))), 3)
        os.mkdir(self.path("void"))
        self.assertEqual(self.eve(2, self.path("void")), [])

    def test_each_begins_from_an_empty_state(self):
        packets = theft()
        first = self.write("first.pcap", wire.pcap(packets[:7]))
        second = self.write("second.pcap", wire.pcap(packets[7:]))
        (alert,) = self.eve(0, first, second)
        self.assertEqual(alert["rpcsieve"]["confidence"], "inferred")

    def test_threads_give_the_same_records(self):
        packets = [p for n in range(1, 59) for p in theft(f"10.0.0.{n}", n % 3)]
        capture = self.write("many.pcap", wire.pcap(packets))
        one = self.events(0, capture, self.capture)
        self.assertEqual(len(one), 58 + 1 + 1)
        for threads in ["2", "3", "8"]:
            several = self.events(0, capture, self.capture, "--threads", threads)
            self.assertEqual(sorted(map(json.dumps, several)), sorted(map(json.dumps, one)))


class Calls(CommandLine):
    def calls(self, status, *captures):
        done = self.expect(status, "calls", *captures)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_record(self):
        (call,) = self.calls(0, self.capture)
        self.assertEqual(call, {
            "file": self.capture, "ts": "2023-11-14T22:13:20.007000+0000",
            "src_ip": wire.CLIENT, "src_port": 49000, "dest_ip": wire.SERVER, "dest_port": 49667,
            "transport": "tcp", "pipe": None, "uuid": LSARPC, "version": "0.0",
            "interface": "lsarpc", "opnum": 43, "operation": "LsarRetrievePrivateData",
            "call_id": 2, "context_id": 0, "known_by": "bound", "object": None, "stub_len": 72,
            "fragments": 1, "complete": True, "auth": {"type": "none", "level": "none"},
            "sealed": False,
            "outcome": {"result": "success", "status": None, "status_name": None,
                          "return_code": "0x00000000", "return_code_name": "STATUS_SUCCESS"},
            "user": {"name": None, "domain": None, "workstation": None, "realm": None,
                     "service": None, "machine": False}})

    def test_order_of_the_requests(self):
        asked = [(True, wire.request(n, bytes(8), call=n)) for n in range(2, 8)]
        answered = [answer(n) for n in (7, 3, 5, 2)]  # 4 and 6 stay unanswered
        packets = wire.Tcp(49000, 49667).talk(OPENING + asked + answered).packets
        capture = self.write("order.pcap", wire.pcap(packets))
        calls = self.calls(0, capture, self.capture)
        self.assertEqual([c["call_id"] for c in calls], [2, 3, 4, 5, 6, 7, 2])
        self.assertEqual([c["call_id"] for c in calls if c["outcome"]["result"] == "unanswered"],
                         [4, 6])

    def test_order_is_that_of_the_first_bytes(self):
        slow, quick = wire.Tcp(49000, 49667, "10.0.0.5"), wire.Tcp(49000, 49667, "10.0.0.6")
        slow.talk(OPENING + [(True, wire.request(10, bytes(8), call=2, flags=wire.FIRST))])
        begun = len(slow.packets)
        slow.talk([(True, wire.request(10, bytes(8), call=2, flags=wire.LAST)), answer(2)])
        quick.talk(OPENING + [(True, wire.request(11, bytes(8), call=3)), answer(3)])
        packets = slow.packets[:begun] + quick.packets + slow.packets[begun:]
        calls = self.calls(0, self.write("two.pcap", wire.pcap(packets)))
        self.assertEqual([(c["call_id"], c["fragments"]) for c in calls], [(2, 2), (3, 1)])


class Explain(CommandLine):
    def explain(self, *arguments):
        return self.expect(0, "explain", *arguments, "-r", self.rules).stdout.decode()

    def talk(self, name, *requests, opening=OPENING):
        messages = list(opening)
        for n, request in enumerate(requests, 2):
            messages += [(True, request), answer(n)]
        return self.write(name, wire.pcap(wire.Tcp(49000, 49667).talk(messages).packets))

    def test_fired(self):
        self.assertEqual(self.explain(self.capture), (
            "packets 11, calls 1\n\n"
            "backup-key: fired, 1 alert (stub matched 1), first 2023-11-14T22:13:20.007000+0000 "
            "192.0.2.10:49000 -> 192.0.2.20:49667, bound\n"))

    def test_stub_and_operation(self):
        capture = self.talk("near.pcap", wire.request(43, bytes(30), call=2),
                            wire.request(43, bytes(20), call=3), wire.request(28, NAME, call=4),
                            wire.request(44, b"", call=5), wire.request(44, b"", call=6))
        told = self.explain(capture)
        self.assertIn("backup-key: did not fire\n  2 calls of lsarpc LsarRetrievePrivateData (43) "
                      "whose stub, of 20 to 30 bytes, fails {utf16: \"G$BCKUPKEY_\"}\n", told)
        self.assertIn("  1 call of lsarpc, of another operation than LsarRetrievePrivateData (43): "
                      "LsarOpenSecret (28) 1, though the stub conditions hold\n", told)
        self.assertIn("  2 calls of lsarpc, of another operation than LsarRetrievePrivateData (43): "
                      "LsarOpenPolicy2 (44) 2\n", told)

    def test_addresses(self):
        told = self.explain(self.capture, "--var", "ADMINS=192.0.2.0/24")
        self.assertIn("1 call of lsarpc LsarRetrievePrivateData (43) from clients that from: leaves "
                      "out: 192.0.2.10 1, though the stub conditions hold\n", told)

    def test_transport_pipe_and_object(self):
        def told_with(line):
            self.write("rules/backup.yaml",
                       SPEC.replace("        stub:", f"        {line}\n        stub:"))
            return self.explain(self.capture)
        self.assertIn("over tcp 1, not over smb, though", told_with("transport: [smb]"))
        self.assertIn(f"with another object UUID than {LSARPC}: none 1, though",
                      told_with("object: " + LSARPC))
        self.assertIn("backup-key: fired", told_with("pipe: [samr]"))  # restricts SMB only

    def test_contexts(self):
        refused = self.talk("refused.pcap", wire.request(43, NAME, call=2),
                            opening=[OPENING[0], (False, wire.bind_ack(2))])
        self.assertIn("in a context that the server refused: it carries out no such call",
                      self.explain(refused))
        midstream = self.talk("midstream.pcap", wire.request(43, NAME, call=2), opening=[])
        self.write("rules/backup.yaml", SPEC.replace("G$BCKUPKEY_", "G$B"))
        self.assertIn("of an interface that is not known (no bind that offers its context was captured): an "
                      "alert would take",
                      self.explain(midstream))

    def test_sealed(self):
        sealed = self.talk("sealed.pcap", wire.request(43, bytes(40), call=2, level=6))
        self.assertIn("fired, 1 alert (stub unread 1)", self.explain(sealed))
        self.write("rules/backup.yaml", SPEC + "    sealed: ignore\n")
        told = self.explain(sealed)
        self.assertIn("Blind in 1 place: stubs_sealed.", told)
        self.assertIn("whose stub cannot be read (sealed 1), so {utf16: \"G$BCKUPKEY_\"} is not "
                      "known; sealed: ignore keeps silent then", told)

    def test_nothing_there(self):
        http = wire.Tcp(49000, 80).talk([(True, b"GET / HTTP/1.1")]).packets
        told = self.explain(self.write("http.pcap", wire.pcap(http)))
        self.assertIn("There is no SMB or RPC at all.\n", told)
        self.assertIn("backup-key: did not fire\n  no call of lsarpc among 0 calls\n", told)

    def test_database_and_json(self):
        self.expect(0, "compile", self.rules, "-t", "native", "-o", self.path("rules.db"))
        capture = self.talk("near.pcap", wire.request(43, bytes(30), call=2))
        done = self.expect(0, "explain", capture, "-r", self.path("rules.db"))
        self.assertEqual(done.stdout.decode(), self.explain(capture))
        told = json.loads(self.explain(capture, "--json"))
        self.assertEqual((told["detection"], told["alerts"], told["calls"]), ("backup-key", 0, 1))
        self.assertEqual([(n["failed"], n["calls"]) for n in told["near_misses"]], [("stub", 1)])

    def test_one_detection(self):
        self.assertIn("backup-key", self.explain(self.capture, "--detection", "backup-key"))
        done = self.expect(2, "explain", self.capture, "-r", self.rules, "--detection", "backup-kay")
        self.assertIn(b"no detection 'backup-kay'; did you mean backup-key?", done.stderr)

    def test_what_is_told_is_bounded(self):
        capture = self.talk("many.pcap", *[wire.request(43, bytes(9), call=n) for n in range(2, 42)])
        told = self.explain(capture)
        self.assertEqual(told.count("stub of 9 bytes\n"), 3)
        self.assertIn("    and 37 more\n", told)


EPM = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"


def floor(left, right):
    return struct.pack("<H", len(left)) + left + struct.pack("<H", len(right)) + right


def ept_map_answer(port):
    """The stub of an answer with one tower: LSARPC on a TCP port."""
    def syntax(uuid, version):
        return floor(b"\x0d" + wire.uuid_bytes(uuid) + struct.pack("<H", version), bytes(2))
    tower = (struct.pack("<H", 5) + syntax(LSARPC, 0) + syntax(*wire.NDR)
             + floor(b"\x0b", bytes(2)) + floor(b"\x07", struct.pack(">H", port))
             + floor(b"\x09", bytes(4)))
    stub = bytes(20) + struct.pack("<7I", 1, 4, 0, 1, 3, len(tower), len(tower)) + tower
    return stub + bytes(-len(stub) % 4) + bytes(4)


class Endpoints(CommandLine):
    def test_record(self):
        talk = [(True, wire.bind((0, EPM, 3, wire.NDR))), (False, wire.bind_ack(0)),
                (True, wire.request(3, bytes(60), call=2)),
                (False, wire.response(ept_map_answer(49664), call=2))]
        capture = self.write("epm.pcap", wire.pcap(wire.Tcp(49000, 135).talk(talk).packets))
        lines = self.expect(0, "endpoints", capture, self.capture).stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], [{
            "file": capture, "ts": "2023-11-14T22:13:20.007000+0000", "server": wire.SERVER,
            "address": wire.SERVER, "port": 49664, "protocol": "tcp", "pipe": None, "uuid": LSARPC,
            "version": "0.0", "interface": "lsarpc", "object": None, "annotation": None,
            "via": "ept_map"}])


FIRST_FILE = {
    "ts": "2026-11-22T17:31:03.602076+0000", "src_ip": "10.77.0.20", "src_port": 56920,
    "dest_ip": "10.77.0.10", "dest_port": 445, "dialect": "smb2", "session": "0x000000007b2f0658",
    "tree": 501720872, "share": "sysvol", "share_path": "\\\\dc1.lab.test\\sysvol", "path": "",
    "access": "read", "access_mask": "0x00000081", "disposition": "open", "directory": True,
    "result": "success", "status": "0x00000000", "action": "opened"}


class Files(CommandLine):
    def files(self, status, *captures):
        done = self.expect(status, "files", *captures)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_record(self):
        capture = os.path.join(TESTS, "..", "pcaps", "benign", "files-smb2.pcap")
        found = self.files(0, capture)
        self.assertEqual(found[0], FIRST_FILE | {"file": capture})
        self.assertEqual([f["ts"] for f in found], sorted(f["ts"] for f in found))

    def test_calls_are_no_files(self):
        self.assertEqual(self.files(0, self.capture), [])
        pipes = os.path.join(TESTS, "..", "pcaps", "lsarpc")
        self.assertEqual(self.files(0, pipes), [])


class CatalogCommand(CommandLine):
    def test_lookups(self):
        for query in ["lsarpc", "LSARPC", LSARPC, LSARPC.upper()]:
            self.assertRegex(self.expect(0, "catalog", query).stdout,
                             rb"(?m)^   43  LsarRetrievePrivateData +ntstatus +20")
        for query in ["lsass", "\\PIPE\\lsass", "\\lsass"]:
            self.assertRegex(self.expect(0, "catalog", query).stdout, rb"(?m)^lsarpc +12345778-")
        self.assertGreater(len(self.expect(0, "catalog").stdout.splitlines()), 100)

    def operations(self, *arguments):
        lines = self.expect(0, "catalog", *arguments).stdout.decode().splitlines()[1:]
        return [tuple(line.split()[:3]) for line in lines]

    def test_operations(self):
        ours = ("LsarRetrievePrivateData", "43", "lsarpc")
        for query in ["retrieveprivate", "LsarRetrievePrivateData", "lsar*private?ata",
                      "*privatedata"]:
            self.assertIn(ours, self.operations(query))
        self.assertEqual(self.operations("DRSGetNCChanges"), [("IDL_DRSGetNCChanges", "3", "drsuapi")])
        self.assertEqual(self.operations("--operations", "EfsRpcOpenFileRaw"),
                         [("EfsRpcOpenFileRaw", "0", "efsrpc2"), ("EfsRpcOpenFileRaw", "0", "efsrpc")])

    def test_json(self):
        found = json.loads(self.expect(0, "catalog", "lsarpc", "--json").stdout)
        self.assertEqual((found["uuid"], found["version"], found["pipes"]),
                         (LSARPC, "0.0", ["lsarpc", "lsass"]))
        self.assertIn({"number": 43, "name": "LsarRetrievePrivateData", "aliases": [],
                       "returns": "ntstatus", "fixed_bytes": 20}, found["operations"])
        all_of_them = self.expect(0, "catalog", "--json").stdout.splitlines()
        self.assertGreaterEqual(len(all_of_them), 224)
        self.assertTrue(all(json.loads(line)["source"] for line in all_of_them))
        found = json.loads(self.expect(0, "catalog", "DRSGetNCChanges", "--json").stdout)
        self.assertEqual((found["number"], found["interface"]["name"]), (3, "drsuapi"))

    def test_unknown(self):
        self.assertIn(b"did you mean lsarpc?", self.expect(2, "catalog", "lsarpcc").stderr)
        for option in [[], ["--operations"]]:
            done = self.expect(2, "catalog", *option, "LsarRetrievPrivateData")
            self.assertIn(b"did you mean LsarRetrievePrivateData?", done.stderr)
        for query in ["zzzzzzzz", "00000000-0000-0000-0000-00000000dead"]:
            done = self.expect(2, "catalog", query)
            self.assertEqual(done.stdout, b"")
            self.assertIn(f"no interface, pipe or operation '{query}'; rpcsieve catalog lists".encode(),
                          done.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
