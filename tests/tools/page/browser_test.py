"""The page of `rpcsieve report` in headless Chromium: that it loads nothing, complains of nothing,
shows what the events say, and stays quick with 100,000 alerts.

usage: browser_test.py RPCSIEVE      (the program to test; ctest gives it)
"""
import collections
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import events
from browser import Browser

PROGRAM = ""
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">"
SPEC_URL = "layers/spec/v4.5/layerformat.md of the Navigator"


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.browser = Browser(shutil.which("chromium"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def report(self, status, *arguments, **options):
        done = subprocess.run([PROGRAM, "report", *arguments], capture_output=True, timeout=300,
                              **options)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def open(self, page):
        self.browser.open(page)
        self.assertEqual(self.title(), "rpcsieve report")

    def title(self):
        return self.browser.evaluate("document.title")

    def quiet(self):
        """Nothing was complained of, nothing was asked for."""
        self.assertEqual(self.browser.messages, [])
        self.assertEqual(self.browser.requests, [])

    def text(self, selector):
        return self.browser.evaluate("document.querySelector(%s).innerText" % json.dumps(selector))

    def tile(self, name):
        return self.text("[data-tile='%s']" % name)

    def bars(self, panel):
        """The labels of a list with their numbers."""
        pairs = self.browser.evaluate(
            "[...document.querySelectorAll('#%s .bars button')].map((b) =>"
            " [b.querySelector('.label').title, b.querySelector('.n').textContent])" % panel)
        return {label: int(n.replace(",", "")) for label, n in pairs}

    def expect_counts(self, alerts):
        """What the page counts is what the events say, counted here by other means."""
        own = [alert["rpcsieve"] for alert in alerts]
        self.assertEqual(self.tile("alerts"), "{:,}".format(len(alerts)))
        self.assertEqual(self.tile("users"), str(len({o["user"]["name"] for o in own})))
        self.assertEqual(self.tile("clients"), str(len({a["src_ip"] for a in alerts})))
        self.assertEqual(self.bars("detections"), collections.Counter(o["detection"] for o in own))
        self.assertEqual(self.bars("outcomes"), collections.Counter(o["outcome"]["result"] for o in own))
        self.assertEqual(self.bars("attack"), collections.Counter(t for o in own for t in o["attack"]))

    def expect_filter_and_sort(self, alerts):
        evaluate = self.browser.evaluate
        evaluate("document.querySelector('#outcomes .bars button').click()")
        most = collections.Counter(a["rpcsieve"]["outcome"]["result"] for a in alerts).most_common(1)[0][1]
        self.assertEqual(self.text("#matching"), "{:,} of {:,} alerts".format(most, len(alerts)))
        evaluate("document.querySelector('.chip.clear').click()")
        wanted = sum(a["rpcsieve"]["user"]["name"] == "user17" and a["rpcsieve"]["outcome"]["result"] != "denied"
                     for a in alerts)
        evaluate("search.value = 'name:user17 -denied'; search.dispatchEvent(new Event('input'))")
        self.browser.wait_for("matching.value.startsWith('{:,} of')".format(wanted))
        evaluate("document.querySelector('.chip.clear').click()")
        evaluate("document.querySelector('#alerts [data-name=\"~severity\"] button').click()")
        self.assertIn("critical", self.text("#alerts .row"))
        evaluate("document.querySelector('#alerts [data-name=\"~severity\"] button').click()")
        self.assertIn("low", self.text("#alerts .row"))

    def expect_keys(self, alerts):
        self.browser.evaluate("document.querySelector('#alerts [data-name=\"\"] button').click()")
        self.browser.evaluate("document.querySelector('#alerts .grid').focus()")
        self.browser.key("End", 35)
        self.browser.key("Enter", 13)
        last = max(alerts, key=lambda a: a["timestamp"])
        self.assertIn(last["timestamp"][:26].replace("T", " "), self.text(".details"))
        self.assertLess(self.browser.evaluate("document.querySelectorAll('.row').length"), 150)
        self.browser.evaluate("document.querySelector('.details').focus()")
        self.browser.key("Escape", 27)
        self.assertTrue(self.browser.evaluate("document.querySelector('.details').hidden"))

    def whole(self, n):
        alerts = [events.alert(i) for i in range(n)]
        blind = [events.blind_spot(i) for i in range(30)]
        eve = self.write("eve.json", events.lines(*alerts, *blind, events.stats()))
        self.report(0, eve, "-o", self.path("report.html"))
        self.open(self.path("report.html"))
        self.expect_counts(alerts)
        self.assertEqual(self.tile("blind spots"), "30")
        self.assertEqual(self.text("#inspectable"), "75 %")
        self.expect_filter_and_sort(alerts)
        self.expect_keys(alerts)
        self.quiet()

    def test_a_thousand(self):
        self.whole(1000)

    def test_a_hundred_thousand(self):
        self.whole(100000)

    def test_none(self):
        self.report(0, self.write("none.json", ""), "-o", self.path("none.html"))
        self.open(self.path("none.html"))
        self.assertEqual(self.tile("alerts"), "0")
        self.quiet()

    def test_hostile_text_is_text(self):
        user = {"name": HOSTILE, "domain": "<b>", "machine": False}
        hostile = events.alert(1, user=user, detection=HOSTILE, attack=["T1003'onclick=x", "T1555"],
                               interface=HOSTILE, **{HOSTILE: HOSTILE, "__proto__": HOSTILE})
        hostile["src_ip"] = hostile["pcap_filename"] = HOSTILE
        blind = events.blind_spot(1, "constructor")
        blind["src_ip"] = HOSTILE
        eve = self.write("hostile.json", events.lines(hostile, blind, events.stats()))
        self.report(0, eve, "-o", self.path("hostile.html"))
        self.open(self.path("hostile.html"))
        self.browser.evaluate("document.querySelector('#alerts .row').click()")
        self.assertIn(HOSTILE, self.text("#detections"))
        self.assertIn("<b>\\" + HOSTILE, self.text(".details"))
        self.assertIn(HOSTILE, self.text("#blind"))
        self.assertEqual(self.browser.evaluate("document.images.length"), 0)
        self.assertEqual(self.browser.evaluate(
            "[...document.links].map((a) => a.href).filter((h) => !h.startsWith('file:'))"),
            ["https://attack.mitre.org/techniques/T1555/"])
        self.assertEqual(self.title(), "rpcsieve report")
        self.quiet()

    def test_times_at_the_ends_of_what_there_is(self):
        first, last = events.alert(1), events.alert(2)
        first["timestamp"], last["timestamp"] = "0000-01-01T00:00:00+2359", "9999-12-31T23:59:59-2359"
        self.report(0, self.write("ends.json", events.lines(last, first, events.stats())), "-o", self.path("e.html"))
        self.open(self.path("e.html"))
        self.assertEqual(self.tile("alerts"), "2")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('#timeline rect.all').length"), 2)
        self.quiet()

    def test_other_programs_alerts(self):
        alert = events.alert(3)
        del alert["rpcsieve"], alert["alert"]["metadata"]
        self.report(0, self.write("suricata.json", events.lines(alert)), "-o", self.path("s.html"))
        self.open(self.path("s.html"))
        self.assertEqual(self.bars("detections"), {alert["alert"]["signature"]: 1})
        self.assertEqual(self.tile("inspectable"), "not told")
        self.quiet()

    def test_lines_that_are_no_events(self):
        eve = self.write("bad.json", events.lines(events.alert(1)) + "{\"cut\": \nnonsense\n")
        done = self.report(2, eve, "-o", self.path("bad.html"))
        self.assertIn(b"2 of 3 lines are no EVE events", done.stderr)
        self.assertIn(b"the scan was cut off", done.stderr)
        self.open(self.path("bad.html"))
        self.assertEqual(self.tile("alerts"), "1")
        self.assertIn("2 lines are no EVE events", self.text("#notices"))
        self.quiet()

    def test_gzip_and_standard_input(self):
        text = events.lines(events.alert(1), events.stats()).encode()
        packed = self.write("eve.json.gz", gzip.compress(text))
        done = self.report(0, packed, "-", "-o", "-", input=text)
        self.assertIn(b"alerts 2, ", done.stderr)
        self.assertTrue(done.stdout.startswith(b"<!DOCTYPE html>"))
        cut = self.write("cut.json.gz", gzip.compress(text)[:-20])
        self.assertIn(b"to its end", self.report(2, cut, "-o", self.path("cut.html")).stderr)
        self.report(2, self.path("missing.json"), "-o", self.path("x.html"))
        self.report(2, packed, "-o", self.path("no/such/folder.html"))

    def test_same_bytes(self):
        eve = self.write("same.json", events.lines(events.alert(1), events.alert(2), events.stats()))
        first, second = (self.report(0, eve, "-o", "-").stdout for _ in range(2))
        self.assertEqual(first, second)

    def test_navigator_layer(self):
        """The layer has the layout that is published as SPEC_URL."""
        alerts = [events.alert(i) for i in range(50)]
        alerts[0]["alert"]["metadata"]["mitre_tactic_name"] = ["Credential_Access"]
        eve = self.write("layer.eve", events.lines(*alerts, events.stats()))
        self.report(0, eve, "-o", os.devnull, "--navigator", self.path("layer.json"))
        with open(self.path("layer.json"), encoding="utf-8") as file:
            layer = json.load(file)
        self.assertEqual(layer["versions"]["layer"], "4.5", SPEC_URL)
        self.assertEqual(layer["domain"], "enterprise-attack")
        self.assertLess(layer["gradient"]["minValue"], layer["gradient"]["maxValue"])
        scores = collections.Counter()
        for technique in layer["techniques"]:
            self.assertLessEqual(set(technique), {"techniqueID", "tactic", "score", "comment"})
            self.assertRegex(technique["techniqueID"], re.compile(r"^T\d{4}(\.\d{3})?$"))
            scores[technique["techniqueID"]] += technique["score"]
        self.assertEqual(scores, collections.Counter(t for a in alerts for t in a["rpcsieve"]["attack"]))
        self.assertEqual(sum(t["score"] for t in layer["techniques"] if t.get("tactic") == "credential-access"),
                         len(alerts[0]["rpcsieve"]["attack"]))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if not shutil.which("chromium"):
        print("chromium is not installed: skipped")
        sys.exit(77)
    unittest.main()
