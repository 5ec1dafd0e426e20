#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/suite/facts.h"
#include "tools/suite/suite.h"

namespace rpcsieve::suite {

// Change is lines of a suite that are to be others.
struct Change {
  std::uint32_t line = 0;                   // of the first, from 1
  std::vector<std::string> removed, added;  // without line feeds
};

// changes_of gives what makes a suite's cases say what was found, in the order of the lines. Only
// what differs changes: the rest of the text, comments too, stays as it is.
std::vector<Change> changes_of(const std::string& text,
                               const std::vector<std::pair<Case, Facts>>& cases);

// apply gives the text with the changes made.
std::string apply(const std::string& text, const std::vector<Change>& changes);

// print gives a change as a diff shows it.
std::string print(const std::string& file, const Change& change);

}  // namespace rpcsieve::suite
