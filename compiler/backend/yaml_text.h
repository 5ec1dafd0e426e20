#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// These build a tree to be printed.
YamlNode yaml_text(std::string_view text);
YamlNode yaml_list(const std::vector<std::string>& texts);
// put sets a key of a map, a new one at its end; `node` becomes a map if it is nothing yet.
void put(YamlNode& node, std::string_view key, YamlNode value);

// print_yaml gives a map or a list in block style. Decimal numbers and the words true and false
// stand plain, which makes numbers and truth values of them; everything else that YAML could take
// for something else than a text is quoted.
std::string print_yaml(const YamlNode& node);

}  // namespace rpcsieve::compiler
