// Snort 3 takes an option's parameters by name, with commas between them, and wants quotes where a
// value has a comma of its own; Snort 2.9 takes them by position, and has the modifiers of a
// content as options of their own. What stands between quotes is letters, digits and hex only, so
// that neither reader can find an end in it.
#include "compiler/backend/snort_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/backend/suricata_text.h"

namespace rpcsieve::compiler::snort {
namespace {

bool is_plain(std::uint8_t b) { return std::isalnum(b) != 0 || b == '_' || b == '-' || b == '.'; }

// url gives what a reference may hold of a URL, without its scheme: the reference system has it.
// There is no escape for a colon, and what follows a '#' is of no use to the server anyway.
std::string url(std::string_view text) {
  constexpr std::string_view kSafe = "._~/?=&%+-";
  text = text.substr(text.find("://") + 3);
  text = text.substr(0, text.find('#'));
  if (text.find(':') != std::string_view::npos) return "";
  std::string out;
  for (const char c : text) {
    const auto b = static_cast<std::uint8_t>(c);
    const bool safe = b < 0x80 && (std::isalnum(b) != 0 || kSafe.find(c) != std::string_view::npos);
    out += safe ? std::string(1, c) : fmt::format("%{:02X}", b);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string reference(std::string_view text) {
  constexpr std::size_t kLongest = 1000;
  const std::string low = lower(text);
  if (low.starts_with("http://") || low.starts_with("https://")) {
    const std::string value = url(text);
    return value.empty() || value.size() > kLongest ? "" : fmt::format(" reference:url,{};", value);
  }
  const bool digits = low.starts_with("cve-") && low.size() > 4 &&
                      low.find_first_not_of("0123456789-", 4) == std::string::npos;
  return digits ? fmt::format(" reference:cve,{};", low.substr(4)) : "";
}

// version gives an interval of major versions; "" for every version.
std::string version(Dialect dialect, unsigned first, unsigned last) {
  if (first == last) return fmt::format("={}", first);
  if (first == 0) return last == 0xffff ? "" : fmt::format("<{}", last + 1);
  if (last < 0xffff && dialect == Dialect::kSnort3) return fmt::format("{}<=>{}", first, last);
  return fmt::format(">{}", first - 1);
}

}  // namespace

std::string content(Dialect dialect, Bytes bytes, std::vector<std::string> modifiers,
                    bool negated) {
  const bool snort3 = dialect == Dialect::kSnort3;
  std::string out =
      fmt::format(" content:{}{}", negated ? "!" : "", suricata::mixed(bytes, is_plain));
  for (std::string& modifier : modifiers) {
    const std::size_t space = modifier.find(' ');
    if (!snort3 && space != std::string::npos) modifier[space] = ':';
    out += (snort3 ? "," : "; ") + modifier;
  }
  return out + ";";
}

std::string iface(Dialect dialect, const CallCondition& condition) {
  const bool snort3 = dialect == Dialect::kSnort3;
  const std::string interval =
      version(dialect, condition.version_major_first, condition.version_major_last);
  const std::string_view name = snort3 ? ",version " : ",";
  return fmt::format(" dce_iface:{}{}{}{};", snort3 ? "uuid " : "", print(condition.interface),
                     interval.empty() ? "" : name, interval);
}

std::string opnum(Dialect dialect, const CallCondition& condition) {
  if (condition.opnums == std::vector{OpnumRange{}}) return "";
  std::string list;
  for (const OpnumRange& range : condition.opnums) {
    list += fmt::format("{}{}", list.empty() ? "" : ",", range.first);
    if (range.last != range.first) list += fmt::format("-{}", range.last);
  }
  return dialect == Dialect::kSnort3 ? fmt::format(" dce_opnum:\"{}\";", list)
                                     : fmt::format(" dce_opnum:{};", list);
}

std::string references(const std::vector<std::string>& references) {
  std::string out;
  for (const std::string& text : references) out += reference(text);
  return out;
}

// Snort alerts on what exceeds the count.
std::string detection_filter(Dialect dialect, const Count& count) {
  constexpr std::int64_t kSecond = 1'000'000;
  if (count.at_least < 2) return "";
  const bool snort3 = dialect == Dialect::kSnort3;
  const std::int64_t seconds = std::max<std::int64_t>(1, (count.within_us + kSecond - 1) / kSecond);
  return fmt::format(" detection_filter:track {}{}count {}{}seconds {};",
                     (count.by & kByClient) != 0 ? "by_src" : "by_dst", snort3 ? "," : ", ",
                     count.at_least - 1, snort3 ? "," : ", ", seconds);
}

}  // namespace rpcsieve::compiler::snort
