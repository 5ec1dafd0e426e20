#pragma once

#include <string_view>

namespace rpcsieve::compiler::suricata {

// Traits is where the versions of Suricata differ in what rules can rely on. Everything else that
// the backend knows of the engine holds for both.
struct Traits {
  std::string_view parser_over_tcp;  // what of RPC over TCP escapes the parser
};

// kSuricata7 is every 7.0, measured on 7.0.10.
inline constexpr Traits kSuricata7 = {
    "on TCP the parser stops at an AUTH3, fault or cancel and skips all but the first PDU of a "
    "segment (it misses 9 of 19 hand-made cases)"};

// kSuricata8 is 8.0.5 and later, measured on 8.0.7: those PDUs are read, and contexts are kept.
inline constexpr Traits kSuricata8 = {
    "on TCP the parser loses a request that comes between the segments of one answer"};

}  // namespace rpcsieve::compiler::suricata
