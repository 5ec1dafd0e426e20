#pragma once

#include <string>

#include "runtime/database/view.h"

namespace rpcsieve::database {

// find_row_fault says which row of a file of sound layout breaks a promise of format.h, or nothing
// (""). Its time is linear in the file's length, whatever is in it.
std::string find_row_fault(View view);

}  // namespace rpcsieve::database
