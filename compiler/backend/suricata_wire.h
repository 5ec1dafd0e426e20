#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/base/cursor.h"

// Regexes for the headers of PDUs, for the rules that look at bytes. All take both byte orders,
// need the flag `s` and have no anchor of their own unless it says so.
namespace rpcsieve::compiler::suricata {

// Contexts is the set of context ids that one rule stands for. A rule cannot carry a number from a
// bind to a request, so the ids are kept apart in two classes, each with its own pair of rules.
enum class Contexts : std::uint8_t { kZero, kOthers, kAll };

// number matches a 16-bit number within the ranges.
std::string number(const std::vector<OpnumRange>& ranges, Endian endian);

// bind_header matches a bind or alter_context from its first byte to the UUID and version of the
// condition's interface, offered under one of the context ids [C706 §12.6.4.3].
std::string bind_header(const CallCondition& condition, Contexts contexts);

// request_header matches a request from its first byte to its stub [C706 §12.6.4.9]: the opnum, the
// context id, the object UUID if the condition has one.
std::string request_header(const CallCondition& condition, Contexts contexts);

// sealed_request matches, little-endian only, the first eight bytes of such a request and looks
// ahead for the rest; frag_length and auth_length lie behind what it matched.
std::string sealed_request(const CallCondition& condition, Contexts contexts);

// offer_of_one matches a little-endian bind or alter_context from its first byte whose every
// context, up to four, offers the interface; offer_of_others one of which that cannot be said.
std::string offer_of_one(const Uuid& interface);
std::string offer_of_others(const Uuid& interface);

// acceptance matches, from its first byte, a bind_ack over TCP that accepts a context; of its
// results four are read [C706 §12.6.4.4].
std::string acceptance();

// datagram_header matches a connectionless request from the datagram's beginning, which it is
// anchored to, to its stub [C706 §12.5.2.2].
std::string datagram_header(const CallCondition& condition);

}  // namespace rpcsieve::compiler::suricata
