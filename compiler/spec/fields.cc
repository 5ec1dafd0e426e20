#include "compiler/spec/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace rpcsieve::compiler {
namespace {

std::string_view name(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      break;
  }
  return "a map";
}

void wrong_kind(const YamlNode& node, std::string_view key, std::string_view wanted,
                Diagnostics& out) {
  if (node.cut) return;
  if (node.kind == YamlNode::Kind::kNull) {
    out.error("E013", node.span, fmt::format("{} has no value", key),
              fmt::format("give it {}", wanted));
  } else {
    out.error("E012", node.span, fmt::format("{} is {}", key, name(node.kind)),
              fmt::format("it must be {}", wanted));
  }
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// count_characters: of UTF-8, each of which has one byte that continues no other [RFC 3629 §3].
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

const Entry* find(const YamlNode& node, std::string_view key) {
  for (const Entry& entry : node.entries)
    if (entry.key.kind == YamlNode::Kind::kScalar && entry.key.text == key) return &entry;
  return nullptr;
}

}  // namespace

bool has_key(const YamlNode& node, std::string_view key) { return find(node, key) != nullptr; }

Fields::Fields(const YamlNode& node, const Shape& shape, Diagnostics& out, std::string_view what)
    : node_(node), shape_(shape), what_(what.empty() ? shape.what : what), out_(out) {
  if (node.kind != YamlNode::Kind::kMap) wrong_kind(node, what_, "a map of keys and values", out);
}

const YamlNode* Fields::take(std::string_view key) {
  const Key* known = find_key(shape_, key);
  assert(known != nullptr);
  const Entry* entry = find(node_, key);
  if (entry) return &entry->value;
  if (known->need == Key::Need::kRequired && whole())
    out_.error("E011", span(), fmt::format("{} has no '{}'", what_, key),
               fmt::format("add '{}:'", key));
  return nullptr;
}

bool Fields::finish() {
  if (shape_.open) return true;
  std::vector<std::string_view> names;
  for (const Key& key : shape_.keys) names.push_back(key.name);
  bool known = true;
  for (const Entry& entry : node_.entries) {
    const std::string_view key = entry.key.text;
    if (entry.key.kind != YamlNode::Kind::kScalar || find_key(shape_, key)) continue;
    known = false;
    const std::string_view near = out_.suggest(key, names);
    out_.error("E010", entry.key.span, fmt::format("{} has no key '{}'", what_, key),
               near.empty() ? fmt::format("its keys are {}", fmt::join(names, ", "))
                            : fmt::format("did you mean {}?", near));
  }
  return known;
}

std::vector<const YamlNode*> Fields::given() const {
  std::vector<const YamlNode*> keys;
  for (const Entry& entry : node_.entries) {
    const Key* known = find_key(shape_, entry.key.text);
    if (known && known->need == Key::Need::kOne) keys.push_back(&entry.key);
  }
  return keys;
}

std::optional<Value> read_value(const YamlNode* node, std::string_view key, Diagnostics& out) {
  if (!node) return std::nullopt;
  if (node->kind == YamlNode::Kind::kScalar) return Value{node->text, node->span};
  wrong_kind(*node, key, "a single value", out);
  return std::nullopt;
}

std::optional<Value> read_text(const YamlNode* node, std::string_view key, Diagnostics& out,
                               std::size_t limit) {
  auto value = read_value(node, key, out);
  if (!value) return value;
  while (value->text.ends_with('\n')) value->text.pop_back();
  if (value->text.empty())
    out.error("E013", value->span, fmt::format("{} is empty", key), "write some text");
  else if (has_control(value->text))
    out.error("E032", value->span, fmt::format("{} holds a line break or control character", key),
              "write it on one line");
  else if (const std::size_t characters = count_characters(value->text); characters > limit)
    out.error("E046", value->span, fmt::format("{} has {} characters", key, characters),
              fmt::format("write at most {}", limit));
  else
    return value;
  return std::nullopt;
}

std::vector<const YamlNode*> items_of(const YamlNode* node, std::string_view key,
                                      Diagnostics& out) {
  std::vector<const YamlNode*> items;
  if (!node) return items;
  if (node->kind == YamlNode::Kind::kNull)
    wrong_kind(*node, key, "a value or a list of values", out);
  if (node->kind == YamlNode::Kind::kScalar || node->kind == YamlNode::Kind::kMap)
    items.push_back(node);
  if (node->kind != YamlNode::Kind::kList) return items;
  for (const YamlNode& item : node->items) items.push_back(&item);
  if (items.empty() && !node->cut)
    out.error("E013", node->span, fmt::format("{} is an empty list", key),
              "list something, or leave the key out");
  return items;
}

std::vector<Value> read_values(const YamlNode* node, std::string_view key, Diagnostics& out,
                               std::size_t limit) {
  std::vector<Value> values;
  for (const YamlNode* item : items_of(node, key, out))
    if (auto value = read_text(item, key, out, limit)) values.push_back(std::move(*value));
  return values;
}

bool read_flag(const YamlNode* node, std::string_view key, Diagnostics& out) {
  const auto value = read_value(node, key, out);
  if (value && value->text != "true" && value->text != "false")
    out.error("E025", value->span, fmt::format("{} is '{}'", key, value->text),
              "write true or false");
  return value && value->text == "true";
}

std::optional<Choice> read_choice(const YamlNode* node, std::string_view key, Diagnostics& out) {
  if (!node) return std::nullopt;
  Choice choice;
  choice.span = node->span;
  choice.negated = node->kind == YamlNode::Kind::kMap;
  if (choice.negated) {
    Fields fields(*node, kNotShape, out, key);
    choice.items = read_values(fields.take("not"), key, out);
    fields.finish();
  } else {
    choice.items = read_values(node, key, out);
  }
  if (choice.items.empty()) return std::nullopt;
  return choice;
}

void check_format(Fields& top, Diagnostics& out) {
  const auto version = read_value(top.take("rpcsieve"), "rpcsieve", out);
  if (version && version->text != "1")
    out.error("E015", version->span, fmt::format("format version '{}'", version->text),
              "this program reads version 1: write 'rpcsieve: 1'");
}

}  // namespace rpcsieve::compiler
