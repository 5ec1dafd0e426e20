#!/usr/bin/env python3
"""Every rule that the compiler writes loads in the real Suricata without a word, with the
configuration of Debian's package and with the smallest one.

usage: load_test.py RPCSIEVE SPEC...     specs that the compiler refuses are passed over"""
import os
import sys
import tempfile

import sensor

PLAIN = 'alert tcp any any -> any any (msg:"plain"; flow:to_server; content:"plain"; sid:1;)\n'


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as out:
        out.write(text)
    return path


def main():
    sensor.require()
    rpcsieve, specs = sys.argv[1], sys.argv[2:]
    configs = [sensor.CONFIG] + [sensor.DEBIAN_CONFIG] * os.path.exists(sensor.DEBIAN_CONFIG)
    loaded, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        # What Suricata says without any rule of ours is about its installation.
        plain = write(folder, "plain.rules", PLAIN)
        known = {config: set(sensor.load(plain, config)) for config in configs}
        for spec in specs:
            for profile in "coverage", "precise":
                rules = os.path.join(folder, "out.rules")
                if sensor.compile_rules(rpcsieve, spec, profile, rules) or not os.path.getsize(rules):
                    continue
                loaded += 1
                for config in configs:
                    for line in sensor.load(rules, config):
                        if line not in known[config]:
                            failed += 1
                            print(f"{spec} {profile} {config}: {line}")
    print(f"{loaded} rule files loaded, {failed} complaints")
    sys.exit(failed > 0 or loaded == 0)


main()
