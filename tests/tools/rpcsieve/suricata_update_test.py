"""The folder that `compile -t suricata7` writes, as a local source of Debian's suricata-update.

usage: suricata_update_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
PROGRAM = ""


@unittest.skipUnless(shutil.which("suricata-update"), "suricata-update is not installed")
class SuricataUpdate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def update(self):
        """Runs suricata-update with our folder alone: an empty file stands for what it would
        download. It has Suricata load the result, too."""
        nothing = self.path("nothing.rules")
        open(nothing, "w").close()
        return subprocess.run(
            ["suricata-update", "--local", self.path("source"), "--url", "file://" + nothing,
             "--no-reload", "--data-dir", self.path("data"), "--output", self.path("merged")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)

    def test_takes_every_rule_as_it_is(self):
        subprocess.run([PROGRAM, "compile", os.path.join(ROOT, "rules"), "-t", "suricata7",
                        "-o", self.path("source/")], check=True, capture_output=True)
        done = self.update()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIsNone(re.search("<(Error|Warning)>", done.stdout), done.stdout)
        with open(self.path("merged/suricata.rules")) as merged:
            taken = [line for line in merged if "rpcsieve_id" in line]
        with open(self.path("source/rpcsieve.rules")) as source:
            given = [line for line in source if line.startswith("alert ")]
        self.assertTrue(given)
        self.assertEqual(sorted(taken), sorted(given))


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
