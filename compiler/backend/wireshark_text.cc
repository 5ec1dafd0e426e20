// A condition is joined as text. Only `||` needs parentheses, within `&&`: so any_of sets them, and
// leaves a single condition as it is.
#include "compiler/backend/wireshark_text.h"

#include <fmt/format.h>

#include "compiler/backend/suricata_text.h"

namespace rpcsieve::compiler::wireshark {
namespace {

// matches asks for an expression; Wireshark ignores case unless told otherwise.
std::string matches(std::string_view field, std::string_view expression) {
  return fmt::format("{} matches r\"(?s-i){}\"", field, expression);
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

std::string of_glob(std::string_view glob) {
  std::string out;
  for (const char c : glob) {
    if (c == '*')
      out += "[^\\\\]*";
    else if (c == '?')
      out += "[^\\\\]";
    else
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
  }
  return out;
}

std::string joined(const std::vector<std::string>& conditions, std::string_view by) {
  std::string out;
  for (const std::string& condition : conditions)
    if (!condition.empty()) out += fmt::format("{}{}", out.empty() ? "" : by, condition);
  return out;
}

}  // namespace

std::string in_set(std::string_view field, const std::vector<OpnumRange>& ranges) {
  if (ranges == std::vector{OpnumRange{}}) return "";
  if (ranges.size() == 1 && ranges[0].first == ranges[0].last)
    return fmt::format("{} == {}", field, ranges[0].first);
  std::vector<std::string> all;
  for (const OpnumRange& range : ranges)
    all.push_back(range.first == range.last ? fmt::format("{}", range.first)
                                            : fmt::format("{}..{}", range.first, range.last));
  return fmt::format("{} in {{{}}}", field, fmt::join(all, ", "));
}

std::string holds_pattern(std::string_view field, const Pattern& pattern) {
  const bool plain = pattern.kind == Pattern::Kind::kLiteral && !pattern.nocase;
  if (plain && pattern.bytes.size() > 1)  // one byte alone would be read as a number
    return fmt::format("{} contains {}", field, hex(pattern.bytes));
  return matches(field, suricata::pattern(pattern, {}));
}

std::string fits_glob(std::string_view field, std::string_view glob, bool whole_path) {
  return matches(
      field, fmt::format("(?i:{}{})\\z", whole_path ? "\\A\\\\*" : "(?:\\A|\\\\)", of_glob(glob)));
}

std::string addresses(std::string_view end, const AddressSet& set) {
  if (set.everyone()) return "";
  std::vector<std::string> nets;
  for (const Cidr& net : set.nets)
    nets.push_back(fmt::format("{}.{} == {}/{}", net.address.is_v4() ? "ip" : "ipv6", end,
                               print(net.address), net.prefix));
  const std::string any = any_of(nets);
  return !set.negated ? any : any.front() == '(' ? "!" + any : fmt::format("!({})", any);
}

std::string all_of(const std::vector<std::string>& conditions) {
  return joined(conditions, " && ");
}

std::string any_of(const std::vector<std::string>& conditions) {
  const std::string all = joined(conditions, " || ");
  return conditions.size() > 1 ? fmt::format("({})", all) : all;
}

}  // namespace rpcsieve::compiler::wireshark
