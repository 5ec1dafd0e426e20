// The same bytes cut in any way give the same events.
#include <gtest/gtest.h>

#include "tests/runtime/dcerpc/trace.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

// One of everything, both byte orders among it.
const Buffer kSession =
    bind(1).context(0, kLsarpc, {kNdr, kNdr64}).context(1, kSamr, {kFeatures}).build() +
    bind_ack(1).secondary_address("135").result(kAccepted).result(kNegotiateAck).build() +
    auth3(1).verifier(kNtlmAuth, kIntegrityLevel).build() +
    request(2).opnum(43).stub("00010203").verifier(kNtlmAuth, kIntegrityLevel).build() +
    response(2).stub("22000a00").verifier(kNtlmAuth, kIntegrityLevel).build() +
    alter_context(3).big_endian().context(1, kSamr).build() +
    alter_context_response(3).big_endian().result(kAccepted).build() +
    request(4).first().context_id(1).opnum(5).stub("0405").build() +
    request(5).object(kSamr.uuid).opnum(6).stub("05050505").build() +
    request(4).last().context_id(1).opnum(5).stub("0607").build() + fault(5).status(5).build() +
    shutdown().build() + response(4).first().stub("0000").build() +
    response(4).last().stub("0500").build() + request(6).big_endian().context_id(1).build() +
    cancel(6).build() + bind_nak(9).build() + orphaned(6).build();

const std::string_view kEvents =
    "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=4 frags=1 auth=ntlm/integrity: 00010203\n"
    "#1 response 000a0022\n"
    "#2 call=5 ctx=0 op=6 if=lsarpc bound stub=4 frags=1 "
    "object=12345778-1234-abcd-ef00-0123456789ac: 05050505\n"
    "#3 call=4 ctx=1 op=5 if=samr bound stub=4 frags=2: 04050607\n"
    "#2 fault 00000005\n"
    "#3 response 00050000\n"
    "#4 call=6 ctx=1 op=0 if=samr bound stub=0 frags=1: \n";

TEST(Split, Whole) { EXPECT_EQ(Trace().push(kSession).end().text(), kEvents); }

TEST(Split, InTwoAnywhere) {
  for (std::size_t at = 0; at <= kSession.size(); ++at) {
    const Bytes wire = kSession;
    EXPECT_EQ(Trace().push(wire.first(at)).push(wire.subspan(at)).end().text(), kEvents) << at;
  }
}

TEST(Split, InChunksOfEverySize) {
  for (std::size_t size = 1; size <= 200; ++size) {
    Trace trace;
    for (Bytes left = kSession; !left.empty();) {
      const std::size_t n = std::min(size, left.size());
      trace.push(left.first(n));
      left = left.subspan(n);
    }
    EXPECT_EQ(trace.end().text(), kEvents) << size;
  }
}

// What was seen before the cut stays true: the events of a prefix are those of the whole, but for
// the call that the cut itself goes through.
TEST(Split, EveryPrefix) {
  for (std::size_t n = 0; n <= kSession.size(); ++n) {
    const std::string part = Trace().push(Bytes(kSession).first(n)).text();
    EXPECT_EQ(kEvents.substr(0, part.size()), part) << n;
  }
}

// A loss anywhere: everything behind the next PDU's header is found again.
TEST(Split, LossAnywhereIsSurvived) {
  for (std::size_t at = 0; at + 40 < kSession.size(); ++at) {
    Trace trace;
    trace.push(Bytes(kSession).first(at)).lose(40, true).push(Bytes(kSession).subspan(at + 40));
    trace.push(request(77).opnum(9).stub("77").build()).end();
    EXPECT_NE(trace.text().find(" call=77 ctx=0 op=9 "), std::string::npos) << at;
  }
}

}  // namespace
}  // namespace rpcsieve::dcerpc
