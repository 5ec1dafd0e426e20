// A foreign rule becomes a spec as text, because that is what its new owner will read and edit.
// Free text is always quoted, so nothing in a rule can become YAML; comments are one line each.
#include "compiler/import/detection.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "compiler/spec/keys.h"
#include "compiler/utf8.h"
#include "runtime/base/tactics.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kLongestNewName = kLongestName - 10;  // room for a number behind it
constexpr std::size_t kLongestLine = 500;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// quoted gives a text, of whatever bytes, in YAML's double quotes.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = next_code_point(text);
    const char byte = before.front();
    if (byte == '"' || byte == '\\')
      out += fmt::format("\\{}", byte);
    else if (c == U'\n')
      out += "\\n";
    else if (!c || *c < 0x20 || (*c >= 0x7f && *c < 0xa0))
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out + '"';
}

std::string flow_list(const std::vector<std::string>& items) {
  return items.size() == 1 ? items[0] : fmt::format("[{}]", fmt::join(items, ", "));
}

std::string all_but(bool negated, const std::string& list) {
  return negated ? fmt::format("{{not: {}}}", list) : list;
}

std::string stub_item(const ImportedStub& stub) {
  return fmt::format("{{{}: {}{}{}}}", stub.kind, quoted(stub.value),
                     stub.nocase ? ", nocase: true" : "", stub.negated ? ", not: true" : "");
}

// keys_of gives the keys of a call, one each, without their indentation.
std::vector<std::string> keys_of(const ImportedCall& call) {
  std::vector<std::string> keys = {"interface: " + flow_list(call.interfaces)};
  if (!call.version.empty()) keys.push_back("version: " + quoted(call.version));
  if (!call.operations.empty())
    keys.push_back("operation: " + all_but(call.all_but, flow_list(call.operations)));
  if (!call.transports.empty()) keys.push_back("transport: " + flow_list(call.transports));
  if (!call.stub.empty()) keys.push_back("stub:");
  for (const ImportedStub& stub : call.stub) keys.push_back("  - " + stub_item(stub));
  return keys;
}

std::string print_calls(const std::vector<ImportedCall>& calls) {
  std::string out = "      call:\n";
  if (calls.size() > 1) out += "        any:\n";
  for (const ImportedCall& call : calls) {
    std::string indent = calls.size() > 1 ? "          - " : "        ";
    for (const std::string& key : keys_of(call)) {
      out += indent + key + "\n";
      indent = calls.size() > 1 ? "            " : "        ";
    }
  }
  return out;
}

std::string print_addresses(std::string_view key, const ImportedAddresses& addresses) {
  std::vector<std::string> items;
  for (const std::string& item : addresses.items) items.push_back(quoted(item));
  if (items.empty()) return "";
  return fmt::format("      {}: {}\n", key, all_but(addresses.all_but, flow_list(items)));
}

std::string print_list(std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  std::string out = fmt::format("    {}:\n", key);
  for (const std::string& text : texts) out += fmt::format("      - {}\n", quoted(text));
  return out;
}

std::string print_comments(const Imported& rule) {
  std::string out;
  for (const std::string& line : rule.origin)
    out += fmt::format("# {}\n", line_of(line, kLongestLine));
  for (const std::string& line : rule.not_kept)
    out += fmt::format("# Not kept: {}\n", line_of(line, kLongestLine));
  return out;
}

bool are_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void Imports::add(Imported rule, Diagnostics& out) {
  if (!ids_.insert(rule.id).second) {
    out.error("E034", rule.span, fmt::format("another rule has the id {}", print(rule.id)),
              "give one of them an id of its own");
    return;
  }
  const std::string name = rule.name;
  for (int number = 2; !names_.insert(rule.name).second; ++number)
    rule.name = fmt::format("{}-{}", name, number);
  rules.push_back(std::move(rule));
}

std::string print(const Imported& rule) {
  std::string out = print_comments(rule);
  out += fmt::format("rpcsieve: 1\ndetections:\n  - name: {}\n    id: {}\n", rule.name,
                     print(rule.id));
  out += fmt::format("    title: {}\n    description: {}\n", quoted(rule.title),
                     quoted(rule.description));
  out += fmt::format("    status: {}\n    severity: {}\n", rule.status, rule.severity);
  if (!rule.tactic.empty()) out += fmt::format("    tactic: {}\n", rule.tactic);
  if (!rule.attack.empty()) out += fmt::format("    attack: [{}]\n", fmt::join(rule.attack, ", "));
  out += print_list("references", rule.references);
  out += print_list("falsepositives", rule.falsepositives);
  out += "    when:\n" + print_calls(rule.calls);
  return out + print_addresses("from", rule.from) + print_addresses("to", rule.to);
}

std::string name_of(std::string_view title) {
  std::string name;
  for (const char c : title) {
    if (is_word(c))
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  name.resize(std::min(name.size(), kLongestNewName));
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "imported-rule" : name;
}

std::string line_of(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t n = 0; !text.empty() && n < limit; ++n) {
    const std::string_view before = text;
    const auto c = next_code_point(text);
    const bool blank = c && (*c < 0x20 || (*c >= 0x7f && *c < 0xa0));
    if (blank || !c)
      out += blank ? ' ' : '?';
    else
      out += before.substr(0, before.size() - text.size());
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Uuid derived_id(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  Uuid id;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), id.bytes.begin());
  id.bytes[6] =
      static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);  // version 8 [RFC 9562 §5.8]
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

std::string technique_of(std::string_view tag) {
  std::string text(tag);
  std::replace(text.begin(), text.end(), '_', '.');
  if (text.size() != 5 && text.size() != 9) return "";
  const bool sub = text.size() == 9;
  if ((text[0] != 't' && text[0] != 'T') || !are_digits(std::string_view(text).substr(1, 4)) ||
      (sub && (text[5] != '.' || !are_digits(std::string_view(text).substr(6)))))
    return "";
  text[0] = 'T';
  return text;
}

std::string tactic_of(std::string_view tag) {
  std::string text;
  for (const char c : tag)
    text += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool known =
      std::find(std::begin(kTactics), std::end(kTactics), text) != std::end(kTactics);
  return known ? text : "";
}

}  // namespace rpcsieve::compiler
