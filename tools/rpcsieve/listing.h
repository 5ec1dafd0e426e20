#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {

// ListLine is one line of a listing, and its place: lines of one time go by number.
struct ListLine {
  Timestamp time;
  std::uint64_t number = 0;
  std::string text;
};

// LineOf gives the line of a record of the capture `file`; nullopt for one that is not listed.
using LineOf =
    std::function<std::optional<ListLine>(const alert::Record& record, const std::string& file)>;

// list_in_order writes the lines of all captures to standard output, each file's in the order of
// their times. A record comes at most wait_us after its time, so its line is held back as long.
Status list_in_order(const std::vector<std::string>& captures, const Sieve& sieve,
                     const engine::Options& options, std::int64_t wait_us, const LineOf& line_of);

}  // namespace rpcsieve::cli
