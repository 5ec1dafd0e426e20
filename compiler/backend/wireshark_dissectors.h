#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::wireshark {

// Dissector is Wireshark's for one interface. Without it the interface of a call has no field.
struct Dissector {
  std::string_view uuid;  // lower case
  std::uint16_t version_major = 0;
  std::string_view protocol;  // its stub is this protocol's bytes
  std::string_view fields;    // what its fields' names begin with: lsarpc of lsarpc.opnum
};

// find_dissector gives the dissector of a version within the range, or nullptr.
const Dissector* find_dissector(const Uuid& interface, std::uint16_t version_major_first,
                                std::uint16_t version_major_last);

// opnum_field gives what the number of an operation is tested by. Where several interfaces share a
// field it asks for the protocol too: "remunk2 && remunk.opnum".
std::string opnum_field(const Dissector& dissector);

}  // namespace rpcsieve::compiler::wireshark
