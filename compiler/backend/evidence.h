#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rpcsieve::compiler {

// Evidence is what one form of rules was seen to do in the real engine, on labelled captures that
// have nothing to do with the detection: pairs of a capture and an operation that is called in it.
struct Evidence {
  std::string_view target, profile, form;
  std::uint32_t found;                 // pairs
  std::optional<std::uint32_t> alone;  // of them, by no other form; nullopt: was not measured
  std::uint32_t wrong;                 // pairs that it reported and that are none
};

// So many pairs there are, and these captures they are from.
inline constexpr std::uint32_t kEvidencePairs = 443;
inline constexpr std::string_view kEvidenceSource =
    "the 155 labelled public captures of docs/FIDELITY.md";

// evidence_of gives what is known of a form, also of a later alternative's ("raw-2"); nullptr if
// nothing was measured.
const Evidence* evidence_of(std::string_view target, std::string_view profile,
                            std::string_view form);

// engine_of names the engine that a target's evidence is from: "Suricata 7.0.10"; "" if there is
// none.
std::string_view engine_of(std::string_view target);

}  // namespace rpcsieve::compiler
