// The site's variables: named lists of addresses, from variables.yaml and the command line.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/spec/fields.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"

namespace rpcsieve::compiler {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || text[0] < 'A' || text[0] > 'Z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check_name(const Value& name, Diagnostics& out) {
  if (is_name(name.text)) return;
  out.error("E038", name.span, fmt::format("'{}' is no name of a variable", name.text),
            "write capitals, digits and '_', beginning with a capital and without '$'");
}

void define(const Entry& entry, Variables& variables, Diagnostics& out) {
  const Value name{entry.key.text, entry.key.span};
  check_name(name, out);
  Variable variable{name.span, {}, false};
  const bool filled = entry.value.kind != YamlNode::Kind::kList || !entry.value.items.empty();
  if (filled) variable.addresses = read_values(&entry.value, name.text, out);
  const auto [at, fresh] = variables.emplace(name.text, std::move(variable));
  // A key that stands twice in one file has been reported as that.
  if (fresh || at->second.span.source == name.span.source) return;
  out.error("E039", name.span, fmt::format("variable '{}' is defined twice", name.text),
            fmt::format("{}:{} defines it too: keep one", at->second.span.source->name,
                        at->second.span.line));
}

}  // namespace

void parse_variables(const std::shared_ptr<const Source>& source, Variables& variables,
                     Diagnostics& out) {
  const auto root = load(source, out);
  if (!root) return;
  Fields top(*root, kVariablesShape, out);
  check_format(top, out);
  if (const YamlNode* map = top.take("variables")) {
    const Fields only_a_map(*map, kVariablesShape, out, "'variables'");
    for (const Entry& entry : map->entries)
      if (entry.key.kind == YamlNode::Kind::kScalar) define(entry, variables, out);
  }
  top.finish();
}

void set_variable(const std::string& name, const std::string& addresses, Variables& variables,
                  Diagnostics& out) {
  const auto source = std::make_shared<const Source>(Source{"--var", name + "=" + addresses});
  const auto place = [&](std::size_t at, std::size_t length) {
    return Span{source, 1, static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(length)};
  };
  check_name({name, place(0, name.size())}, out);
  Variable variable{place(0, name.size()), {}, true};
  for (std::size_t at = 0; at < addresses.size();) {
    const std::size_t end = std::min(addresses.find(',', at), addresses.size());
    variable.addresses.push_back(
        {addresses.substr(at, end - at), place(name.size() + 1 + at, end - at)});
    at = end + 1;
  }
  variables.insert_or_assign(name, std::move(variable));
}

}  // namespace rpcsieve::compiler
