// The table of keys (compiler/spec/keys.h) in JSON Schema's words: each shape becomes a definition,
// and each key one of its properties.
#include "tools/rpcsieve/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "compiler/spec/keys.h"

namespace rpcsieve::cli {
namespace {

using compiler::Key;
using compiler::Shape;
using nlohmann::ordered_json;

ordered_json refer(const Shape& shape) {
  return {{"$ref", "#/definitions/" + std::string(shape.name)}};
}

// may_be_number: what a reader of YAML may take for a number has to pass as one.
bool may_be_number(const Key& key) {
  return key.pattern.empty() || std::regex_match("10", std::regex(std::string(key.pattern)));
}

// scalar_of gives one value of a key.
ordered_json scalar_of(const Key& key) {
  if (!key.words.empty()) return {{"enum", key.words}};
  ordered_json out;
  out["type"] = may_be_number(key) ? ordered_json{"string", "number", "boolean"} : "string";
  if (!key.pattern.empty()) out["pattern"] = key.pattern;
  if (key.kind == Key::Kind::kProse) return out;
  out["minLength"] = 1;
  out["maxLength"] = longest_of(key);
  return out;
}

// one_or_list gives a value, or a list of such values.
ordered_json one_or_list(const ordered_json& one, std::size_t least) {
  ordered_json list = {{"type", "array"}, {"items", one}};
  if (least > 0) list["minItems"] = least;
  return {{"anyOf", ordered_json::array({one, list})}};
}

ordered_json choice_of(const Key& key) {
  ordered_json out = one_or_list(scalar_of(key), 1);
  out["anyOf"].push_back(refer(compiler::kNotShape));
  return out;
}

ordered_json maps_of(const Key& key) {
  if (key.other == nullptr) return one_or_list(refer(*key.shape), 1);
  return one_or_list({{"anyOf", ordered_json::array({refer(*key.shape), refer(*key.other)})}}, 1);
}

ordered_json value_of(const Key& key) {
  switch (key.kind) {
    case Key::Kind::kText:
    case Key::Kind::kProse:
      return scalar_of(key);
    case Key::Kind::kTexts:
      return one_or_list(scalar_of(key), 1);
    case Key::Kind::kNotes:
      return one_or_list(scalar_of(key), 0);
    case Key::Kind::kFlag:
      return {{"type", "boolean"}};
    case Key::Kind::kNumber:
      return {{"type", "integer"}, {"minimum", key.least}, {"maximum", key.most}};
    case Key::Kind::kChoice:
      return choice_of(key);
    case Key::Kind::kMap:
      // Beside a $ref, draft 7 sees nothing else.
      return {{"allOf", ordered_json::array({refer(*key.shape)})}};
    case Key::Kind::kMaps:
      return maps_of(key);
    case Key::Kind::kAnything:
      break;
  }
  return ordered_json::object();
}

// needs gives those keys of a shape that have some need.
std::vector<std::string_view> needs(const Shape& shape, Key::Need need) {
  std::vector<std::string_view> names;
  for (const Key& key : shape.keys)
    if (key.need == need) names.push_back(key.name);
  return names;
}

ordered_json alternatives(const std::vector<std::string_view>& names) {
  ordered_json out = ordered_json::array();
  for (const std::string_view name : names) out.push_back({{"required", {name}}});
  return out;
}

ordered_json definition_of(const Shape& shape) {
  ordered_json out = {{"type", "object"}};
  for (const Key& key : shape.keys) {
    ordered_json value = {{"description", key.description}};
    value.update(value_of(key));
    out["properties"][std::string(key.name)] = std::move(value);
  }
  if (const auto all = needs(shape, Key::Need::kRequired); !all.empty()) out["required"] = all;
  if (const auto one = needs(shape, Key::Need::kOne); !one.empty())
    out["oneOf"] = alternatives(one);
  if (const auto some = needs(shape, Key::Need::kSome); !some.empty())
    out["anyOf"] = alternatives(some);
  out["additionalProperties"] = shape.open;
  return out;
}

// add_definitions adds a shape and those that it leads to.
void add_definitions(const Shape& shape, ordered_json& out) {
  if (out.contains(shape.name)) return;
  out[std::string(shape.name)] = definition_of(shape);
  for (const Key& key : shape.keys) {
    if (key.kind == Key::Kind::kChoice) add_definitions(compiler::kNotShape, out);
    for (const Shape* next : {key.shape, key.other})
      if (next != nullptr) add_definitions(*next, out);
  }
}

}  // namespace

std::string json_schema() {
  ordered_json out = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "rpcsieve detections"}};
  ordered_json definitions = ordered_json::object();
  add_definitions(compiler::kFileShape, definitions);
  out["allOf"] = ordered_json::array({refer(compiler::kFileShape)});
  out["definitions"] = std::move(definitions);
  return out.dump(2) + "\n";
}

}  // namespace rpcsieve::cli
