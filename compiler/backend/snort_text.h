#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/base/bytes.h"

// The parts of a Snort rule that differ between Snort 3 and Snort 2.9.
namespace rpcsieve::compiler::snort {

enum class Dialect : std::uint8_t { kSnort3, kSnort29 };

// content gives a content option; `modifiers` are more of them, each "name" or "name value".
std::string content(Dialect dialect, Bytes bytes, std::vector<std::string> modifiers = {},
                    bool negated = false);

// iface gives dce_iface. Snort 2.9 has no word for a range of versions, and gets its lower end.
std::string iface(Dialect dialect, const CallCondition& condition);

// opnum gives dce_opnum, "" for every operation.
std::string opnum(Dialect dialect, const CallCondition& condition);

// references gives reference options for URLs and CVE ids, as far as a rule can hold them.
std::string references(const std::vector<std::string>& references);

// detection_filter makes a rule alert from the event on that completes the count.
std::string detection_filter(Dialect dialect, const Count& count);

}  // namespace rpcsieve::compiler::snort
