#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/import/condition.h"
#include "compiler/import/detection.h"
#include "compiler/spec/node.h"

namespace rpcsieve::compiler {

// Opnums is a set of operation numbers.
using Opnums = std::bitset<0x10000>;

// Candidate is an interface that a rule may mean; `table` is nullptr if the catalogue lacks it.
struct Candidate {
  Uuid uuid;
  const Interface* table = nullptr;
};

// LogSource says which records a Sigma rule is about: those of the RPC Firewall, which name calls
// by number, or those of Zeek's dce_rpc.log, which name them by name.
enum class LogSource : std::uint8_t { kRpcFirewall, kZeek };

// Atom is one field of a selection: the calls that fit it.
struct Atom {
  enum class Kind : std::uint8_t {
    kUuid,
    kOpnum,
    kInterface,
    kOperation,
    kAlways,
    kNever,
    kUnknown
  };
  Kind kind = Kind::kUnknown;
  std::vector<std::string> globs;        // kUuid, kInterface, kOperation
  bool every = false;                    // all globs must fit, not one
  std::shared_ptr<const Opnums> opnums;  // kOpnum
};

// Selection is a list of alternatives, each of which holds if all of its atoms do.
using Selection = std::vector<std::vector<Atom>>;

// read_selection reads one search of a Sigma rule. What it cannot express is an unknown atom, of
// which `not_kept` and a warning (W060) tell; so does a value that no operation has (W062).
Selection read_selection(const YamlNode& node, LogSource source, const Catalog& catalog,
                         std::vector<std::string>& not_kept, Diagnostics& out);

// calls_of evaluates a condition for an interface. An unknown atom counts for whatever makes the
// rule alert on more: the import of a rule is never silent where the rule was not.
Opnums calls_of(const Condition& condition, const std::vector<Selection>& selections,
                const Candidate& candidate);

// candidates_of gives the catalogue's interfaces, and those that selections name by UUID besides.
std::vector<Candidate> candidates_of(const std::vector<Selection>& selections,
                                     const Catalog& catalog);

// unfold gives the calls of a condition, interfaces with the same operations together. Empty: it
// fits no call. False: it fits calls of any interface.
bool unfold(const Condition& condition, const std::vector<Selection>& selections,
            const Catalog& catalog, std::vector<ImportedCall>& calls);

// write_operations gives numbers as a spec writes them: by the table's names, if it has them
// (nullptr: there is no table), and ranges; all but these if that is shorter.
void write_operations(const Opnums& opnums, const Interface* table, ImportedCall& call);

}  // namespace rpcsieve::compiler
