// Calls over UDP: fragments, repeats and answers in any order.
#include "runtime/dcerpc/exchanges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

const Endpoint kClient = {parse_address("10.0.0.5").value(), 1025};
const Endpoint kServer = {parse_address("10.0.0.1").value(), 135};
const Endpoint kServersOther = {parse_address("10.0.0.1").value(), 49152};

std::string digits(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

std::string number(std::uint32_t value) {
  const Buffer bytes = Wire(Endian::kBig).u32(value).build();
  return digits(bytes);
}

// Trace writes down each event, as that of the Association does.
class Trace {
 public:
  explicit Trace(const Limits& limits = {}) : limits_(limits), exchanges_(limits_, counters_) {}

  Trace& client(const Buffer& wire) { return push(wire, kClient, kServer); }
  Trace& server(const Buffer& wire) { return push(wire, kServersOther, kClient); }
  Trace& push(const Buffer& wire, const Endpoint& source, const Endpoint& destination) {
    const Buffer exact = wire;
    const auto pdu = parse_datagram(exact, exact.size());
    EXPECT_TRUE(pdu);
    if (pdu) exchanges_.push(*pdu, source, destination, Timestamp{++time_});
    return drain();
  }
  Trace& wait(std::int64_t us) { return time_ += us, *this; }
  Trace& keep_responses() { return keep_ = true, *this; }
  Trace& end() { return exchanges_.flush(), drain(); }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::uint64_t count(Counter counter) const { return counters_[counter]; }

 private:
  Trace& drain() {
    while (const auto exchange = exchanges_.next()) text_ += line(*exchange) + '\n';
    return *this;
  }
  std::string line(const Exchange& exchange) {
    const Event& event = exchange.event;
    if (event.kind == Event::Kind::kRequest) {
      EXPECT_EQ(exchange.client, kClient);
      EXPECT_EQ(exchange.server, kServer);
      *event.mark = ++requests_;
      *event.keep_response = keep_;
      std::string text = print(event.call);
      const std::string uuid = rpcsieve::print(kLsarpc.uuid);
      if (const auto at = text.find(uuid); at != text.npos) text.replace(at, uuid.size(), "lsarpc");
      return '#' + std::to_string(requests_) + ' ' + text + ": " + digits(event.stub);
    }
    std::string text = '#' + std::to_string(event.token) + ' ';
    if (event.kind == Event::Kind::kDropped) return text + "dropped";
    const Answer& answer = event.answer;
    const bool fault = answer.kind == Answer::Kind::kFault;
    text += fault ? "fault " : "response ";
    text += answer.readable ? number(fault ? answer.status : answer.tail) : "unreadable";
    if (event.response) text += " = " + digits(event.response->stub);
    return text;
  }

  Limits limits_;
  Counters counters_;
  Exchanges exchanges_;
  std::string text_;
  bool keep_ = false;
  std::uint32_t requests_ = 0;
  std::int64_t time_ = 0;
};

Buffer asked(std::uint32_t sequence) {
  return datagram::request(sequence).opnum(43).stub("0102").build();
}
Buffer part(std::uint16_t fragment, std::string_view stub, bool last = false) {
  return datagram::request(7).opnum(43).fragment(fragment, last).stub(stub).build();
}
Buffer answered(std::uint32_t sequence) {
  return datagram::response(sequence).stub("0500000022000a00").build();
}

constexpr std::string_view kAsked =
    "#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=2 frags=1: 0102\n";
constexpr std::string_view kJoined =
    "#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=4 frags=3: 0a0b0c0d\n";

std::string text(std::string_view first, std::string_view second = {}) {
  return std::string(first) + std::string(second);
}

TEST(Exchanges, Answers) {
  const struct {
    std::string_view name;
    Buffer answer;
    std::string_view want;
  } kCases[] = {
      {"response", answered(7), "#1 response 000a0022\n"},
      {"big-endian", datagram::response(7).big_endian().stub("00000005").build(),
       "#1 response 00000005\n"},
      {"short", datagram::response(7).stub("0500").build(), "#1 response unreadable\n"},
      {"sealed", datagram::response(7).stub("00000005").verifier(kNtlmAuth, kPrivacyLevel).build(),
       "#1 response unreadable\n"},
      {"fault", datagram::fault(7).status(0x1c010002).build(), "#1 fault 1c010002\n"},
      {"fault without a status", datagram::fault(7).build(), "#1 fault unreadable\n"},
      {"reject", datagram::reject(7).status(0x1c010003).build(), "#1 fault 1c010003\n"},
      {"working", datagram::working(7).build(), ""},
      {"nocall", datagram::nocall(7).build(), ""},
      {"of another call", answered(8), ""},
      {"of another activity", datagram::response(7).activity(kSamr.uuid).build(), ""},
      {"an acknowledgment", datagram::fack(7).build(), ""},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(Trace().client(asked(7)).server(c.answer).text(), text(kAsked, c.want)) << c.name;
}

TEST(Exchanges, Requests) {
  EXPECT_EQ(Trace().client(asked(7)).end().text(), text(kAsked, "#1 dropped\n"));
  EXPECT_EQ(Trace().client(datagram::request(7).flags(datagram::kMaybe).build()).text(),
            "#1 call=7 ctx=0 op=0 if=lsarpc/0.0 bound stub=0 frags=1: \n#1 dropped\n");
  EXPECT_EQ(Trace()
                .client(datagram::request(7)
                            .big_endian()
                            .object(kSamr.uuid)
                            .interface({kLsarpc.uuid, 3, 1})
                            .stub("aa")
                            .verifier(kNtlmAuth, kPrivacyLevel)
                            .build())
                .text(),
            "#1 call=7 ctx=0 op=0 if=lsarpc/3.1 bound stub=1 frags=1 "
            "object=12345778-1234-abcd-ef00-0123456789ac auth=ntlm/privacy sealed: aa\n");
  // A ping alone is no call, nor is a cancel.
  EXPECT_EQ(
      Trace().client(datagram::ping(7).build()).client(datagram::cancel(7).build()).end().text(),
      "");
}

TEST(Exchanges, ARepeatIsNotANewCall) {
  const std::int64_t idle = Limits().flow_idle_us;
  Trace trace;
  trace.client(asked(7)).client(asked(7)).server(answered(7)).server(answered(7));
  trace.wait(idle - 1000).client(asked(7)).server(answered(7));
  trace.wait(idle - 1000).client(asked(7));
  EXPECT_EQ(trace.text(), text(kAsked, "#1 response 000a0022\n"));
  EXPECT_EQ(trace.count(Counter::datagram_repeats), 3U);
  trace.wait(idle + 1000).client(asked(7));
  EXPECT_EQ(trace.text(), text(kAsked,
                               "#1 response 000a0022\n"
                               "#2 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=2 frags=1: "
                               "0102\n"));
}

// An answer whose request was lost does not make a repeat of the request that comes yet.
TEST(Exchanges, AnOrphanAnswerTakesNoCallAway) {
  Trace trace;
  trace.server(answered(7)).wait(Limits().outcome_wait_us).client(asked(8)).client(asked(7));
  EXPECT_EQ(std::count(trace.text().begin(), trace.text().end(), '\n'), 2) << trace.text();
  EXPECT_EQ(trace.count(Counter::datagram_repeats), 0U);
}

// Sequence numbers may go back, and the same one in another activity is another call.
TEST(Exchanges, CallsAreKnownByActivityAndSequence) {
  Trace trace;
  trace.client(asked(0xffffffff)).client(asked(0)).client(asked(7));
  trace.client(datagram::request(7).activity(kSamr.uuid).build());
  EXPECT_EQ(std::count(trace.text().begin(), trace.text().end(), '\n'), 4);
}

TEST(Exchanges, FragmentsInAnyOrderWithRepeats) {
  std::vector<Buffer> parts = {part(0, "0a"), part(1, "0b0c"), part(2, "0d", true)};
  std::vector<std::size_t> order = {0, 1, 2, 0, 1, 2};
  std::sort(order.begin(), order.end());
  do {
    Trace trace;
    for (const std::size_t i : order) trace.client(parts[i]);
    EXPECT_EQ(trace.text(), kJoined) << testing::PrintToString(order);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Exchanges, FragmentsThatAreMissing) {
  Trace trace;
  trace.client(part(0, "0a")).client(part(2, "0d", true)).wait(16'000'000).client(asked(8));
  EXPECT_EQ(trace.text(),
            "#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=2 frags=2 cut: 0a\n"
            "#1 dropped\n"
            "#2 call=8 ctx=0 op=43 if=lsarpc/0.0 bound stub=2 frags=1: 0102\n");

  Trace headless;
  headless.client(part(1, "0b")).client(part(2, "0d", true)).server(answered(7)).end();
  EXPECT_EQ(headless.text(), "");
  EXPECT_EQ(headless.count(Counter::dcerpc_orphan_fragments), 2U);

  Trace answer;
  answer.server(answered(7)).end();
  EXPECT_EQ(answer.text(), "");
  EXPECT_EQ(answer.count(Counter::dcerpc_orphan_answers), 1U);
}

// Fragments that contradict one another: what came first counts.
TEST(Exchanges, FragmentsBehindTheLast) {
  EXPECT_EQ(Trace()
                .client(part(3, "ee"))
                .client(part(1, "0b", true))
                .client(part(2, "ee", true))
                .client(part(0, "0a"))
                .text(),
            "#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=2 frags=2: 0a0b\n");
  EXPECT_EQ(Trace().client(part(1, "0b")).client(asked(7)).text(), kAsked);
}

// All datagrams of a call in every order, one of them doubled: always the same events.
TEST(Exchanges, AnyOrderOfACall) {
  const std::vector<std::pair<bool, Buffer>> all = {
      {true, part(0, "0a")},
      {true, part(1, "0b0c")},
      {true, part(2, "0d", true)},
      {false, datagram::working(7).build()},
      {false, datagram::response(7).fragment(0).stub("aa").build()},
      {false, datagram::response(7).fragment(1, true).stub("00000005").build()}};
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    Trace trace;
    for (const std::size_t i : order) {
      for (int times = i == order[0] ? 2 : 1; times > 0; --times) {
        all[i].first ? trace.client(all[i].second) : trace.server(all[i].second);
      }
    }
    EXPECT_EQ(trace.text(), text(kJoined, "#1 response 05000000\n"))
        << testing::PrintToString(order);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Exchanges, KeepsResponsesIfAsked) {
  EXPECT_EQ(Trace().keep_responses().client(asked(7)).server(answered(7)).text(),
            text(kAsked, "#1 response 000a0022 = 0500000022000a00\n"));
  const Buffer first = datagram::response(7).fragment(0).stub("0102").build();
  const Buffer last = datagram::response(7).fragment(1, true).stub("03040506").build();
  const std::string want = text(kAsked, "#1 response 06050403 = 010203040506\n");
  EXPECT_EQ(Trace().keep_responses().client(asked(7)).server(first).server(last).text(), want);
  EXPECT_EQ(Trace().keep_responses().client(asked(7)).server(last).server(first).text(), want);
  EXPECT_EQ(Trace().keep_responses().client(asked(7)).server(last).end().text(),
            text(kAsked, "#1 response 06050403\n"));
}

TEST(Exchanges, LimitOfFlights) {
  Limits limits;
  limits.datagram_flights = 4;
  Trace trace(limits);
  for (std::uint32_t i = 0; i < 1000; ++i) trace.client(asked(i));
  EXPECT_EQ(trace.count(Counter::datagram_calls_dropped), 996U);
  EXPECT_NE(trace.text().find("#996 dropped\n"), std::string::npos);
  EXPECT_EQ(trace.text().find("#997 dropped\n"), std::string::npos);
}

// All calls that there may be end at the same moment as another begins: none of them is left to go.
TEST(Exchanges, LimitOfFlightsThatHaveEnded) {
  Limits limits;
  limits.datagram_flights = 4;
  Trace trace(limits);
  for (std::uint32_t i = 0; i < 4; ++i) trace.client(asked(i));
  trace.wait(limits.flow_idle_us + 1).client(asked(4)).client(asked(5));
  EXPECT_EQ(trace.count(Counter::datagram_calls_dropped), 0U);
  EXPECT_NE(trace.text().find("#4 dropped\n#5 "), std::string::npos) << trace.text();
}

TEST(Exchanges, LimitOfWhatIsRemembered) {
  Limits limits;
  limits.datagram_calls = 4;
  Trace trace(limits);
  for (std::uint32_t i = 0; i < 5; ++i) trace.client(asked(i)).server(answered(i));
  trace.client(asked(4)).client(asked(0));
  EXPECT_EQ(trace.count(Counter::datagram_calls_dropped), 2U);
  EXPECT_EQ(trace.count(Counter::datagram_repeats), 1U);
}

// Fragments that never end give way to one that goes on.
TEST(Exchanges, LimitOfHeldBytes) {
  Limits limits;
  limits.datagram_held_bytes = 4096;
  Trace trace(limits);
  for (std::uint32_t i = 0; i < 1000; ++i)
    trace.client(datagram::request(100 + i).fragment(1).stub(Buffer(900)).build());
  trace.client(part(0, "0a")).client(part(1, "0b0c")).client(part(2, "0d", true));
  EXPECT_EQ(trace.text(), kJoined);
  EXPECT_GE(trace.count(Counter::dcerpc_stub_truncated), 996U);

  // A single call that is too large is cut.
  Trace large(limits);
  large.client(part(0, "0a"))
      .client(datagram::request(7).fragment(1, true).stub(Buffer(5000)).build());
  EXPECT_EQ(large.text().find("#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=5001 frags=2 cut"),
            0U);
}

TEST(Exchanges, LimitOfOneStub) {
  Limits limits;
  limits.stub_bytes = 2;
  Trace trace(limits);
  trace.client(part(0, "0a")).client(part(1, "0b0c")).client(part(2, "0d", true));
  EXPECT_EQ(trace.text(), "#1 call=7 ctx=0 op=43 if=lsarpc/0.0 bound stub=4 frags=3 cut: 0a0b\n");
}

}  // namespace
}  // namespace rpcsieve::dcerpc
