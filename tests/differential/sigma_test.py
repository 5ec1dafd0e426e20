"""The Sigma rules by Sigma's published schemas.

    sigma_test.py RPCSIEVE SCHEMAS SPECS...

SCHEMAS is the folder of sigma-detection-rule-schema.json and sigma-correlation-rules-schema.json; without it
or Python's jsonschema the test is skipped. Runs in the repository's root."""
import json
import os
import subprocess
import sys
import tempfile

SKIPPED = 77


def schema(folder, name):
    with open(os.path.join(folder, name)) as file:
        loaded = json.load(file)
    loaded["$schema"] = loaded["$schema"].rstrip("#")
    return loaded


def main():
    rpcsieve, folder, specs = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        import jsonschema
        import yaml
    except ImportError as missing:
        print(missing)
        return SKIPPED
    if not os.path.isdir(folder):
        print(f"needs {folder}")
        return SKIPPED
    kinds = {kind: jsonschema.Draft202012Validator(schema(folder, name), format_checker=jsonschema.FormatChecker())
             for kind, name in (("detection", "sigma-detection-rule-schema.json"),
                                ("correlation", "sigma-correlation-rules-schema.json"))}
    faults, ids = [], {}
    for spec in specs:
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([rpcsieve, "compile", spec, "-t", "sigma", "-o", out + "/"], capture_output=True)
            for name in sorted(os.listdir(out)) if done.returncode == 0 else []:
                with open(os.path.join(out, name)) as file:
                    rule = yaml.safe_load(file)
                kind = kinds["correlation" if "correlation" in rule else "detection"]
                faults += [f"{spec}: {name}: {fault.message}" for fault in kind.iter_errors(rule)]
                ids.setdefault((spec, rule["id"]), []).append(name)
    faults += [f"{spec}: {id}: {names}" for (spec, id), names in ids.items() if len(names) > 1]
    print("\n".join(faults) or f"{len(ids)} rules are valid")
    return 1 if faults or not ids else 0


if __name__ == "__main__":
    sys.exit(main())
