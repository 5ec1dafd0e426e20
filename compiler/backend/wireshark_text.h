#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"

// The parts of a display filter [wireshark-filter(4)]. Patterns stand in raw strings, in which
// nothing but a quote has a meaning, and hold no quote.
namespace rpcsieve::compiler::wireshark {

// in_set compares a field with numbers: "F == 43", "F in {28, 30..31}"; "" for every number.
std::string in_set(std::string_view field, const std::vector<OpnumRange>& ranges);

// holds_pattern asks for a pattern within the bytes of a field or protocol.
std::string holds_pattern(std::string_view field, const Pattern& pattern);

// fits_glob asks for a glob that fits the last component of a path, or the whole path, in either
// case.
std::string fits_glob(std::string_view field, std::string_view glob, bool whole_path);

// addresses compares the source ("src") or destination ("dst") of a packet; "" for everyone.
// The set must not be nobody.
std::string addresses(std::string_view end, const AddressSet& set);

// all_of and any_of join conditions; empty ones are left out. What is joined otherwise inside gets
// parentheses.
std::string all_of(const std::vector<std::string>& conditions);
std::string any_of(const std::vector<std::string>& conditions);

}  // namespace rpcsieve::compiler::wireshark
