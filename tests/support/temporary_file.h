#pragma once

#include <string>

#include "runtime/base/bytes.h"

namespace rpcsieve::test {

// write_file makes a file of that name in the tests' temporary folder and gives its path.
std::string write_file(const std::string& name, Bytes content);

}  // namespace rpcsieve::test
