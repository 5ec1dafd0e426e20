// What becomes of contexts, calls and answers. Fragments are in fragments_test.cc.
#include "runtime/dcerpc/association.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/runtime/dcerpc/trace.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

struct Case {
  std::string_view name;
  Buffer wire;
  std::string_view want;
};

void expect_each(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(Trace().push(c.wire).end().text(), c.want) << c.name;
}

Buffer call(std::uint32_t call_id, std::uint16_t context_id) {
  return request(call_id).context_id(context_id).opnum(43).stub("0a0b").build();
}
Buffer success(std::uint32_t call_id) { return response(call_id).stub("00000000").build(); }

const Buffer kBound = bind(1).context(0, kLsarpc).build() + bind_ack(1).result(kAccepted).build();

// The owner of an association waits for an answer to every call that it marked: the end tells it
// not to.
TEST(Association, EndDropsEveryCallInFlight) {
  Trace trace;
  trace.push(kBound + call(2, 0) + call(3, 0) + success(2)).end();
  EXPECT_EQ(trace.dropped_at_end(), 1U);
  EXPECT_EQ(Trace().push(kBound + call(2, 0) + success(2)).end().dropped_at_end(), 0U);
}

TEST(Association, Interfaces) {
  expect_each({
      {"bound", kBound + call(2, 0) + success(2),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response 00000000\n"},
      {"offered: the answer was not captured", bind(1).context(0, kLsarpc).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"},
      {"unknown: no bind was captured", call(2, 0),
       "#1 call=2 ctx=0 op=43 if=- unknown stub=2 frags=1 nobind: 0a0b\n"},
      {"unknown: the bind offered other ids", kBound + call(2, 1),
       "#1 call=2 ctx=1 op=43 if=- unknown stub=2 frags=1: 0a0b\n"},
      {"rejected",
       bind(1).context(0, kLsarpc).build() + bind_ack(1).result(kProviderRejected).build() +
           call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc rejected stub=2 frags=1: 0a0b\n"},
      {"results follow the order of the items, not the ids",
       bind(1).context(7, kLsarpc).context(3, kSamr).build() +
           bind_ack(1).result(kProviderRejected).result(kAccepted).build() + call(2, 3) +
           call(3, 7),
       "#1 call=2 ctx=3 op=43 if=samr bound stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=7 op=43 if=lsarpc rejected stub=2 frags=1: 0a0b\n"},
      {"fewer results than items leave the rest offered",
       bind(1).context(0, kLsarpc).context(1, kSamr).build() +
           bind_ack(1).result(kAccepted).build() + call(2, 1),
       "#1 call=2 ctx=1 op=43 if=samr offered stub=2 frags=1: 0a0b\n"},
      {"more results than items",
       bind(1).context(0, kLsarpc).build() +
           bind_ack(1).result(kAccepted).result(kAccepted).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"an ack without its bind says nothing", bind_ack(1).result(kAccepted).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=- unknown stub=2 frags=1 nobind: 0a0b\n"},
      {"a new bind goes before what an earlier one had accepted",
       bind(1).context(0, kSamr).build() + bind_ack(1).result(kAccepted).build() +
           bind(1).context(0, kLsarpc).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"},
      {"unless it is refused",
       bind(1).context(0, kSamr).build() + bind_ack(1).result(kAccepted).build() +
           bind(3).context(0, kLsarpc).build() + bind_nak(3).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
      {"the security that a refused bind asked for is nobody's",
       bind(1).context(0, kLsarpc).verifier(kNtlmAuth, kConnectLevel).build() +
           bind_nak(1).build() + bind(2).context(0, kLsarpc).build() +
           bind_ack(2).result(kAccepted).build() + call(3, 0),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"an ack of another call id says nothing",
       bind(1).context(0, kLsarpc).build() + bind_ack(2).result(kAccepted).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"},
      {"an ack behind the call does not change the call",
       bind(1).context(0, kLsarpc).build() + call(2, 0) + bind_ack(1).result(kAccepted).build() +
           call(3, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"bind_nak rejects all",
       bind(1).context(0, kLsarpc).context(1, kSamr).build() + bind_nak(1).build() + call(2, 0) +
           call(3, 1),
       "#1 call=2 ctx=0 op=43 if=lsarpc rejected stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=1 op=43 if=samr rejected stub=2 frags=1: 0a0b\n"},
      {"a bind after a bind_nak",
       bind(1).minor_version(1).context(0, kLsarpc).build() + bind_nak(1).build() + kBound +
           call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"a bind without fragment flags",
       bind(1).middle().context(0, kLsarpc).build() +
           bind_ack(1).middle().result(kAccepted).build() + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"both sides big-endian",
       bind(1).big_endian().context(0, kLsarpc).build() +
           bind_ack(1).big_endian().secondary_address("135").result(kAccepted).build() +
           request(2).big_endian().opnum(43).stub("0a0b").build() +
           response(2).big_endian().stub("c0000022").build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response c0000022\n"},
      {"each PDU in its own byte order",
       bind(1).big_endian().context(0, kLsarpc).build() + bind_ack(1).result(kAccepted).build() +
           call(2, 0) + response(2).big_endian().stub("c0000022").build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response c0000022\n"},
      {"version 5.1",
       bind(1).minor_version(1).context(0, kLsarpc).build() +
           bind_ack(1).minor_version(1).result(kAccepted).build() +
           request(2).minor_version(1).opnum(43).stub("0a0b").build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"only the server's side", bind_ack(1).result(kAccepted).build() + success(2), ""},
      {"a damaged bind does not say what it left out",
       bind(1).context(0, kLsarpc).items(2).build() + call(2, 0) + call(3, 1),
       "#1 call=2 ctx=0 op=43 if=lsarpc offered stub=2 frags=1 nobind: 0a0b\n"
       "#2 call=3 ctx=1 op=43 if=- unknown stub=2 frags=1 nobind: 0a0b\n"},
  });
}

TEST(Association, AlterContext) {
  expect_each({
      {"adds a context, keeps the old",
       kBound + alter_context(2).context(1, kSamr).build() +
           alter_context_response(2).result(kAccepted).build() + call(3, 0) + call(4, 1),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=4 ctx=1 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
      {"an accepted id is replaced",
       kBound + alter_context(2).context(0, kSamr).build() +
           alter_context_response(2).result(kAccepted).build() + call(3, 0),
       "#1 call=3 ctx=0 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
      {"... not before it is accepted",
       kBound + alter_context(2).context(0, kSamr).build() + call(3, 0),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"... not if it is rejected",
       kBound + alter_context(2).context(0, kSamr).build() +
           alter_context_response(2).result(kProviderRejected).build() + call(3, 0),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"... not if it is refused by a fault",
       kBound + alter_context(2).context(0, kSamr).context(1, kSamr).build() +
           fault(2).status(5).build() + call(3, 0) + call(4, 1),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=4 ctx=1 op=43 if=samr rejected stub=2 frags=1: 0a0b\n"},
      {"a rejected id is offered again and accepted",
       bind(1).context(0, kSamr).build() + bind_ack(1).result(kProviderRejected).build() +
           alter_context(2).context(0, kLsarpc).build() +
           alter_context_response(2).result(kAccepted).build() + call(3, 0),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"offers alone: the newest counts",
       bind(1).context(0, kSamr).build() + alter_context(2).context(0, kLsarpc).build() +
           call(3, 0),
       "#1 call=3 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"},
      {"an alter_context alone leaves the bind unknown",
       alter_context(2).context(1, kSamr).build() + call(3, 1) + call(4, 0),
       "#1 call=3 ctx=1 op=43 if=samr offered stub=2 frags=1 nobind: 0a0b\n"
       "#2 call=4 ctx=0 op=43 if=- unknown stub=2 frags=1 nobind: 0a0b\n"},
      {"a call's fault while an alter_context is under way",
       kBound + call(2, 0) + alter_context(3).context(1, kSamr).build() +
           fault(2).status(5).build() + alter_context_response(3).result(kAccepted).build() +
           call(4, 1),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 fault 00000005\n"
       "#2 call=4 ctx=1 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
      {"all with one call id: the fault is for what came last, the alter_context",
       kBound + call(1, 0) + alter_context(1).context(1, kSamr).build() +
           fault(1).status(5).build() + call(2, 1),
       "#1 call=1 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=2 ctx=1 op=43 if=samr rejected stub=2 frags=1: 0a0b\n"},
      {"... the call",
       kBound + alter_context(1).context(1, kSamr).build() + call(1, 0) +
           fault(1).status(5).build() + call(2, 1),
       "#1 call=1 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 fault 00000005\n"
       "#2 call=2 ctx=1 op=43 if=samr offered stub=2 frags=1: 0a0b\n"},
      {"all with one call id: an ack is for the newest offer",
       bind(1).context(0, kLsarpc).build() + alter_context(1).context(1, kSamr).build() +
           alter_context_response(1).result(kAccepted).build() + call(1, 0) + success(1) +
           call(1, 1),
       "#1 call=1 ctx=0 op=43 if=lsarpc offered stub=2 frags=1: 0a0b\n"
       "#1 response 00000000\n"
       "#2 call=1 ctx=1 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
  });
}

// Bind-time feature negotiation [MS-RPCE §2.2.2.14]: the item's id belongs to nobody, and Samba's
// clients use it for the next interface.
TEST(Association, FeatureNegotiation) {
  const Buffer bound =
      bind(1).context(0, kLsarpc, {kNdr, kNdr64}).context(1, kLsarpc, {kFeatures}).build() +
      bind_ack(1).result(kAccepted).result(kNegotiateAck).build();
  expect_each({
      {"its id is no context", bound + call(2, 0) + call(3, 1),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=1 op=43 if=- unknown stub=2 frags=1: 0a0b\n"},
      {"its id is offered for another interface",
       bound + alter_context(2).context(1, kSamr).build() +
           alter_context_response(2).result(kAccepted).build() + call(3, 1),
       "#1 call=3 ctx=1 op=43 if=samr bound stub=2 frags=1: 0a0b\n"},
      {"its result is passed over in the order of the items",
       bind(1).context(0, kSamr).context(1, kSamr, {kFeatures}).context(2, kLsarpc).build() +
           bind_ack(1).result(kProviderRejected).result(kNegotiateAck).result(kAccepted).build() +
           call(2, 2) + call(3, 0),
       "#1 call=2 ctx=2 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=0 op=43 if=samr rejected stub=2 frags=1: 0a0b\n"},
  });
}

TEST(Association, Answers) {
  expect_each({
      {"out of order",
       kBound + call(2, 0) + call(3, 0) + response(3).stub("03000000").build() +
           response(2).stub("02000000").build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 response 00000003\n"
       "#1 response 00000002\n"},
      {"fault", kBound + call(2, 0) + fault(2).status(0x1c010002).build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 fault 1c010002\n"},
      {"the call goes on after cancel, shutdown, orphaned",
       kBound + call(2, 0) + cancel(2).build() + shutdown().build() + orphaned(2).build() +
           success(2),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response 00000000\n"},
      {"a response of less than four bytes", kBound + call(2, 0) + response(2).stub("01").build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response unreadable\n"},
      {"a second answer is nobody's", kBound + call(2, 0) + success(2) + success(2),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response 00000000\n"},
      {"a call id again, after its answer",
       kBound + call(3, 0) + success(3) + call(3, 0) + fault(3).status(5).build(),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response 00000000\n"
       "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 fault 00000005\n"},
      {"a call id again, its answer not captured", kBound + call(3, 0) + call(3, 0) + success(3),
       "#1 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 dropped\n"
       "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 response 00000000\n"},
      {"no answers at all", kBound + call(2, 0) + call(3, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
  });
}

TEST(Association, Security) {
  const auto bound = [](std::uint8_t level) {
    return bind(1).context(0, kLsarpc).verifier(kNtlmAuth, level).build() +
           bind_ack(1).result(kAccepted).verifier(kNtlmAuth, level).build() +
           auth3(1).verifier(kNtlmAuth, level).build();
  };
  expect_each({
      {"signed",
       bound(5) + request(2).stub("0a0b").verifier(kNtlmAuth, 5).build() +
           response(2).stub("00000000").verifier(kNtlmAuth, 5).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=1 auth=ntlm/integrity: 0a0b\n"
       "#1 response 00000000\n"},
      {"sealed",
       bound(6) + request(2).stub("0a0b").verifier(kNtlmAuth, 6).build() +
           response(2).stub("00000000").verifier(kNtlmAuth, 6).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=1 auth=ntlm/privacy sealed: 0a0b\n"
       "#1 response unreadable\n"},
      {"sealed, answered by a fault in clear",
       bound(6) + request(2).stub("0a0b").verifier(kNtlmAuth, 6).build() +
           fault(2).status(5).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=1 auth=ntlm/privacy sealed: 0a0b\n"
       "#1 fault 00000005\n"},
      {"connect: the requests themselves carry nothing", bound(2) + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1 auth=ntlm/connect: 0a0b\n"},
      {"privacy was agreed on, this request does without", bound(6) + call(2, 0),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"},
      {"sealed without a captured bind", request(2).stub("0a0b").verifier(kNtlmAuth, 6).build(),
       "#1 call=2 ctx=0 op=0 if=- unknown stub=2 frags=1 auth=ntlm/privacy sealed nobind: 0a0b\n"},
      {"a verifier that does not fit: the agreed level is taken",
       bound(6) + request(2).opnum(43).stub("0a0b").auth_length(999).build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1 auth=ntlm/privacy sealed: 0a0b\n"},
      {"a response whose verifier does not fit",
       kBound + call(2, 0) + response(2).stub("00000000").auth_length(999).build(),
       "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n"
       "#1 response unreadable\n"},
  });
}

TEST(Association, GivesSecurityTokens) {
  const auto tokens = [](const Buffer& wire) { return Trace().push(wire).end().tokens(); };
  const Buffer one = hex("01"), two = hex("0202"), three = hex("030303");
  EXPECT_EQ(tokens(bind(1).context(0, kLsarpc).verifier(kSpnegoAuth, 5, one, 7).build() +
                   bind_ack(1).result(kAccepted).verifier(kSpnegoAuth, 5, two, 7).build() +
                   auth3(1).verifier(kSpnegoAuth, 5, three, 7).build() +
                   request(2).stub("0a0b").verifier(kSpnegoAuth, 5).build()),
            "new spnego/integrity auth_ctx=7 c>s 01\n"
            "spnego/integrity auth_ctx=7 s>c 0202\n"
            "spnego/integrity auth_ctx=7 c>s 030303\n");
  EXPECT_EQ(
      tokens(alter_context(1).big_endian().verifier(kNetlogonAuth, 6, one, 0x01020304).build() +
             alter_context_response(1).big_endian().verifier(kNetlogonAuth, 6, two, 8).build()),
      "netlogon/privacy auth_ctx=16909060 c>s 01\n"
      "netlogon/privacy auth_ctx=8 s>c 0202\n");
}

TEST(Association, GivesWhatWasCapturedOfAToken) {
  const Buffer wire = bind(1).context(0, kLsarpc).verifier(kSpnegoAuth, 5, hex("0102")).build();
  const std::string begin = "new spnego/integrity auth_ctx=1 c>s ";
  const std::string want[] = {begin + "01\n", begin + "\n", ""};
  for (std::size_t missing = 1; missing <= 3; ++missing) {
    const Bytes captured = Bytes(wire).first(wire.size() - missing);
    EXPECT_EQ(Trace().push(captured).end().tokens(), want[missing - 1]) << missing;
  }
}

TEST(Association, ResetForgetsTokens) {
  Trace trace;
  trace.push(bind(1).context(0, kLsarpc).verifier(kSpnegoAuth, 5, hex("01")).build()).reset();
  trace.push(request(2).stub("0a0b").build());
  EXPECT_EQ(trace.text(), "#1 call=2 ctx=0 op=0 if=- unknown stub=2 frags=1 nobind: 0a0b\n");
}

TEST(Association, VerificationTrailer) {
  const Buffer trailer = hex("8ae3137102f43671 0140 0400 01000000");
  const Buffer stub = hex("01020304") + trailer;
  expect_each({
      {"is cut off, and still counted in stub_len", kBound + request(2).stub(stub).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=20 frags=1: 01020304\n"},
      {"in front of verifier and padding",
       kBound + request(2).stub(stub).verifier(kNtlmAuth, kIntegrityLevel).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=20 frags=1 auth=ntlm/integrity: 01020304\n"},
      {"over two fragments",
       kBound + request(2).first().stub(Buffer(stub.begin(), stub.begin() + 8)).build() +
           request(2).last().stub(Buffer(stub.begin() + 8, stub.end())).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=20 frags=2: 01020304\n"},
      {"not in a sealed stub",
       kBound + request(2).stub(stub).verifier(kNtlmAuth, kPrivacyLevel).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=20 frags=1 auth=ntlm/privacy sealed: "
       "010203048ae3137102f436710140040001000000\n"},
      {"not where the stub's end is missing", kBound + request(2).first().stub(stub).build(),
       "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=20 frags=1 cut: "
       "010203048ae3137102f436710140040001000000\n"},
  });
}

TEST(Association, CountsWhatItCannotUse) {
  Trace trace;
  trace.push(success(9) + fault(9).build() + response(9).first().stub("00").build() +
             request(9).last().stub("00").build() + request(9).frag_length(23).build() + kBound +
             call(2, 0));
  EXPECT_EQ(trace.count(Counter::dcerpc_orphan_answers), 2U);
  EXPECT_EQ(trace.count(Counter::dcerpc_orphan_fragments), 1U);
  EXPECT_EQ(trace.count(Counter::dcerpc_malformed), 1U);
  EXPECT_EQ(trace.count(Counter::dcerpc_pdus), 8U);
}

TEST(Association, CountsDamagedLists) {
  Trace trace;
  trace.push(bind(1).context(0, kLsarpc).items(2).build() +
             bind_ack(1).result(kAccepted).items(2).build() + request(2).auth_length(999).build());
  EXPECT_EQ(trace.count(Counter::dcerpc_malformed), 3U);
}

// One PDU alone, cut at every byte: it is a call as soon as its opnum is there.
TEST(Association, CutAnywhere) {
  const Buffer wire = request(2).opnum(43).stub("0102030405").build();
  for (std::size_t n = 0; n < wire.size(); ++n) {
    const std::string text = Trace().push(Bytes(wire).first(n)).end().text();
    const std::string want = "#1 call=2 ctx=0 op=43 if=- unknown stub=5 frags=1 cut nobind: " +
                             std::string("0102030405").substr(0, n < 24 ? 0 : 2 * (n - 24)) + '\n';
    EXPECT_EQ(text, n < 24 ? "" : want) << n;
  }
}

TEST(Association, CutRequestIsSealedAsTheOthersAre) {
  const Buffer wire = request(2).stub("0102030405").verifier(kNtlmAuth, kPrivacyLevel).build();
  Trace trace;
  trace.push(bind(1).context(0, kLsarpc).verifier(kNtlmAuth, kPrivacyLevel).build());
  EXPECT_EQ(trace.push(Bytes(wire).first(26)).end().text(),
            "#1 call=2 ctx=0 op=0 if=lsarpc offered stub=8 frags=1 auth=ntlm/privacy sealed cut: "
            "0102\n");
}

TEST(Association, CutAnswers) {
  const Buffer begun = kBound + call(2, 0);
  const std::string request = "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b\n";
  const Buffer answer = success(2);
  EXPECT_EQ(Trace().push(begun).push(Bytes(answer).first(27)).end().text(),
            request + "#1 response unreadable\n");
  const Buffer refusal = fault(2).status(5).build();
  EXPECT_EQ(Trace().push(begun).push(Bytes(refusal).first(27)).end().text(),
            request + "#1 fault unreadable\n");
  EXPECT_EQ(Trace().push(begun).push(Bytes(refusal).first(28)).end().text(),
            request + "#1 fault 00000005\n");
}

TEST(Association, ResetForgetsEverything) {
  Trace trace;
  trace.push(kBound + request(2).first().stub("01").build() + call(3, 0)).reset();
  const std::string before = trace.text();
  trace.push(success(3) + request(2).last().stub("02").build() + call(4, 0)).end();
  EXPECT_EQ(trace.text().substr(before.size()),
            "#2 call=4 ctx=0 op=43 if=- unknown stub=2 frags=1 nobind: 0a0b\n");
}

}  // namespace
}  // namespace rpcsieve::dcerpc
