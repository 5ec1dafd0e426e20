// A text stands plain if it is a word that no version of YAML reads as anything else; in single
// quotes if every character can be seen; else in double quotes, with escapes [YAML 1.2 §7.3].
#include "compiler/backend/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace rpcsieve::compiler {
namespace {

using Kind = YamlNode::Kind;

bool is_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && !text.empty() && text.size() <= kMostDigits && (text[0] != '0' || text == "0");
}

// Words that YAML 1.1 takes for truth values or nothing.
bool is_reserved(std::string_view text) {
  constexpr std::array<std::string_view, 7> kReserved = {"y",  "n",   "yes", "no",
                                                         "on", "off", "null"};
  std::string low(text);
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool truth = low == "true" || low == "false";
  return (truth && text != low) ||
         std::find(kReserved.begin(), kReserved.end(), low) != kReserved.end();
}

bool is_plain_word(std::string_view text) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./|-").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), fits) && !is_reserved(text);
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (c == '\n')
      out += "\\n";
    else
      out += b < 0x20 || b == 0x7f ? fmt::format("\\x{:02x}", b) : std::string(1, c);
  }
  return out + "\"";
}

std::string scalar(std::string_view text) {
  const auto is_control = [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; };
  if (is_number(text) || is_plain_word(text)) return std::string(text);
  return std::any_of(text.begin(), text.end(), is_control) ? double_quoted(text)
                                                           : single_quoted(text);
}

// inline_text gives a value that stands on the line of its key, or "" if it takes lines of its own.
std::string inline_text(const YamlNode& node) {
  if (node.kind == Kind::kNull) return "null";
  if (node.kind == Kind::kScalar) return scalar(node.text);
  if (node.kind == Kind::kList) return node.items.empty() ? "[]" : "";
  return node.entries.empty() ? "{}" : "";
}

std::string block(const YamlNode& node, std::size_t indent);

// item gives an element of a list: its first line begins behind the dash.
std::string item(const YamlNode& node, std::size_t indent) {
  const std::string pad(indent, ' ');
  const std::string text = inline_text(node);
  if (!text.empty()) return fmt::format("{}- {}\n", pad, text);
  return fmt::format("{}- {}", pad, block(node, indent + 2).substr(indent + 2));
}

std::string entry(const Entry& entry, std::size_t indent) {
  const std::string head = fmt::format("{:{}}{}:", "", indent, scalar(entry.key.text));
  const std::string text = inline_text(entry.value);
  if (!text.empty()) return fmt::format("{} {}\n", head, text);
  return fmt::format("{}\n{}", head, block(entry.value, indent + 2));
}

std::string block(const YamlNode& node, std::size_t indent) {
  std::string out;
  for (const YamlNode& one : node.items) out += item(one, indent);
  for (const Entry& one : node.entries) out += entry(one, indent);
  return out;
}

}  // namespace

YamlNode yaml_text(std::string_view text) {
  YamlNode node;
  node.kind = Kind::kScalar;
  node.text = text;
  return node;
}

YamlNode yaml_list(const std::vector<std::string>& texts) {
  YamlNode node;
  node.kind = Kind::kList;
  for (const std::string& text : texts) node.items.push_back(yaml_text(text));
  return node;
}

void put(YamlNode& node, std::string_view key, YamlNode value) {
  node.kind = Kind::kMap;
  for (Entry& entry : node.entries)
    if (entry.key.text == key) {
      entry.value = std::move(value);
      return;
    }
  node.entries.push_back({yaml_text(key), std::move(value)});
}

std::string print_yaml(const YamlNode& node) { return block(node, 0); }

}  // namespace rpcsieve::compiler
