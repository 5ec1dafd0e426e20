// What is told of binds: one line for each offer, and one for its end.
#include <gtest/gtest.h>

#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/framing.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

// tell gives "+1 lsarpc" for the first offer, and "-1 bound" for what became of it.
class Teller {
 public:
  explicit Teller(const Limits& limits = {})
      : limits_(limits), association_(limits_, counters_, true) {}

  Teller& push(Bytes bytes) {
    framer_.push(bytes, Timestamp{++time_});
    while (const auto frame = framer_.next(Framing())) {
      association_.push(*frame);
      drain();
    }
    return *this;
  }
  Teller& flush() { return association_.flush(), drain(), *this; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void drain() {
    while (const auto event = association_.next()) {
      if (event->kind == Event::Kind::kOffered) {
        *event->mark = ++offers_;
        add('+', offers_, event->call.interface.uuid == kLsarpc.uuid ? "lsarpc" : "samr");
      }
      if (event->kind == Event::Kind::kOfferEnded)
        add('-', event->token, name(event->call.known_by));
    }
  }
  void add(char sign, std::uint64_t number, std::string_view what) {
    text_ +=
        (text_.empty() ? "" : ", ") + (sign + std::to_string(number)) + ' ' + std::string(what);
  }

  Limits limits_;
  Counters counters_;
  Framer framer_{counters_.memory()};
  Association association_;
  std::int64_t time_ = 0;
  std::uint64_t offers_ = 0;
  std::string text_;
};

Buffer offer(std::uint32_t call_id) { return bind(call_id).context(0, kLsarpc).build(); }
Buffer accepted(std::uint32_t call_id) { return bind_ack(call_id).result(kAccepted).build(); }
Buffer refused(std::uint32_t call_id) {
  return bind_ack(call_id).result(kProviderRejected).build();
}

struct Case {
  std::string_view name;
  Buffer wire;
  std::string_view want;
};

TEST(Offers, AreToldOnceWithTheirEnd) {
  const Case cases[] = {
      {"accepted", offer(1) + accepted(1), "+1 lsarpc, -1 bound"},
      {"refused", offer(1) + refused(1), "+1 lsarpc, -1 rejected"},
      {"refused with all of the bind", offer(1) + bind_nak(1).build(), "+1 lsarpc, -1 rejected"},
      {"no answer", offer(1), "+1 lsarpc, -1 offered"},
      {"an answer to something else", offer(1) + accepted(2), "+1 lsarpc, -1 offered"},
      {"an answer without its bind", accepted(1), ""},
      {"one of two transfer syntaxes is enough",
       bind(1).context(0, kLsarpc).context(1, kLsarpc, {kNdr64}).build() +
           bind_ack(1).result(kProviderRejected).result(kAccepted).build(),
       "+1 lsarpc, -1 bound"},
      {"features are no interface",
       bind(1).context(0, kLsarpc).context(1, kLsarpc, {kFeatures}).build() +
           bind_ack(1).result(kAccepted).result(kNegotiateAck).build(),
       "+1 lsarpc, -1 bound"},
      {"an interface that is only acknowledged is not accepted",
       offer(1) + bind_ack(1).result(kNegotiateAck).build(), "+1 lsarpc, -1 rejected"},
      {"two interfaces, each its own answer",
       bind(1).context(0, kLsarpc).context(1, kSamr).build() +
           bind_ack(1).result(kAccepted).result(kProviderRejected).build(),
       "+1 lsarpc, +2 samr, -1 bound, -2 rejected"},
      {"an answer cut short of an item refuses it",
       bind(1).context(0, kLsarpc).context(1, kSamr).build() + accepted(1),
       "+1 lsarpc, +2 samr, -1 bound, -2 rejected"},
      {"alter_context offers too",
       offer(1) + accepted(1) + alter_context(2).context(1, kSamr).build() +
           alter_context_response(2).result(kAccepted).build(),
       "+1 lsarpc, -1 bound, +2 samr, -2 bound"},
      {"alter_context that is refused by a fault",
       offer(1) + accepted(1) + alter_context(2).context(1, kSamr).build() + fault(2).build(),
       "+1 lsarpc, -1 bound, +2 samr, -2 rejected"},
      {"what was accepted is not offered anew",
       offer(1) + accepted(1) + alter_context(2).context(0, kLsarpc).build() +
           alter_context_response(2).result(kAccepted).build(),
       "+1 lsarpc, -1 bound"},
      {"what was refused is",
       offer(1) + accepted(1) + alter_context(2).context(1, kSamr).build() + fault(2).build() +
           alter_context(3).context(1, kSamr).build() + fault(3).build(),
       "+1 lsarpc, -1 bound, +2 samr, -2 rejected, +3 samr, -3 rejected"},
      {"a bind begins anew", offer(1) + accepted(1) + offer(2) + accepted(2),
       "+1 lsarpc, -1 bound, +2 lsarpc, -2 bound"},
      {"... and nobody answers the one before", offer(1) + offer(2) + accepted(2),
       "+1 lsarpc, -1 offered, +2 lsarpc, -2 bound"},
  };
  for (const Case& c : cases) EXPECT_EQ(Teller().push(c.wire).flush().text(), c.want) << c.name;
}

TEST(Offers, OfALimitTheOldestMakesRoom) {
  Limits limits;
  limits.dcerpc_contexts = 1;
  EXPECT_EQ(Teller(limits)
                .push(offer(1) + accepted(1) + alter_context(2).context(1, kSamr).build() +
                      alter_context(3).context(0, kLsarpc).build())
                .flush()
                .text(),
            "+1 lsarpc, -1 bound, +2 samr, +3 lsarpc, -3 offered");
}

// Nobody pays for what nobody asked for.
TEST(Offers, AreNotToldUnasked) {
  Limits limits;
  Counters counters;
  Association association(limits, counters);
  const Buffer wire = offer(1);
  association.push({wire, wire.size(), {}});
  EXPECT_FALSE(association.next());
}

}  // namespace
}  // namespace rpcsieve::dcerpc
