#pragma once

#include <string>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/database/format.h"

namespace rpcsieve::database {

// find_layout_fault says what is wrong with a file as a whole, or nothing (""): the header, the
// section table, the padding, the checksums. What is in the rows it does not look at.
std::string find_layout_fault(Bytes file);

// name gives a section's name for messages: "condition pipes".
std::string_view name(Section section);

}  // namespace rpcsieve::database
