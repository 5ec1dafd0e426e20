#!/usr/bin/python3
"""What docs/RULES.md shows is what check takes, and rules/schema.json says the same.

Usage: rules_doc_test.py RPCSIEVE SOURCE_DIR. Every ```yaml block of RULES.md is made a whole file
of detections and checked; together the examples hold every key that there is.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

RPCSIEVE, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
WHAT = {
    "name": "an-example", "id": "0b000000-0000-4000-8000-000000000001", "title": "An example",
    "description": "It shows one thing.", "status": "test", "severity": "low",
}
# An operation must be of one of these.
INTERFACES = ["lsarpc", "netlogon", "svcctl", "epm"]
# What a schema can know of mistakes: keys, kinds of values, words and forms.
WRONG = ["unknown-key", "missing-key", "no-value", "unknown-word", "several-forms", "when-says-nothing",
         "missing-interface", "bad-attack", "bad-auth", "bad-bind", "bad-count", "bad-file", "bad-duration", "format-version",
         "bad-version", "bad-hex", "stub-shape"]
# The length of a time that is too long is beyond a schema.
NUMBERS = [("bad-duration", 4), ("bad-duration", 6)]


def run(*arguments):
    return subprocess.run([RPCSIEVE, *arguments], capture_output=True, text=True, check=False)


SCHEMA_TEXT = run("check", "--schema").stdout
SCHEMA = json.loads(SCHEMA_TEXT)
SHAPES = SCHEMA["definitions"]


def load(path):
    return yaml.safe_load(pathlib.Path(path).read_text())


def is_valid(document):
    return jsonschema.Draft7Validator(SCHEMA).is_valid(document)


def examples():
    """The blocks of RULES.md; where a block shows one key several times, each time by itself."""
    for block in re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs/RULES.md").read_text(), re.M | re.S):
        seen, lines = set(), []
        for line in block.splitlines(keepends=True):
            key = re.match(r"(\w+):", line)
            if key and key[1] in seen:
                yield "".join(lines)
                seen, lines = set(), []
            if key:
                seen.add(key[1])
            lines.append(line)
        yield "".join(lines)


def whole(example):
    """Makes a part of a detection a file, by the first kind of map that has all its keys."""
    part = yaml.safe_load(example)
    if "rpcsieve" in part:
        return part
    for shape in ["detection", "when", "call"]:
        if set(part) <= set(SHAPES[shape]["properties"]):
            break
    else:
        raise AssertionError(f"no map has these keys:\n{example}")
    if shape == "call":
        part = {"call": {"interface": INTERFACES, **part}}
    if shape != "detection":
        part = {"when": part}
    return {"rpcsieve": 1, "detections": [{**WHAT, "when": {"call": {"interface": "lsarpc"}}, **part}]}


def references(schema):
    """The kinds of maps that a key's value may be."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rsplit("/", 1)[1]
        for key, value in schema.items():
            if key != "$ref":
                yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def keys_of(value, shape):
    """Every (kind of map, key) of a value."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict) or not set(item) & set(SHAPES[shape]["properties"]):
            continue
        for key, inner in item.items():
            if key in SHAPES[shape]["properties"]:
                yield shape, key
                for next_shape in references(SHAPES[shape]["properties"][key]):
                    yield from keys_of(inner, next_shape)


class Schema(unittest.TestCase):
    def test_is_up_to_date(self):
        self.assertEqual(SCHEMA_TEXT, (ROOT / "rules/schema.json").read_text(),
                         "write it anew: rpcsieve check --schema >rules/schema.json")

    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_takes_every_rule(self):
        paths = [path for path in (ROOT / "rules").rglob("*.yaml") if path.name != "variables.yaml"]
        self.assertGreater(len(paths), 0)
        for path in paths:
            with self.subTest(path):
                jsonschema.validate(load(path), SCHEMA, jsonschema.Draft7Validator)

    def test_takes_what_check_takes(self):
        for path in sorted((ROOT / "tests/golden").glob("*.ir")):
            spec = path.with_suffix(".yaml")
            if spec.exists():
                with self.subTest(spec.name):
                    jsonschema.validate(load(spec), SCHEMA, jsonschema.Draft7Validator)

    def test_refuses_mistakes_of_form(self):
        for name in WRONG:
            document = load(ROOT / f"tests/golden/{name}.yaml")
            for i, detection in enumerate(document.get("detections") or [None]):
                if (name, i) in NUMBERS:
                    continue
                with self.subTest(name, detection=i):
                    alone = {**document, "detections": [detection]}
                    self.assertFalse(is_valid(alone))


class RulesDoc(unittest.TestCase):
    def test_every_example_passes_check(self):
        for example in examples():
            with self.subTest(example), tempfile.TemporaryDirectory() as folder:
                document = whole(example)
                if "variables" in document:
                    continue
                self.assertTrue(is_valid(document))
                path = pathlib.Path(folder, "example.yaml")
                path.write_text(json.dumps(document))
                done = run("check", str(path), "--var", "DOMAIN_CONTROLLERS=10.0.0.1", "--var", "ADMIN_HOSTS=10.0.0.2")
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_shows_every_key(self):
        shown = {key for example in examples() for key in keys_of(whole(example), "file")}
        known = {(name, key) for name, shape in SHAPES.items() for key in shape["properties"]}
        # An alternative of a call is a call: its keys are shown there.
        missing = {(name, key) for name, key in known - shown
                   if name != "alternative" or ("call", key) not in shown}
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
