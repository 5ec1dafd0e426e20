#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/base/bytes.h"

// The texts within a Suricata rule. Whatever the author wrote, none of them can end an option, a
// rule or a line: each of the functions escapes for the place it is named after.
namespace rpcsieve::compiler::suricata {

// message gives text for msg:"…".
std::string message(std::string_view text);

// word gives text for a place without quotes, such as metadata: letters, digits, '.', '_' and '-'.
std::string word(std::string_view text);

// references gives the reference options of a detection: URLs, and CVE ids however they are
// written. Others have no place in a rule.
std::string references(const std::vector<std::string>& references);

// metadata gives what the metadata of each of a detection's rules says.
std::string metadata(const Detection& detection, std::string_view form);

// mixed gives bytes in quotes, as contents hold them: the plain ones as they are, the others in hex
// between bars.
std::string mixed(Bytes bytes, bool (*is_plain)(std::uint8_t));

// content gives a content keyword for bytes, its quotes and `nocase` included.
std::string content(Bytes bytes, bool nocase, bool negated = false);

// hex_content gives a content keyword for bytes that mean nothing as text.
std::string hex_content(Bytes bytes);

// Negation is what a list that only negates lets through: all others, as Snort has it, or for
// Suricata those of the families that it names.
enum class Negation : std::uint8_t { kNamedFamilies, kEveryFamily };

// addresses gives a set as it stands in a rule's header; nullopt if no address is in it.
std::optional<std::string> addresses(const AddressSet& set,
                                     Negation negation = Negation::kNamedFamilies);

// Anchors are what ^ and $ of a regex become.
struct Anchors {
  std::string_view start = "\\A", end = "\\z";
};

// pattern gives a pattern as a group of PCRE for pcre:"/…/s", with its case.
std::string pattern(const Pattern& pattern, const Anchors& anchors);

// hex_escapes gives bytes for PCRE: \x05\x00.
std::string hex_escapes(Bytes bytes);

}  // namespace rpcsieve::compiler::suricata
