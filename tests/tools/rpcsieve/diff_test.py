"""rpcsieve diff, and the lock that keeps numbers: what a deployment would see.

usage: diff_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""

SPEC = """\
rpcsieve: 1
detections:
  - name: NAME
    id: 00000000-0000-4000-8000-0000000000ID
    title: An example
    description: For the tests of diff.
    status: test
    severity: medium
    attack: [T1003]
    references: ["https://example.org/"]
    falsepositives: ["none"]
    when:
      call: {interface: lsarpc, operation: 43}
"""


def spec(name, number, *changes):
    text = SPEC.replace("NAME", name).replace("ID", number)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


class Diff(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.old, self.new = (os.path.join(folder.name, name) for name in ("old", "new"))
        for side in (self.old, self.new):
            os.mkdir(side)
        for name, number in [("alpha", "a1"), ("bravo", "b2"), ("delta", "d4")]:
            self.write(self.old, name, spec(name, number))
        self.run_it(0, "compile", self.old, "-t", "suricata7", "-o", "/dev/null", "--update-lock")
        for file in os.listdir(self.old):
            shutil.copy(os.path.join(self.old, file), self.new)

    def write(self, side, name, text):
        with open(os.path.join(side, name + ".yaml"), "w") as file:
            file.write(text)

    def lock(self, side):
        with open(os.path.join(side, "sids.lock")) as file:
            return [line.split() for line in file if not line.startswith("#")]

    def run_it(self, status, *arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def diff(self, *options):
        return self.run_it(0, "diff", self.old, self.new, *options).stdout

    def test_nothing(self):
        os.rename(os.path.join(self.new, "alpha.yaml"), os.path.join(self.new, "other.yaml"))
        self.assertEqual(self.diff("-t", "suricata7"),
                         "0 added, 0 removed, 0 changed\nsuricata7: 0 rules go, 0 come\n")
        self.assertEqual(json.loads(self.diff("--json")), {"detections": []})

    def change_everything(self):
        self.write(self.new, "alpha", spec("alpha", "a1", ("operation: 43", "operation: [43, 44]")))
        self.write(self.new, "bravo", spec("better", "b2", ("medium", "high")))
        self.write(self.new, "charlie", spec("charlie", "c3"))
        os.remove(os.path.join(self.new, "delta.yaml"))

    def test_text(self):
        self.change_everything()
        said = self.diff()
        self.assertIn("~ alpha: alerts on something else\n", said)
        self.assertRegex(said, r"    - +opnums 43\n    \+ +opnums 43-44\n    rev 1 becomes 2: app, ")
        self.assertIn("~ better: renamed from bravo, described otherwise\n"
                      "    - severity medium\n    + severity high\n+ charlie", said)
        self.assertRegex(said, r"\+ charlie: added\n    new sids: app 94\d{5}")
        self.assertRegex(said, r"- delta: removed\n    sids out of use|- delta: removed\n1 added")
        self.assertIn("1 added, 1 removed, 2 changed\n", said)

    def test_json(self):
        self.change_everything()
        found = json.loads(self.diff("--json", "-t", "suricata7"))
        changes = {(c["before"], c["after"]): c for c in found["detections"]}
        self.assertEqual(set(changes), {("alpha", "alpha"), ("bravo", "better"), (None, "charlie"),
                                        ("delta", None)})
        numbers = changes[("alpha", "alpha")]["numbers"]
        self.assertTrue(all(n["after"] == n["before"] | {"rev": 2} for n in numbers))
        self.assertEqual(changes[("bravo", "better")]["meaning"], {"removed": [], "added": []})
        self.assertTrue(any("rev:2;" in rule for rule in found["rules"]["added"]))

    def test_numbers_without_a_lock(self):
        for side in (self.old, self.new):
            os.remove(os.path.join(side, "sids.lock"))
        self.write(self.new, "alpha", spec("alpha", "a1", ("operation: 43", "operation: 44")))
        self.assertIn("no rev rises", self.diff())
        self.write(self.new, "before", spec("before", "00"))
        self.assertIn("~ bravo: numbers only\n    another sid: app 94", self.diff())

    def test_lock(self):
        """A rev rises with the meaning; a sid is kept, and never given out again."""
        before = {(line[0], line[1]): line[2:4] for line in self.lock(self.new)}
        self.change_everything()
        self.run_it(0, "compile", self.new, "-t", "suricata7", "-o", "/dev/null")
        self.assertEqual(len(self.lock(self.new)), len(before), "only --update-lock writes")
        self.run_it(0, "compile", self.new, "-t", "suricata7", "-o", "/dev/null", "--update-lock")
        after = self.lock(self.new)
        self.assertEqual(len({line[2] for line in after}), len(after))
        for line in after:
            known = before.pop((line[0], line[1]), None)
            changed = line[0].endswith("a1")
            if known:
                self.assertEqual(line[2:4], [known[0], "2" if changed else "1"])
            else:
                self.assertTrue(line[0].endswith("c3"))
        self.assertEqual(before, {}, "the removed detection keeps its sids")
        self.assertIn("0 changed", self.run_it(0, "diff", self.new, self.new).stdout)

    def test_bad_input(self):
        self.write(self.new, "alpha", spec("alpha", "a1", ("lsarpc", "lsarp")))
        self.run_it(1, "diff", self.old, self.new)
        self.run_it(2, "diff", self.old, self.new + "/missing")
        self.run_it(2, "diff", self.old)
        self.run_it(2, "diff", self.old, self.old, "-t", "native")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
