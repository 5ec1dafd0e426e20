#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::suricata {

// StubShape is what of a condition's stub clauses decides which rules can hold them.
struct StubShape {
  bool any = false;       // there are clauses
  bool telling = false;   // is_inferable: bytes that name the call by themselves
  bool loose = false;     // a pattern that might be found in an object UUID or a verifier too
  bool negated = false;   // something must be absent
  bool at_start = false;  // a regex is tied to the stub's beginning
  bool at_end = false;    // … to its end
  bool seeded = false;    // a required literal of at least four bytes for the prefilter
};
StubShape stub_shape(const Ir& ir, const CallCondition& condition);

// stub_in_buffer gives the options that hold the clauses within dcerpc.stub_data, the object UUID
// at its front included, or the mere stub that needs_stub() asks for; else "".
std::string stub_in_buffer(const Ir& ir, const CallCondition& condition);

// needs_stub: Suricata shows an answer whose request it could not read as a call of operation 0,
// which only the missing stub tells from a real one.
bool needs_stub(const CallCondition& condition);

// stub_in_stream and stub_in_datagram give the options that hold the clauses behind a PDU's header,
// which `header`, a regex, matches up to the stub's beginning. At least the header is asked for.
std::string stub_in_stream(const Ir& ir, const CallCondition& condition, std::string_view header);
std::string stub_in_datagram(const Ir& ir, const CallCondition& condition, std::string_view header);

}  // namespace rpcsieve::compiler::suricata
