#pragma once

#include <string>

#include "runtime/database/database.h"

namespace rpcsieve::test {

// dump prints the tables of a database that the rules made, one row a line, every index followed to
// what it stands for:
//   detection service sid=9400005 rev=1 low alert "Misc activity"
//   condition 1 service svcctl v2-2 smb
//   watch svcctl 12-12: 1
std::string dump(const database::Database& database);

}  // namespace rpcsieve::test
