#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/spec/keys.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// look_up gives the place of a word among those that a key may have; one that is not among them is
// an error, and nullopt.
std::optional<std::size_t> look_up(const Value& value, std::string_view key, Words words,
                                   Diagnostics& out);

// look_up_bits gives a bit for each word, by its place; no words give `all`.
std::uint8_t look_up_bits(const std::vector<Value>& values, std::string_view key, Words words,
                          std::uint8_t all, Diagnostics& out);

// tactic_id gives the number of an ATT&CK tactic, "TA0006" for "credential-access".
std::string_view tactic_id(std::string_view tactic);

// tactic_name gives its name as Emerging Threats' rules write it, "Credential_Access".
std::string tactic_name(std::string_view tactic);

}  // namespace rpcsieve::compiler
