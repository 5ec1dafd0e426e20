#pragma once

#include <string_view>

#include "runtime/database/format.h"

namespace rpcsieve::match {

// Processor is what of a machine's processor matters to Hyperscan.
struct Processor {
  bool ssse3 = false;  // without it Hyperscan runs nothing
  bool avx2 = false;
  bool avx512 = false;  // AVX512F and AVX512BW
};

// this_processor asks the processor.
Processor this_processor();

// missing_feature names the first feature that a database of this platform needs and the processor
// lacks: "AVX2"; "" if it has all.
std::string_view missing_feature(database::Platform platform, const Processor& processor);

}  // namespace rpcsieve::match
