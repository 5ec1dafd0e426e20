#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// What calls and binds have in common: which interfaces, and which way.

// Target is an interface that a condition names.
struct Target {
  Uuid uuid;
  const Interface* known = nullptr;  // in the version that is asked for, if the catalogue has it;
                                     // nullptr: the catalogue lacks the interface
};

// Targets are the interfaces of a condition, each once.
struct Targets {
  std::vector<Target> all;
  bool complete = true;                        // all that it lists
  std::optional<std::uint16_t> version_major;  // none: any
};
Targets read_targets(const std::vector<Value>& interfaces, const std::optional<Value>& version,
                     const Catalog& catalog, Diagnostics& out);

std::vector<const Interface*> tables_of(const Targets& targets);

// aim points a condition at a target.
template <class Condition>
void aim(Condition& condition, const Target& target, const Targets& targets) {
  condition.interface = target.uuid;
  condition.interface_name = target.known ? target.known->name : "";
  if (const auto major = targets.version_major)
    condition.version_major_first = condition.version_major_last = *major;
}

std::optional<Uuid> read_uuid_value(const Value& value, std::string_view key, Diagnostics& out);
std::uint8_t read_transports(const std::vector<Value>& values, Diagnostics& out);
// read_pipes warns of names that restrict nothing, because SMB is not among the transports.
std::vector<std::string> read_pipes(const std::vector<Value>& values, std::uint8_t transports,
                                    Diagnostics& out);

}  // namespace rpcsieve::compiler
