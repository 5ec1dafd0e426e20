#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/forge/dcerpc_builder.h"
#include "tools/forge/stub_maker.h"

namespace rpcsieve::cases {

// interface_of gives an interface in the version that the catalogue knows, or the nearest one of a
// range.
forge::Syntax interface_of(const Uuid& uuid, std::uint16_t major_first, std::uint16_t major_last);

// pipes_of gives the pipes to use, two at least and the best one first: those that a condition
// names, then those that the catalogue has, then one that nobody knows.
std::vector<std::string> pipes_of(const Uuid& interface, const std::vector<std::string>& named);

forge::Wanted wanted_of(const compiler::Pattern& pattern);
std::vector<forge::Clause> clauses_of(const compiler::Ir& ir,
                                      const compiler::CallCondition& condition);

// ends_of gives the operations of a range to try: the first, and the last one that is no mere end
// of all numbers.
std::vector<std::uint16_t> ends_of(const compiler::OpnumRange& range);

// name_of names an interface by its name, or by its UUID if it has none.
std::string name_of(const Uuid& interface, const std::string& name);

}  // namespace rpcsieve::cases
