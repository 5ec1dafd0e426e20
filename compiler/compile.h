#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/backend/backend.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// Inputs are what the command line gives: files or folders (recursive), and --var settings.
struct Inputs {
  std::vector<std::filesystem::path> rules;
  std::map<std::string, std::string> variables;  // NAME → "cidr,cidr"
  std::optional<database::Profile> only = {};    // leave out detections of the other
};

// RuleSet is everything that was read: the Ir, its numbers, and the sids.lock that they come from,
// or that would keep them: beside the first of the rules.
struct RuleSet {
  Ir ir;
  Sids sids;
  std::filesystem::path lock;
};

// read_rules takes rules from files to the Ir: it finds the specs, variables.yaml and sids.lock,
// parses and lowers them, and has their patterns checked. Everything that is wrong goes to `out`;
// nullopt if there are errors. A path that cannot be read is reported in `io_error` (and nullopt).
//
// Whatever is left out by `only` is checked nevertheless, and keeps its sids.
//
// In a folder, specs are *.yaml and *.yml, also below it, by path; regression suites (YAML lists)
// are passed over. variables.yaml and sids.lock are looked for in the folder, or that of the file,
// then in its parents: the nearest counts. A variables.yaml below the folder counts too.
std::optional<RuleSet> read_rules(const Inputs& inputs, Diagnostics& out, std::string& io_error);

}  // namespace rpcsieve::compiler
