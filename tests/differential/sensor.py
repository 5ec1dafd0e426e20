"""Runs the real Suricata. Without it a test is skipped, unless RPCSIEVE_REQUIRE_PEERS=1 makes that a
failure."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "suricata.yaml")
DEBIAN_CONFIG = "/etc/suricata/suricata.yaml"
VERSION = "7.0.10"
SKIPPED = 77


def require():
    """require leaves the program unless the Suricata that the rules are made for is installed."""
    found = shutil.which("suricata")
    said = subprocess.run([found, "-V"], capture_output=True, text=True).stdout.strip() if found else "none"
    if VERSION in said:
        return
    print(f"needs Suricata {VERSION}, found: {said}")
    sys.exit(1 if os.environ.get("RPCSIEVE_REQUIRE_PEERS") == "1" else SKIPPED)


def eight():
    """eight gives the command of a Suricata 8, which RPCSIEVE_SURICATA8 names, or nothing."""
    command = os.environ.get("RPCSIEVE_SURICATA8", "").split()
    said = subprocess.run([*command, "-V"], capture_output=True, text=True).stdout if command else ""
    return command if "version 8." in said else []


def compile_rules(rpcsieve, spec, profile, rules, more=(), target="suricata7"):
    """compile_rules gives "" or what the compiler said when it refused."""
    done = subprocess.run([rpcsieve, "compile", spec, "-t", target, "--profile", profile, "-o", rules, *more],
                          capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def complaints(output):
    return [line for line in output.splitlines() if line.startswith(("E:", "W:", "Error", "Warning"))]


def load(rules, config, more=()):
    """load asks Suricata to load rules and gives what it complains about."""
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(["suricata", "-T", "-c", config, "-S", rules, "-l", logs, *more],
                              capture_output=True, text=True)
    said = complaints(done.stdout + done.stderr)
    return said + ([f"exit status {done.returncode}"] if done.returncode and not said else [])


def alerts(rules, capture, config=CONFIG, suricata=("suricata",)):
    """alerts runs the rules over a capture and gives (client port, rpcsieve_id, form) of each alert."""
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run([*suricata, "-c", config, "-r", capture, "-S", rules, "-l", logs, "-k", "none",
                               "--runmode", "single"], capture_output=True, text=True)
        said = complaints(done.stdout + done.stderr)
        if done.returncode or said:
            raise RuntimeError("\n".join(said) or f"suricata: exit status {done.returncode}")
        with open(os.path.join(logs, "eve.json")) as lines:
            events = [json.loads(line) for line in lines]
    return [(event["src_port"], event["alert"]["metadata"]["rpcsieve_id"][0],
             event["alert"]["metadata"]["rpcsieve_form"][0]) for event in events if event["event_type"] == "alert"]
