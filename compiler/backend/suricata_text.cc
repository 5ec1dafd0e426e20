// What stands between quotes in a rule is cut out by Suricata before it is unescaped, so quotes,
// semicolons and backslashes are dangerous wherever they stand. Bytes and regexes avoid them
// altogether (|3b|, \x3b); titles keep them, with a backslash.
#include "compiler/backend/suricata_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/backend/addresses.h"
#include "compiler/backend/expression.h"
#include "compiler/ir/words.h"

namespace rpcsieve::compiler::suricata {
namespace {

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

// is_plain says whether a byte stands for itself in a content.
bool is_plain(std::uint8_t b) {
  constexpr std::string_view kPlain = "$_-./#@*+=,()[]{}<>";
  return std::isalnum(b) != 0 || kPlain.find(static_cast<char>(b)) != std::string_view::npos;
}

std::string percent_encoded(std::string_view url) {
  constexpr std::string_view kUnsafe = " \"';,\\|";
  std::string out;
  for (const char c : url) {
    const bool safe = is_printable(c) && kUnsafe.find(c) == std::string_view::npos;
    out += safe ? std::string(1, c) : fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
  }
  return out;
}

// The `url` system puts the scheme in front itself (reference.config). Longer ones do not load.
std::string url_reference(std::string_view url) {
  constexpr std::size_t kLongest = 1023;
  const std::string text = percent_encoded(url.substr(url.find("://") + 3));
  return text.empty() || text.size() > kLongest ? "" : fmt::format(" reference:url,{};", text);
}

std::string cve_reference(std::string_view id) {
  const bool ok = id.find_first_not_of("0123456789-") == std::string_view::npos && !id.empty();
  return ok ? fmt::format(" reference:cve,{};", id) : "";
}

bool begins_with(std::string_view text, std::string_view with) {
  return text.size() >= with.size() &&
         std::equal(with.begin(), with.end(), text.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

std::string reference(std::string_view text) {
  if (begins_with(text, "http://") || begins_with(text, "https://")) return url_reference(text);
  if (begins_with(text, "cve-")) return cve_reference(text.substr(4));
  return "";
}

// Family is one half of an address set, as Suricata sees it: it does not load a rule that negates
// the whole of IPv4 or of IPv6.
struct Family {
  std::vector<Cidr> nets;
  std::string_view whole;
  std::size_t address_bytes;

  [[nodiscard]] bool is_whole() const {
    const auto ranges = address_ranges(nets);
    if (ranges.size() != 1) return false;
    const auto from = ranges[0].first.end() - static_cast<std::ptrdiff_t>(address_bytes);
    const auto to = ranges[0].last.end() - static_cast<std::ptrdiff_t>(address_bytes);
    return std::all_of(from, ranges[0].first.end(), [](std::uint8_t b) { return b == 0; }) &&
           std::all_of(to, ranges[0].last.end(), [](std::uint8_t b) { return b == 0xff; });
  }
};

std::string joined(const std::vector<Cidr>& nets, std::string_view sign) {
  std::string out;
  for (const Cidr& net : nets)
    out += fmt::format("{}{}{}/{}", out.empty() ? "" : ",", sign, print(net.address), net.prefix);
  return out;
}

// all_but gives everything but what is left out of each family that has anything left. Both must be
// named: in a list that only negates, Suricata lets no address of the other family through.
std::string all_but(const Family& v4, const Family& v6) {
  std::vector<std::string> parts;
  for (const Family* family : {&v4, &v6})
    if (!family->is_whole()) parts.emplace_back(family->whole);
  for (const Family* family : {&v4, &v6})
    if (!family->is_whole() && !family->nets.empty()) parts.push_back(joined(family->nets, "!"));
  return parts.size() == 1 ? parts.front() : fmt::format("[{}]", fmt::join(parts, ","));
}

// escape gives one character of a regex so that it ends neither the regex nor the option.
std::string escape(char c) {
  constexpr std::string_view kUnsafe = "\";/";
  const bool safe = is_printable(c) && kUnsafe.find(c) == std::string_view::npos;
  return safe ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
}

// quoted gives the characters of \Q…\E, where nothing has a meaning, one by one.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
  return out;
}

std::string escaped_pair(char c, const Anchors& anchors) {
  if (c == 'A') return std::string(anchors.start);
  if (c == 'z' || c == 'Z') return std::string(anchors.end);
  const std::string plain = escape(c);
  return plain.size() == 1 ? "\\" + plain : plain;
}

// translated gives a regex that Hyperscan takes for use between slashes and quotes.
std::string translated(std::string_view regex, const Anchors& anchors) {
  std::string out;
  while (!regex.empty()) {
    std::size_t length = 1;
    if (regex.substr(0, 2) == "\\Q") {
      const std::size_t end = std::min(regex.find("\\E"), regex.size());
      out += quoted(regex.substr(2, end - 2));
      length = std::min(end + 2, regex.size());
    } else if (regex[0] == '\\' && regex.size() > 1) {
      out += escaped_pair(regex[1], anchors);
      length = 2;
    } else {
      out += escape(regex[0]);
    }
    regex.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string message(std::string_view text) {
  constexpr std::string_view kEscaped = ";\"\\:";
  std::string out;
  for (const char c : text) {
    if (kEscaped.find(c) != std::string_view::npos) out += '\\';
    out += std::iscntrl(static_cast<unsigned char>(c)) != 0 ? ' ' : c;
  }
  return out;
}

std::string word(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-')
      out += c;
  return out;
}

std::string metadata(const Detection& detection, std::string_view form) {
  std::string out =
      fmt::format("rpcsieve_id {}, rpcsieve_form {}, rpcsieve_profile {}", print(detection.id),
                  form, kProfileWords[static_cast<std::size_t>(detection.profile)]);
  if (!detection.tactic.empty())
    out += fmt::format(", mitre_tactic_id {}, mitre_tactic_name {}", tactic_id(detection.tactic),
                       tactic_name(detection.tactic));
  for (const std::string& technique : detection.attack)
    out += fmt::format(", mitre_technique_id {}", word(technique));
  return out;
}

std::string references(const std::vector<std::string>& references) {
  std::string out;
  for (const std::string& text : references) out += reference(text);
  return out;
}

std::string mixed(Bytes bytes, bool (*is_plain)(std::uint8_t)) {
  std::string out = "\"";
  bool hex = false;
  for (const std::uint8_t b : bytes) {
    if (is_plain(b) == hex)
      out += '|';
    else if (hex)
      out += ' ';
    hex = !is_plain(b);
    out += hex ? fmt::format("{:02x}", b) : std::string(1, static_cast<char>(b));
  }
  return out + (hex ? "|\"" : "\"");
}

std::string content(Bytes bytes, bool nocase, bool negated) {
  return fmt::format(" content:{}{};{}", negated ? "!" : "", mixed(bytes, is_plain),
                     nocase ? " nocase;" : "");
}

std::string hex_content(Bytes bytes) {
  return fmt::format(" content:\"|{:02x}|\";", fmt::join(bytes, " "));
}

std::optional<std::string> addresses(const AddressSet& set, Negation negation) {
  if (set.everyone()) return "any";
  if (!set.negated)
    return set.nets.empty() ? std::nullopt : std::optional("[" + joined(set.nets, "") + "]");
  Family v4{{}, "0.0.0.0/0", 4}, v6{{}, "::/0", 16};
  for (const Cidr& net : set.nets) (net.address.is_v4() ? v4 : v6).nets.push_back(net);
  if (v4.is_whole() && v6.is_whole()) return std::nullopt;
  const bool plain = negation == Negation::kEveryFamily && !v4.is_whole() && !v6.is_whole();
  return plain ? "![" + joined(set.nets, "") + "]" : all_but(v4, v6);
}

std::string pattern(const Pattern& pattern, const Anchors& anchors) {
  return fmt::format("(?{}:{})", pattern.nocase ? "i" : "",
                     translated(expression(pattern), anchors));
}

std::string hex_escapes(Bytes bytes) {
  std::string out;
  for (const std::uint8_t b : bytes) out += fmt::format("\\x{:02x}", b);
  return out;
}

}  // namespace rpcsieve::compiler::suricata
