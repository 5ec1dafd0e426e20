#!/usr/bin/python3 -B
"""listen_test RPCSIEVE RPCSIEVED SOURCE: both listen to a veth pair, and find what a scan finds.

Everything happens in a network namespace of its own: captures are sent at one end of the pair, and
captured at the other. The alerts must be those of `scan` over the same files, whatever the number
of threads; a call without an answer must be told without another packet coming; SIGTERM must end
the program in order, with its statistics; nothing may be dropped.
"""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

RPCSIEVE, RPCSIEVED, SOURCE = map(os.path.abspath, sys.argv[1:4])
CAPTURES = [f"{SOURCE}/pcaps/{name}.pcap" for name in
            ("lsarpc/dpapi-smb2", "lsarpc/dpapi-smb2-ipv6", "drsuapi/dcsync")]
RULES = f"{SOURCE}/rules"


def frames(path):
    """The frames of a little-endian pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at < len(data):
        length = struct.unpack_from("<8xI", data, at)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def send(path):
    """Puts a capture's frames on the wire, as fast as the other end is sure to follow."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind(("veth0", 0))
        for number, frame in enumerate(frames(path)):
            wire.send(frame)
            if number % 50 == 49:
                time.sleep(0.005)


def facts(line):
    """What of an alert does not depend on when it was captured."""
    own = line["rpcsieve"]
    return json.dumps([own["detection"], line["src_ip"], line["dest_ip"], line.get("src_port"),
                       own.get("operation"), own.get("outcome")], sort_keys=True)


def alerts(text):
    events = [json.loads(line) for line in text.splitlines()]
    return sorted(facts(event) for event in events if event["event_type"] == "alert")


def statistics(text):
    events = [json.loads(line) for line in text.splitlines()]
    return [event["rpcsieve"] for event in events if event["event_type"] == "stats"]


class Listener:
    """One of the programs, listening to veth1 and writing EVE."""

    def __init__(self, *command):
        self.eve = tempfile.NamedTemporaryFile(mode="r", suffix=".json")
        self.process = subprocess.Popen(
            [*command, "-i", "veth1", "--eve", self.eve.name], stderr=subprocess.PIPE, text=True)
        ready = self.process.stderr.readline()
        if "listening" not in ready:
            raise AssertionError(f"it does not listen: {ready}{self.process.communicate()[1]}")

    def text(self):
        self.eve.seek(0)
        return self.eve.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.errors = self.process.communicate(timeout=60)[1]
        return self.process.returncode


class Listening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.database = f"{cls.folder.name}/rules.db"
        subprocess.run([RPCSIEVE, "compile", RULES, "-t", "native", "-o", cls.database],
                       check=True, capture_output=True)
        scan = subprocess.run([RPCSIEVE, "scan", *CAPTURES, "-r", cls.database, "--eve", "-"],
                              check=True, capture_output=True, text=True)
        cls.expected = alerts(scan.stdout)
        assert cls.expected

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, *command):
        listener = Listener(*command)
        for capture in CAPTURES:
            send(capture)
        time.sleep(2)
        self.assertEqual(listener.stop(), 0, listener.errors)
        text = listener.text()
        self.assertEqual(alerts(text), self.expected)
        last = statistics(text)[-1]
        self.assertEqual(last["packets"], sum(1 for c in CAPTURES for _ in frames(c)))
        (interface,) = last["interfaces"]
        self.assertEqual(interface["interface"], "veth1")
        self.assertEqual((interface["dropped"], interface["interface_dropped"]), (0, 0))
        self.assertEqual(interface["received"], last["packets"])

    def test_the_sensor_finds_what_a_scan_finds(self):
        self.check(RPCSIEVED, "-r", self.database)

    def test_on_two_threads_too(self):
        self.check(RPCSIEVED, "-r", self.database, "--threads", "2")

    def test_the_command_does_as_well(self):
        self.check(RPCSIEVE, "listen", "-r", self.database)

    def test_statistics_come_while_it_runs(self):
        listener = Listener(RPCSIEVED, "-r", self.database, "--interval", "1", "--threads", "2")
        send(CAPTURES[0])
        time.sleep(3)
        running = statistics(listener.text())
        self.assertEqual(listener.stop(), 0)
        self.assertGreaterEqual(len(running), 2)
        self.assertGreater(running[-1]["packets"], 0)

    def test_a_filter_leaves_packets_out(self):
        listener = Listener(RPCSIEVED, "-r", self.database, "--filter", "ip6")
        for capture in CAPTURES:
            send(capture)
        time.sleep(2)
        self.assertEqual(listener.stop(), 0)
        self.assertTrue(all(":" in json.loads(fact)[1] for fact in alerts(listener.text())))
        self.assertTrue(alerts(listener.text()), listener.text())

    def test_what_cannot_be_captured_is_said(self):
        for command in ([RPCSIEVED, "-r", self.database], [RPCSIEVE, "listen", "-r", self.database]):
            for more, want in ((["-i", "nowhere"], "nowhere"),
                               (["-i", "veth1", "--filter", "porridge"], "porridge")):
                done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 2)
                self.assertIn(want, done.stderr)

    def test_an_interface_that_goes_away_is_said(self):
        subprocess.run("ip link add veth2 type veth peer name veth3 && ip link set veth2 up",
                       shell=True, check=True)
        listener = Listener(RPCSIEVED, "-r", self.database, "-i", "veth2")
        subprocess.run("ip link del veth2", shell=True, check=True)
        time.sleep(1)
        self.assertIsNone(listener.process.poll())  # the other one is still there
        self.assertEqual(listener.stop(), 0)
        self.assertIn("veth2", listener.errors)


def main():
    if os.geteuid() != 0:
        print("skipped: a network namespace of its own needs root")
        sys.exit(77)
    if "RPCSIEVE_IN_NAMESPACE" not in os.environ:
        os.environ["RPCSIEVE_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, "-B", *sys.argv])
    subprocess.run("ip link add veth0 type veth peer name veth1 &&"
                   "sysctl -q net.ipv6.conf.veth0.disable_ipv6=1 net.ipv6.conf.veth1.disable_ipv6=1 &&"
                   "ip link set veth0 up && ip link set veth1 up", shell=True, check=True)
    unittest.main(argv=[sys.argv[0]])


if __name__ == "__main__":
    main()
