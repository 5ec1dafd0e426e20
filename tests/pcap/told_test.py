#!/usr/bin/python3 -B
"""Tests of the comparison of alerts with what clients say: each way to disagree is told."""

import unittest

import told

IFACE = "12345778-1234-abcd-ef00-0123456789ab"
STEPS = {
    "plain": ([[(IFACE, 43, 44)]], 1),
    "content": ([[(IFACE, 43, 43)]], 1),
    "burst": ([[(IFACE, 43, 43)]], 3),
    "sequence": ([[(IFACE, 44, 44)], [], [(IFACE, 43, 43)]], 1),
    "file": ([[]], 1),
}


class Differences(unittest.TestCase):
    def expect(self, number, alerts, missing=(), extra=(), **calls):
        label = {"client": [{"uuid": IFACE, "opnum": int(name[2:]), "count": n} for name, n in calls.items()]}
        made = told.told(label, {"missing": list(missing), "extra": list(extra)})
        found = told.differences(made, alerts, STEPS, {"plain"})
        self.assertEqual(len(found), number, found)

    def test_operations_alone_alert_once_a_call(self):
        self.expect(0, {"plain": 2}, op43=1, op44=1)
        self.expect(1, {"plain": 1}, op43=2)
        self.expect(1, {"plain": 3}, op43=2)
        self.expect(1, {}, op43=2)
        self.expect(0, {}, op42=2)

    def test_content_alerts_at_most_once_a_call(self):
        self.expect(0, {"plain": 2, "content": 1}, op43=2)
        self.expect(1, {"plain": 2, "content": 3}, op43=2)

    def test_thresholds_and_sequences_need_their_calls(self):
        self.expect(0, {"plain": 3, "burst": 1}, op43=3)
        self.expect(1, {"plain": 2, "burst": 1}, op43=2)
        self.expect(0, {"plain": 2, "sequence": 1}, op43=1, op44=1)
        self.expect(1, {"plain": 1, "sequence": 1}, op43=1)

    def test_no_client_tells_of_files(self):
        self.expect(0, {"file": 2})

    def test_evidence_says_what_a_capture_does_not_hold(self):
        self.expect(0, {}, missing=[["smb", IFACE, 43, 2]], op43=2)
        self.expect(0, {"content": 2}, [["smb", IFACE, 43, 2]], [["smb", None, 43, 2]], op43=2)
        self.expect(1, {"content": 3}, [["smb", IFACE, 43, 2]], [["smb", None, 43, 2]], op43=2)


if __name__ == "__main__":
    unittest.main()
