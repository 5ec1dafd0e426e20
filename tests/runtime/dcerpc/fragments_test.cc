// Requests and responses in fragments, with parts missing, out of bounds, interleaved.
#include <gtest/gtest.h>

#include <string_view>

#include "tests/runtime/dcerpc/trace.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

const Buffer kBound = bind(1).context(0, kLsarpc).build() + bind_ack(1).result(kAccepted).build();

Buffer first(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).first().opnum(43).stub(stub).build();
}
Buffer middle(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).middle().opnum(43).stub(stub).build();
}
Buffer last(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).last().opnum(43).stub(stub).build();
}

struct Case {
  std::string_view name;
  Buffer wire;
  std::string_view want;
};

const Case kRequests[] = {
    {"two", first(2, "01") + last(2, "0203"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=3 frags=2: 010203\n"},
    {"three", first(2, "01") + middle(2, "02") + last(2, "03"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=3 frags=3: 010203\n"},
    {"an empty one", first(2, "01") + middle(2, "") + last(2, "03"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=3: 0103\n"},
    {"interleaved", first(2, "01") + first(3, "aa") + last(2, "02") + last(3, "bb"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n"
     "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: aabb\n"},
    {"opnum and context are the first fragment's",
     first(2, "01") + request(2).last().context_id(9).opnum(7).stub("02").build(),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n"},
    {"a last one alone is no call", last(2, "01"), ""},
    {"a middle one alone is no call", middle(2, "01") + last(2, "02"), ""},
    {"fragments behind the last one", first(2, "01") + last(2, "02") + last(2, "03"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n"},
    {"never finished", first(2, "01") + middle(2, "02"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2 cut: 0102\n"},
    {"begun again", first(2, "01") + first(2, "aa") + last(2, "bb"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"
     "#1 dropped\n"
     "#2 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: aabb\n"},
    {"begun again by a whole one", first(2, "01") + request(2).opnum(44).stub("aa").build(),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"
     "#1 dropped\n"
     "#2 call=2 ctx=0 op=44 if=lsarpc bound stub=1 frags=1: aa\n"},
    {"begun again by one without an opnum",
     first(2, "01") + request(2).first().frag_length(20).build() + last(2, "bb"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"
     "#1 dropped\n"},
    {"a later one that ends before its stub",
     first(2, "01") + request(2).middle().frag_length(20).build() + last(2, "bb"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=3 cut: 01\n"},
    {"given up by the client", first(2, "01") + orphaned(2).build() + last(2, "02"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"},
    {"refused before the last one", first(2, "01") + fault(2).status(5).build() + last(2, "02"),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"
     "#1 fault 00000005\n"},
    {"answered although the last one was not captured",
     first(2, "01") + response(2).stub("00000000").build(),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=1 frags=1 cut: 01\n"
     "#1 response 00000000\n"},
    {"each with padding and verifier",
     request(2).first().stub("0102").verifier(kNtlmAuth, kIntegrityLevel).build() +
         request(2).last().stub("030405").verifier(kNtlmAuth, kIntegrityLevel).build(),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=5 frags=2 auth=ntlm/integrity: 0102030405\n"},
    {"each with the object",
     request(2).first().object(kSamr.uuid).stub("0102").build() +
         request(2).last().object(kSamr.uuid).stub("03").build(),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=3 frags=2 "
     "object=12345778-1234-abcd-ef00-0123456789ac: 010203\n"},
    {"sealed",
     request(2).first().stub("0102").verifier(kNtlmAuth, kPrivacyLevel).build() +
         request(2).last().stub("03").verifier(kNtlmAuth, kPrivacyLevel).build(),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=3 frags=2 auth=ntlm/privacy sealed: 010203\n"},
    {"sealed in part",
     first(2, "0102") + request(2).last().stub("03").verifier(kNtlmAuth, kPrivacyLevel).build(),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=3 frags=2 sealed: 010203\n"},
    {"a big-endian one among others",
     first(2, "01") + request(2).big_endian().last().stub("02").build(),
     "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n"},
};

TEST(Fragments, OfRequests) {
  for (const Case& c : kRequests)
    EXPECT_EQ(Trace().push(kBound + c.wire).end().text(), c.want) << c.name;
}

// The context counts as it stood when the call began.
TEST(Fragments, ContextChangesBetweenThem) {
  EXPECT_EQ(Trace()
                .push(kBound + first(2, "01") + alter_context(3).context(0, kSamr).build() +
                      alter_context_response(3).result(kAccepted).build() + last(2, "02"))
                .text(),
            "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n");
}

TEST(Fragments, LaterOnesAloneAreCounted) {
  Trace trace;
  trace.push(middle(2, "01") + last(2, "02") + first(3, "01") + last(3, "02") + last(3, "03"));
  EXPECT_EQ(trace.count(Counter::dcerpc_orphan_fragments), 3U);
}

// Of a stub with a hole only what is in front of the hole is shown.
TEST(Fragments, NothingIsJoinedOverALoss) {
  const Buffer begun = kBound + first(2, "0102");
  const std::string_view want = "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=4 frags=2 cut: 0102\n";
  EXPECT_EQ(Trace().push(begun).lose(99, true).push(last(2, "0405")).text(), want);

  const Buffer half = first(2, "010203");
  Trace trace;
  trace.push(kBound).push(Bytes(half).first(26)).lose(1, true).push(last(2, "04"));
  EXPECT_EQ(trace.text(), want);
}

TEST(Fragments, LossOnTheOtherSideDoesNotMatter) {
  EXPECT_EQ(Trace().push(kBound + first(2, "01")).lose(99, false).push(last(2, "02")).text(),
            "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=2 frags=2: 0102\n");
}

const Case kResponses[] = {
    {"two",
     response(2).first().stub("00112233").build() + response(2).last().stub("44556677").build(),
     "#1 response 77665544\n"},
    {"the tail lies in two",
     response(2).first().stub("0011").build() + response(2).last().stub("2233").build(),
     "#1 response 33221100\n"},
    {"the tail lies in four",
     response(2).first().stub("ff00").build() + response(2).middle().stub("11").build() +
         response(2).middle().stub("22").build() + response(2).last().stub("33").build(),
     "#1 response 33221100\n"},
    {"the last one is empty",
     response(2).first().stub("00112233").build() + response(2).last().build(),
     "#1 response 33221100\n"},
    {"verifier and padding are not in it",
     response(2).first().stub("0011").verifier(kNtlmAuth, kIntegrityLevel).build() +
         response(2).last().stub("2233").verifier(kNtlmAuth, kIntegrityLevel).build(),
     "#1 response 33221100\n"},
    {"the first one is missing", response(2).last().stub("00112233").build(),
     "#1 response 33221100\n"},
    {"the last one is missing", response(2).first().stub("00112233").build(), ""},
    {"sealed in part",
     response(2).first().stub("00").verifier(kNtlmAuth, kPrivacyLevel).build() +
         response(2).last().stub("00112233").build(),
     "#1 response unreadable\n"},
    {"a fault behind the first one",
     response(2).first().stub("00112233").build() + fault(2).status(5).build(),
     "#1 fault 00000005\n"},
};

TEST(Fragments, OfResponses) {
  const Buffer begun = kBound + request(2).build();
  const std::string asked = "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=0 frags=1: \n";
  for (const Case& c : kResponses)
    EXPECT_EQ(Trace().push(begun + c.wire).end().text(), asked + std::string(c.want)) << c.name;
}

TEST(Fragments, TailIsNotReadOverALoss) {
  const Buffer begun = kBound + request(2).build() + response(2).first().stub("0011").build();
  const std::string asked = "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=0 frags=1: \n";
  EXPECT_EQ(Trace().push(begun).lose(9, false).push(response(2).last().stub("2233").build()).text(),
            asked + "#1 response unreadable\n");
  EXPECT_EQ(
      Trace().push(begun).lose(9, false).push(response(2).last().stub("44556677").build()).text(),
      asked + "#1 response 77665544\n");
}

}  // namespace
}  // namespace rpcsieve::dcerpc
