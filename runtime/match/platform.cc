#include "runtime/match/platform.h"

namespace rpcsieve::match {

Processor this_processor() {
  __builtin_cpu_init();
  Processor processor;
  processor.ssse3 = __builtin_cpu_supports("ssse3") != 0;
  processor.avx2 = __builtin_cpu_supports("avx2") != 0;
  processor.avx512 =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
  return processor;
}

std::string_view missing_feature(database::Platform platform, const Processor& processor) {
  if (!processor.ssse3) return "SSSE3";
  if (platform == database::Platform::kAvx2 && !processor.avx2) return "AVX2";
  if (platform == database::Platform::kAvx512 && !processor.avx512) return "AVX-512";
  return "";
}

}  // namespace rpcsieve::match
