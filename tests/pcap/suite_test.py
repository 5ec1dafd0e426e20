#!/usr/bin/python3 -B
"""Tests of the comparison itself: each way for a case to fail makes it fail."""

import unittest

import suite

STATS = {"event_type": "stats"}


def alert(detection, outcome="success", client="10.0.0.1"):
    return {"event_type": "alert", "src_ip": client, "dest_ip": "10.0.0.2",
            "rpcsieve": {"detection": detection, "outcome": {"result": outcome}}}


def call(result="success", **user):
    nobody = dict.fromkeys(("name", "domain", "workstation", "realm", "service"))
    return {"outcome": {"result": result}, "user": nobody | {"machine": False} | user}


def case(*alerts, **keys):
    return {"capture": "a.pcap", "rules": "rules", "origin": "here", "alerts": list(alerts)} | keys


class Differences(unittest.TestCase):
    def expect(self, number, wanted, events, calls=()):
        self.assertEqual(len(suite.differences(wanted, events, calls)), number)

    def test_what_is_wanted_passes(self):
        self.expect(0, case({"detection": "a", "count": 2}), [alert("a"), alert("a"), STATS])

    def test_conditions_part_the_alerts_of_a_detection(self):
        wanted = case({"detection": "a", "outcome": "success"},
                      {"detection": "a", "outcome": "fault"})
        self.expect(0, wanted, [alert("a"), alert("a", "fault"), STATS])
        self.expect(2, wanted, [alert("a"), alert("a", "denied"), STATS])

    def test_a_missing_alert_fails(self):
        self.expect(1, case({"detection": "a"}), [STATS])

    def test_an_alert_too_many_fails(self):
        self.expect(1, case({"detection": "a"}), [alert("a"), alert("a"), STATS])
        self.expect(1, case({"detection": "a"}), [alert("a"), alert("b"), STATS])

    def test_a_quiet_capture_has_no_alert(self):
        self.expect(0, case(quiet=True), [STATS])
        self.expect(1, case(quiet=True), [alert("a"), STATS])

    def test_addresses_compare_by_value(self):
        event = alert("a", client="fd77:0000:0000:0000:0000:0000:0000:0020")
        self.expect(0, case({"detection": "a", "client": "fd77::20"}), [event, STATS])
        self.expect(2, case({"detection": "a", "client": "fd77::10"}), [event, STATS])

    def test_blind_spots_and_calls_are_counted(self):
        blind = {"event_type": "anomaly"}
        self.expect(1, case(quiet=True), [blind, STATS])
        self.expect(0, case(quiet=True, anomalies=1), [blind, STATS])
        self.expect(1, case(quiet=True, calls=2), [STATS], calls=[call()])

    def test_outcomes_and_users_of_calls_are_counted(self):
        calls = [call(), call("denied", name="alice", domain="LAB", workstation="CL1"),
                 call(name="CL1$", domain="LAB", machine=True),
                 call(realm="LAB.TEST", service="cifs/dc1")]
        users = {"nobody": 1, r"LAB\alice@CL1": 1, r"LAB\CL1$@ machine": 1, "LAB.TEST cifs/dc1": 1}
        wanted = case(quiet=True, outcomes={"success": 3, "denied": 1}, users=users)
        self.expect(0, wanted, [STATS], calls)
        self.expect(1, wanted, [STATS], [*calls[:3], call("success", realm="OTHER")])
        self.expect(2, wanted, [STATS], calls[:3])

    def test_a_run_ends_with_its_statistics(self):
        self.expect(1, case(quiet=True), [])


class Malformed(unittest.TestCase):
    def test_a_case_without_expectation_is_refused(self):
        self.assertEqual(suite.malformed(case()), ["either alerts or quiet"])
        self.assertEqual(suite.malformed(case({"detection": "a"}, quiet=True)),
                         ["either alerts or quiet"])

    def test_a_misspelt_key_is_refused(self):
        self.assertEqual(suite.malformed(case({"detection": "a"}, alert=1)), ["unknown key alert"])


if __name__ == "__main__":
    unittest.main()
