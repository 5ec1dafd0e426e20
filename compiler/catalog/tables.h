#pragma once

#include <string_view>

namespace rpcsieve::compiler {

// kInterfaceTable and kOperationTable are the texts of interfaces.tsv and operations.tsv, whose
// heads describe their columns.
extern const std::string_view kInterfaceTable;
extern const std::string_view kOperationTable;

}  // namespace rpcsieve::compiler
