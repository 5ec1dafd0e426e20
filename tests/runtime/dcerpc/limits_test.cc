// The tables that traffic can fill, and that a steady stream of calls allocates nothing.
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/runtime/dcerpc/trace.h"
#include "tests/support/allocations.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

const Buffer kBound = bind(1).context(0, kLsarpc).build() + bind_ack(1).result(kAccepted).build();

Buffer call(std::uint32_t call_id, std::uint16_t context_id = 0) {
  return request(call_id).context_id(context_id).opnum(43).build();
}

TEST(DcerpcLimits, CallsInFlight) {
  Limits limits;
  limits.dcerpc_calls = 2;
  Trace trace(limits);
  trace.push(kBound + call(2) + call(3) + call(4));
  EXPECT_EQ(trace.text(),
            "#1 call=2 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#1 dropped\n"
            "#3 call=4 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n");
  EXPECT_EQ(trace.count(Counter::dcerpc_calls_dropped), 1U);
}

TEST(DcerpcLimits, OldestCallMakesRoomEvenIfOthersWereAnswered) {
  Limits limits;
  limits.dcerpc_calls = 3;
  Trace trace(limits);
  trace.push(kBound + call(2) + call(3) + call(4) + response(2).build());
  const std::string before = trace.text();
  trace.push(call(5) + call(6));
  EXPECT_EQ(trace.text().substr(before.size()),
            "#4 call=5 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#2 dropped\n"
            "#5 call=6 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n");
}

TEST(DcerpcLimits, UnfinishedCallThatMakesRoomIsReported) {
  Limits limits;
  limits.dcerpc_calls = 1;
  EXPECT_EQ(Trace(limits).push(kBound + request(2).first().stub("0102").build() + call(3)).text(),
            "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=1 cut: 0102\n"
            "#1 dropped\n"
            "#2 call=3 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n");
}

TEST(DcerpcLimits, StubBytes) {
  Limits limits;
  limits.stub_bytes = 3;
  Trace trace(limits);
  trace.push(kBound + request(2).first().stub("0102").build() +
             request(2).middle().stub("030405").build() + request(2).last().stub("06").build());
  EXPECT_EQ(trace.text(), "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=6 frags=3 cut: 010203\n");
  EXPECT_EQ(trace.count(Counter::dcerpc_stub_truncated), 1U);
}

Buffer first(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).first().stub(stub).build();
}
Buffer middle(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).middle().stub(stub).build();
}
Buffer last(std::uint32_t call_id, std::string_view stub) {
  return request(call_id).last().stub(stub).build();
}

// Stubs of four bytes each, four in all.
struct HeldCase {
  std::string_view name;
  Buffer wire;
  std::string_view want;
  std::uint64_t truncated;
};

const HeldCase kHeld[] = {
    {"as many as there is room for",
     first(2, "0102") + first(3, "aa") + last(3, "bb") + last(2, "0304"),
     "#1 call=3 ctx=0 op=0 if=lsarpc bound stub=2 frags=2: aabb\n"
     "#2 call=2 ctx=0 op=0 if=lsarpc bound stub=4 frags=2: 01020304\n",
     0},
    {"the oldest gives up its own, and no more than that",
     first(2, "01") + first(3, "aabb") + first(4, "0a0b") + last(2, "02") + last(3, "") +
         last(4, ""),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=2 cut: \n"
     "#2 call=3 ctx=0 op=0 if=lsarpc bound stub=2 frags=2: aabb\n"
     "#3 call=4 ctx=0 op=0 if=lsarpc bound stub=2 frags=2: 0a0b\n",
     1},
    {"all others, if it takes them",
     first(2, "01") + first(3, "aabb") + first(4, "0a0b0c0d") + last(4, "") + last(3, "cc") +
         last(2, "02"),
     "#1 call=4 ctx=0 op=0 if=lsarpc bound stub=4 frags=2: 0a0b0c0d\n"
     "#2 call=3 ctx=0 op=0 if=lsarpc bound stub=3 frags=2 cut: \n"
     "#3 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=2 cut: \n",
     2},
    {"the oldest that goes on takes from the next",
     first(2, "0102") + first(3, "aabb") + last(2, "03") + last(3, "cc"),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=3 frags=2: 010203\n"
     "#2 call=3 ctx=0 op=0 if=lsarpc bound stub=3 frags=2 cut: \n",
     1},
    {"one that was truncated before is counted once",
     first(2, "0102030405") + first(3, "aabb") + last(3, "") + last(2, ""),
     "#1 call=3 ctx=0 op=0 if=lsarpc bound stub=2 frags=2: aabb\n"
     "#2 call=2 ctx=0 op=0 if=lsarpc bound stub=5 frags=2 cut: \n",
     1},
    {"what is finished takes no room",
     first(2, "010203") + last(2, "") + first(3, "0a0b0c0d") + last(3, ""),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=3 frags=2: 010203\n"
     "#2 call=3 ctx=0 op=0 if=lsarpc bound stub=4 frags=2: 0a0b0c0d\n",
     0},
    {"a stub that is given out is not taken for the call that replaces its own",
     first(2, "010203") + first(2, "aabb") + last(2, ""),
     "#1 call=2 ctx=0 op=0 if=lsarpc bound stub=3 frags=1 cut: 010203\n"
     "#1 dropped\n"
     "#2 call=2 ctx=0 op=0 if=lsarpc bound stub=2 frags=2 cut: aa\n",
     1},
    {"behind a stub that was given up nothing is kept",
     first(2, "010203") + first(3, "aabb") + last(3, "") + middle(2, "04") + last(2, "05"),
     "#1 call=3 ctx=0 op=0 if=lsarpc bound stub=2 frags=2: aabb\n"
     "#2 call=2 ctx=0 op=0 if=lsarpc bound stub=5 frags=3 cut: \n",
     1},
};

TEST(DcerpcLimits, HeldBytesOfAllStubs) {
  Limits limits;
  limits.stub_bytes = limits.dcerpc_held_bytes = 4;
  for (const HeldCase& c : kHeld) {
    Trace trace(limits);
    EXPECT_EQ(trace.push(kBound + c.wire).text(), c.want) << c.name;
    EXPECT_EQ(trace.count(Counter::dcerpc_stub_truncated), c.truncated) << c.name;
  }
}

TEST(DcerpcLimits, UnfinishedCallsDoNotStarveTheNewest) {
  Limits limits;
  limits.dcerpc_held_bytes = 100 * 1000;
  Trace trace(limits);
  trace.push(kBound);
  for (std::uint32_t id = 2; id < 202; ++id)
    trace.push(request(id).first().stub(Buffer(1000)).build());
  trace.push(first(500, "0102") + last(500, "03"));
  EXPECT_EQ(trace.text(), "#1 call=500 ctx=0 op=0 if=lsarpc bound stub=3 frags=2: 010203\n");
  EXPECT_EQ(trace.count(Counter::dcerpc_stub_truncated), 101U);
}

TEST(DcerpcLimits, RefusedContextsMakeRoomFirst) {
  Limits limits;
  limits.dcerpc_contexts = 2;
  Trace trace(limits);
  trace.push(kBound + alter_context(2).context(1, kSamr).build() +
             alter_context_response(2).result(kProviderRejected).build() +
             alter_context(3).context(2, kSamr).build() + call(4, 0) + call(5, 1) + call(6, 2));
  EXPECT_EQ(trace.text(),
            "#1 call=4 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#2 call=5 ctx=1 op=43 if=- unknown stub=0 frags=1: \n"
            "#3 call=6 ctx=2 op=43 if=samr offered stub=0 frags=1: \n");
  EXPECT_EQ(trace.count(Counter::dcerpc_contexts_dropped), 1U);
}

TEST(DcerpcLimits, AnAcceptedContextOutlivesAFloodOfOffers) {
  Limits limits;
  limits.dcerpc_contexts = 128;
  Trace trace(limits);
  trace.push(kBound);
  for (std::uint16_t id = 1; id <= 1000; ++id)
    trace.push(alter_context(id + 1U).context(id, kSamr).build());
  trace.push(call(5000, 0) + call(5001, 1000));
  EXPECT_EQ(trace.text(),
            "#1 call=5000 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#2 call=5001 ctx=1000 op=43 if=samr offered stub=0 frags=1: \n");
  EXPECT_EQ(trace.count(Counter::dcerpc_contexts_dropped), 1000 + 1 - limits.dcerpc_contexts);
}

Buffer accepted(std::uint16_t id) {
  return alter_context(id + 1U).context(id, kSamr).build() +
         alter_context_response(id + 1U).result(kAccepted).build();
}
Buffer rejected(std::uint16_t id) {
  return alter_context(id + 1U).context(id, kSamr).build() +
         alter_context_response(id + 1U).result(kProviderRejected).build();
}

// A table of four. `kept` are the contexts that requests find behind the wire.
struct ContextsCase {
  std::string_view name;
  Buffer wire;
  std::vector<std::uint16_t> kept;
};

const ContextsCase kFullTables[] = {
    {"the oldest goes", accepted(1) + accepted(2) + accepted(3) + accepted(4), {1, 2, 3, 4}},
    {"not if it was requested on",
     accepted(1) + accepted(2) + accepted(3) + call(90, 0) + accepted(4),
     {0, 2, 3, 4}},
    {"not if it was accepted late",
     alter_context(2).context(1, kSamr).build() + accepted(2) + accepted(3) +
         alter_context_response(2).result(kAccepted).build() + accepted(4) + accepted(5),
     {1, 3, 4, 5}},
    {"a rejected one goes first, though it is newer",
     accepted(1) + accepted(2) + rejected(3) + accepted(4),
     {0, 1, 2, 4}},
    {"a rejected one goes first, though it was requested on",
     accepted(1) + rejected(2) + accepted(3) + call(90, 2) + accepted(4),
     {0, 1, 3, 4}},
    {"offers of one list stay together until they are answered",
     accepted(1) + accepted(2) + accepted(3) +
         alter_context(9).context(4, kSamr).context(5, kSamr).build() +
         alter_context_response(9).result(kAccepted).result(kAccepted).build(),
     {2, 3, 4, 5}},
    {"a list that is longer than the table leaves what is in use",
     accepted(1) + accepted(2) + accepted(3) + call(90, 0) +
         alter_context(9)
             .context(4, kSamr)
             .context(5, kSamr)
             .context(6, kSamr)
             .context(7, kSamr)
             .context(8, kSamr)
             .build(),
     {0, 3, 7, 8}},
};

TEST(DcerpcLimits, TheLongestUnusedContextMakesRoom) {
  Limits limits;
  limits.dcerpc_contexts = 4;
  for (const ContextsCase& c : kFullTables) {
    Trace trace(limits);
    trace.push(kBound + c.wire);
    std::vector<std::uint16_t> kept;
    for (std::uint16_t id = 0; id < 10; ++id) {
      const std::size_t before = trace.text().size();
      trace.push(call(100U + id, id));
      if (trace.text().find("unknown", before) == std::string::npos) kept.push_back(id);
    }
    EXPECT_EQ(kept, c.kept) << c.name;
  }
}

TEST(DcerpcLimits, AContextInUseOutlivesAFloodOfAcceptedOnes) {
  Limits limits;
  limits.dcerpc_contexts = 128;
  Trace trace(limits);
  trace.push(kBound);
  for (std::uint16_t id = 1; id < 300; ++id) {
    trace.push(accepted(id));
    if (id % 100 == 0) trace.push(call(5000, 0) + response(5000).build());
  }
  const std::size_t before = trace.text().size();
  trace.push(call(5001, 0) + call(5002, 1));
  EXPECT_EQ(trace.text().substr(before),
            "#3 call=5001 ctx=0 op=43 if=lsarpc bound stub=0 frags=1: \n"
            "#4 call=5002 ctx=1 op=43 if=- unknown stub=0 frags=1: \n");
  EXPECT_EQ(trace.count(Counter::dcerpc_contexts_dropped), 300 - limits.dcerpc_contexts);
}

// The same wire twice through one association; the second time memory is there.
TEST(DcerpcAllocation, NoneOnceWarm) {
  const Buffer wire = kBound + call(2) + call(3) + request(4).first().stub(Buffer(3000)).build() +
                      request(4).middle().stub(Buffer(3000)).build() + request(4).last().build() +
                      response(3).stub("00000000").build() + fault(2).build() +
                      response(4).first().stub("0000").build() +
                      response(4).last().stub("0000").build() +
                      alter_context(5).context(0, kSamr).build() +
                      alter_context_response(5).result(kAccepted).build();
  const Limits limits;
  Counters counters;
  Association association(limits, counters);
  Framer framer(counters.memory());
  std::size_t requests = 0;
  const auto run = [&] {
    framer.push(wire, {});
    while (const auto frame = framer.next(Framing())) {
      association.push(*frame);
      while (const auto event = association.next())
        requests += event->kind == Event::Kind::kRequest ? 1U : 0U;
    }
  };
  run();
  run();
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) run();
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_EQ(requests, 3U * 102U);
}

}  // namespace
}  // namespace rpcsieve::dcerpc
