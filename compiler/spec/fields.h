#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/spec/keys.h"
#include "compiler/spec/node.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// has_key says whether a node is a map with that key.
bool has_key(const YamlNode& node, std::string_view key);

// Fields reads the keys of one map. A node that is no map is reported once and has no keys. It
// views the node, which must outlive it.
class Fields {
 public:
  // `what` names the map in diagnostics, if the shape's own words do not.
  Fields(const YamlNode& node, const Shape& shape, Diagnostics& out, std::string_view what = "");

  // take gives the value of a key that the shape has, nullptr if it is absent; where the shape
  // requires it, that is reported.
  const YamlNode* take(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const { return has_key(node_, key); }
  // finish reports the keys that the shape does not have; true: there are none.
  bool finish();
  // given gives those keys of the map of which the shape wants exactly one (Key::Need::kOne).
  [[nodiscard]] std::vector<const YamlNode*> given() const;

  [[nodiscard]] const Span& span() const { return node_.span; }
  // whole is false when a mistake in the YAML hides what else the map holds.
  [[nodiscard]] bool whole() const { return node_.kind == YamlNode::Kind::kMap && !node_.cut; }

 private:
  const YamlNode& node_;
  const Shape& shape_;
  std::string what_;
  Diagnostics& out_;
};

// These read a value of one kind and report any other; `key` names it. A nullptr gives nothing.

// read_value reads a scalar, which may be empty ("").
std::optional<Value> read_value(const YamlNode* node, std::string_view key, Diagnostics& out);
// read_text reads a scalar that must not be empty, of one line and at most `limit` characters; line
// breaks behind it are dropped, as block scalars have one.
std::optional<Value> read_text(const YamlNode* node, std::string_view key, Diagnostics& out,
                               std::size_t limit = kLongestText);
// read_values reads a scalar or a list of them, each as read_text does.
std::vector<Value> read_values(const YamlNode* node, std::string_view key, Diagnostics& out,
                               std::size_t limit = kLongestText);
// read_flag reads true or false; false if there is nothing.
bool read_flag(const YamlNode* node, std::string_view key, Diagnostics& out);
// read_choice reads a scalar, a list, or {not: …} of either.
std::optional<Choice> read_choice(const YamlNode* node, std::string_view key, Diagnostics& out);
// items_of gives the elements of a list, or the value itself if it is none; an empty list and a
// missing value are reported.
std::vector<const YamlNode*> items_of(const YamlNode* node, std::string_view key, Diagnostics& out);
// check_format reads the key `rpcsieve`, the format's version, of a file's top.
void check_format(Fields& top, Diagnostics& out);

}  // namespace rpcsieve::compiler
