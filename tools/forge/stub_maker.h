#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/forge/regex_sample.h"
#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// So many stubs are tried for one call.
inline constexpr std::size_t kMaxStubs = 64;

// Wanted is one thing that a stub must hold: bytes, or, if there are none, a regular expression; or
// a sample that takes its place.
struct Wanted {
  Buffer bytes;
  std::string regex;
  std::string text;  // as a person knows it, for messages
  std::optional<Sample> instead = std::nullopt;
};

// sample_of gives bytes that fulfil a wish, and where they have to stand; nullopt and why.
std::optional<Sample> sample_of(const Wanted& wanted, std::string& why);

// off_by_one gives what a sample becomes when one byte of it is another, the last bytes first;
// beyond when one is the first behind its range. Bytes for which every other would do are left
// alone.
std::vector<Sample> off_by_one(const Sample& sample);
std::vector<Sample> beyond(const Sample& sample);

// Clause is a choice: one of its wishes is enough. `or_nothing`: a stub that merely lacks something
// fulfils it too.
struct Clause {
  std::vector<Wanted> any;
  bool or_nothing = false;
};

// make_stub makes a stub that fulfils all clauses; `holds` judges what is made, so that what must
// not be in it is avoided by trying. nullopt, and which condition cannot be had in `why`.
std::optional<Buffer> make_stub(const std::vector<Clause>& clauses,
                                const std::function<bool(const Buffer&)>& holds, std::string& why);

}  // namespace rpcsieve::forge
