#pragma once

#include <string>

namespace rpcsieve::cli {

// json_schema gives the form of a spec as a JSON Schema (draft 7, which every editor reads): what
// the parser takes, as far as a schema can say it. What words mean, such as names of operations,
// only `check` knows.
std::string json_schema();

}  // namespace rpcsieve::cli
