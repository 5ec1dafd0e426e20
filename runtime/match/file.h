#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/base/endpoint.h"
#include "runtime/database/database.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::match {

// File is a file that a client opens, as its conditions see it.
struct File {
  std::optional<std::string_view> share;  // "\\server\share"; none: not captured
  std::optional<std::string_view> path;   // none: cut off
  std::uint8_t access = 0;                // bits of database::kRead and kWrite
  database::Result result = database::Result::kUnanswered;
  const IpAddress& client;
  const IpAddress& server;
};

// match_file appends a hit for each detection and step that a file fits, in their order. Their
// conditions are indices of Database::files(). A name's stream ("a.dit:x:$DATA") is part of it only
// for globs that hold a colon: "a.dit::$DATA" is a.dit [MS-FSCC §2.1.4].
void match_file(const database::Database& database, const File& file, std::vector<Hit>& hits);

// fits_name, fits_share and fits_access each ask one thing of what match_file asks.
bool fits_name(const database::Database& database, const database::FileRow& row, const File& file);
bool fits_share(const database::Database& database, const database::FileRow& row, const File& file);
bool fits_access(const database::FileRow& row, const File& file);

}  // namespace rpcsieve::match
