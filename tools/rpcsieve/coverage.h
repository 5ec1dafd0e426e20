#pragma once

#include <string>

#include "runtime/alert/coverage.h"

namespace rpcsieve::cli {

// print_coverage says how much of the SMB and RPC traffic could be inspected: a table of the
// servers of which something could not, the worst first, and a line with the sum. "" if there was
// no such traffic.
std::string print_coverage(const alert::CoverageTable& table);

}  // namespace rpcsieve::cli
