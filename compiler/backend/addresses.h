#pragma once

#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// address_ranges gives the addresses of networks as ranges: sorted, neither overlapping nor
// touching.
std::vector<database::AddressRow> address_ranges(const std::vector<Cidr>& nets);

}  // namespace rpcsieve::compiler
