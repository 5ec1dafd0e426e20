#!/usr/bin/python3 -B
"""Tests of the comparison of calls with labels: each way to disagree is told, and so is a stale excuse."""

import unittest

import calls

LSARPC = "12345778-1234-abcd-ef00-0123456789ab"


def call(opnum=43, level="none", name=None):
    return {"transport": "smb", "uuid": LSARPC, "opnum": opnum, "auth": {"level": level},
            "user": {"name": name}}


def told(opnum=43, count=1, level="none", user="alice"):
    return {"transport": "smb", "uuid": LSARPC, "opnum": opnum, "count": count, "level": level,
            "user": user}


class Differences(unittest.TestCase):
    def expect(self, number, got, label, evidence=()):
        self.assertEqual(len(calls.differences(got, label, dict(evidence))), number)

    def test_three_that_agree(self):
        self.expect(0, [call(), call()], {"requests": [told(count=2)], "client": [told(count=2)]})

    def test_each_label_tells_what_is_missing_and_what_is_extra(self):
        self.expect(2, [call(43)], {"requests": [told(44)]})
        self.expect(1, [call()], {"requests": [told()], "client": [told(count=2)]})
        self.expect(1, [call()], {"requests": [], "client": [told()]})

    def test_evidence_excuses_what_it_names(self):
        known = {"client": {"missing": [["smb", LSARPC, 43, 1]]}}
        self.expect(0, [], {"requests": [], "client": [told()]}, known)
        self.expect(1, [], {"requests": [], "client": [told(count=2)]}, known)

    def test_evidence_that_is_not_needed_is_told(self):
        known = {"tshark": {"extra": [["smb", LSARPC, 43, 1]]}}
        self.expect(1, [call()], {"requests": [told()]}, known)

    def test_levels_and_users_are_compared_where_both_are_known(self):
        label = {"requests": [told()], "client": [told(level="privacy")]}
        self.expect(1, [call(level="none")], label)
        self.expect(0, [call(level="privacy")], label)
        self.expect(0, [call(level="privacy", name="Alice")], label)
        self.expect(1, [call(level="privacy", name="bob")], label)
        self.expect(0, [call()], {"requests": [told()], "client": [told(level=None)]})

    def test_a_user_whom_the_client_does_not_tell_can_be_evidence(self):
        label, known = {"requests": [told()], "client": [told()]}, {"client": {"users": ["bob"]}}
        self.expect(0, [call(name="bob")], label, known)
        self.expect(1, [call(name="alice")], label, known)

    def test_a_capture_may_have_no_client_that_tells(self):
        self.expect(0, [call(name="bob")], {"requests": [told()]})


if __name__ == "__main__":
    unittest.main()
