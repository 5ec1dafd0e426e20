#!/usr/bin/python3 -B
"""Each kind of violation is found by tools/check_layers in a small tree that has it."""

import subprocess
import tempfile
import unittest
from pathlib import Path

CHECK_LAYERS = Path(__file__).resolve().parents[2] / "tools/check_layers"

CLEAN = {
    "runtime/base/bytes.h": "#include <cstdint>\n",
    "runtime/smb/smb2.h": '#include "runtime/base/bytes.h"\n',
    "runtime/dcerpc/call.h": '#include "runtime/base/bytes.h"\n',
    "compiler/diagnostic.h": "",
    "compiler/spec/spec.h": '#include <yaml-cpp/yaml.h>\n#include "compiler/diagnostic.h"\n',
    "compiler/compile.cc": '#include "compiler/spec/spec.h"\n',
    "tools/rpcsieve/main.cc": "#include <CLI/CLI.hpp>\n",
}


def run(tree):
    """run returns the exit status and what is printed for a tree of files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            (Path(root) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(root) / path).write_text(text)
        done = subprocess.run([CHECK_LAYERS, root], capture_output=True, text=True)
        return done.returncode, done.stdout


class CheckLayers(unittest.TestCase):
    def expect(self, complaint, **changed):
        """expect wants exactly this complaint about the clean tree with one file more."""
        status, printed = run(CLEAN | changed)
        self.assertEqual((status, printed.splitlines()[:-1]), (1, [complaint]))

    def test_a_clean_tree_passes(self):
        self.assertEqual(run(CLEAN), (0, "7 files, 0 violations\n"))

    def test_an_empty_tree_does_not_pass(self):
        self.assertEqual(run({"README.md": ""})[0], 1)

    def test_stages_do_not_include_one_another(self):
        self.expect("runtime/smb/pipe.cc:1: runtime/smb may not include runtime/dcerpc",
                    **{"runtime/smb/pipe.cc": '#include "runtime/dcerpc/call.h"\n'})

    def test_the_runtime_does_not_include_the_compiler(self):
        self.expect("runtime/dcerpc/call.cc:2: runtime/dcerpc may not include compiler",
                    **{"runtime/dcerpc/call.cc": '\n#include "compiler/diagnostic.h"\n'})

    def test_a_phase_does_not_include_what_composes_it(self):
        self.expect("compiler/spec/parse.cc:1: compiler/spec may not include compiler/compile",
                    **{"compiler/compile.h": "",
                       "compiler/spec/parse.cc": '#include "compiler/compile.h"\n'})

    def test_a_library_has_one_door(self):
        self.expect("compiler/compile.h:1: <yaml-cpp/node/node.h> comes in by compiler/spec only",
                    **{"compiler/compile.h": "#include <yaml-cpp/node/node.h>\n"})
        self.expect("runtime/smb/smb1.cc:1: <hs/hs_runtime.h> comes in by runtime/match only",
                    **{"runtime/smb/smb1.cc": "#  include <hs/hs_runtime.h>\n"})

    def test_no_file_includes_itself_the_long_way_round(self):
        self.expect("includes itself: runtime/base/a.h -> runtime/base/b.h -> runtime/base/a.h",
                    **{"runtime/base/a.h": '#include "runtime/base/b.h"\n',
                       "runtime/base/b.h": '#include "runtime/base/a.h"\n'})

    def test_paths_are_given_from_the_root(self):
        self.expect('runtime/smb/smb1.cc:1: "smb2.h" is not there: name it from the root',
                    **{"runtime/smb/smb1.cc": '#include "smb2.h"\n'})

    def test_a_new_folder_needs_a_row(self):
        self.expect("runtime/nfs/nfs.h: runtime/nfs has no row in the table of tools/check_layers",
                    **{"runtime/nfs/nfs.h": ""})


if __name__ == "__main__":
    unittest.main()
