// Detections that ask for more than a request: its outcome, a bind, a file, several events. From
// packets to alerts, with any number of threads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/step_sieves.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

// print_event gives what an alert is about, without its connection: "43 success", "bind bound".
std::string print_event(const alert::Alert& alert) {
  if (const auto* call = std::get_if<alert::CallRecord>(&alert.event))
    return fmt::format("{} {}", call->call.opnum, name(call->outcome.result));
  if (const auto* bind = std::get_if<alert::BindRecord>(&alert.event))
    return fmt::format("bind {}", name(bind->known_by));
  return std::get<alert::FileOpen>(alert.event).path.value_or("-");
}

// alerts_of gives "detection: event, 3 events" for each alert of a capture.
Records alerts_of(const Sieve& sieve, const Capture& capture, std::size_t threads = 1,
                  bool early = false) {
  engine::Options options = only_alerts();
  options.early = early;
  Records alerts;
  engine::Dealer dealer(
      sieve.database, *sieve.matcher, options, threads, [&](const alert::Record& record) {
        const auto* alert = std::get_if<alert::Alert>(&record);
        if (alert == nullptr) return;
        const auto& row = sieve.database.detections()[alert->hit.detection];
        alerts.push_back(
            fmt::format("{}: {}{}", sieve.database.text(row.name), print_event(*alert),
                        alert->history ? fmt::format(", {} events", alert->history->events) : ""));
      });
  for (const Sent& sent : capture) {
    const Buffer frame = sent.packet.ethernet();
    dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                sent.time);
  }
  dealer.finish();
  EXPECT_EQ(dealer.counters()[Counter::alerts], alerts.size());
  return alerts;
}

TEST(Steps, AskForAnOutcome) {
  const Sieve sieve = outcome_sieve();
  const auto ends = [&](std::uint32_t code, bool early) {
    return alerts_of(sieve, said(bound() + called(2, 43, key_stub(), code)), 1, early);
  };
  EXPECT_EQ(ends(0, false), (Records{"any: 43 success", "either: 43 success"}));
  EXPECT_EQ(ends(kStatusDenied, false),
            (Records{"any: 43 denied", "denied: 43 denied", "either: 43 denied"}));
  EXPECT_EQ(ends(0xc0000034, false), (Records{"any: 43 failed"}));
  // Whoever asks for an outcome waits for it, early or not.
  EXPECT_EQ(ends(kStatusDenied, true),
            (Records{"any: 43 unanswered", "denied: 43 denied", "either: 43 denied"}));
}

TEST(Steps, AskForABind) {
  const Sieve sieve = bind_sieve();
  const Buffer offer = bind(1).context(0, kLsarpc).build();
  EXPECT_EQ(alerts_of(sieve, said(bound())), (Records{"any: bind bound", "taken: bind bound"}));
  EXPECT_EQ(alerts_of(sieve, said({c(offer), s(bind_nak(1).build())})),
            (Records{"any: bind rejected", "refused: bind rejected"}));
  EXPECT_EQ(alerts_of(sieve, said({c(offer)})), (Records{"any: bind offered"}));
  EXPECT_EQ(alerts_of(sieve, said(over_smb2_ioctl(bound()))),
            (Records{"any: bind bound", "taken: bind bound"}));
}

Talk open_file(std::string_view share, std::string_view path) {
  using namespace smb2;
  return {c(tree_connect(share).tree(0).id(50).build()),
          s(tree_connect_response(ShareType::kDisk).id(50).build()), c(create(path).id(51).build()),
          s(create_response(9).id(51).build())};
}

TEST(Steps, AskForAFile) {
  const Sieve sieve = file_sieve();
  const Ends smb = {"10.0.0.5", 49153, "10.0.0.1", 445};
  EXPECT_EQ(alerts_of(sieve, said(open_file("\\\\dc\\C$", "a\\ntds.dit"), smb)),
            (Records{"ntds: a\\ntds.dit"}));
  EXPECT_EQ(alerts_of(sieve, said(open_file("\\\\dc\\D$", "a\\ntds.dit"), smb)), Records{});
  // A pipe is no file, whatever its name.
  EXPECT_EQ(alerts_of(sieve, said(over_smb2_ioctl(bound(), "ntds.dit"), smb)), Records{});
}

// Clients sweep servers, each with a file first and calls then; the threads see other parts of it.
Capture sweep() {
  Capture all;
  for (int server = 1; server <= 8; ++server) {
    for (int client = 1; client <= 3; ++client) {
      const std::string from = fmt::format("10.1.0.{}", client),
                        to = fmt::format("10.2.0.{}", server);
      const Capture file = said(open_file("\\\\dc\\ADMIN$", "x.exe"), {from, 50000, to, 445});
      const Capture calls = said(bound(kSvcctl) + called(2, 12, other_stub(), 0) +
                                     called(3, 12, other_stub(), kWin32Denied),
                                 {from, 50001, to, 49664});
      all = all.empty() ? join(file, calls) : interleave(all, join(file, calls));
    }
  }
  return all;
}

TEST(Steps, AreJoinedAcrossThreads) {
  const Sieve sieve = sweep_sieve();
  const Capture capture = sweep();
  const Records want = alerts_of(sieve, capture);
  // Three clients count; each of 24 pairs plants; no server is bound to by four clients.
  EXPECT_EQ(want.size(), 3U + 24U);
  EXPECT_EQ(std::count(want.begin(), want.end(), "many: 12 success, 5 events") +
                std::count(want.begin(), want.end(), "many: 12 denied, 5 events"),
            3);
  EXPECT_EQ(std::count(want.begin(), want.end(), "planted: 12 success, 2 events"), 24);
  for (const std::size_t threads : {2U, 4U})
    for (int round = 0; round < 3; ++round)
      EXPECT_EQ(sorted(alerts_of(sieve, capture, threads)), sorted(want)) << threads;
}

// An answer that comes late makes no event late: what was asked first is first.
TEST(Steps, AreInTheOrderOfTheirRequests) {
  const Sieve sieve = order_sieve();
  const auto pdus = [](std::uint16_t first, std::uint16_t second) {
    return bound() + Talk{c(request(2).opnum(first).stub(key_stub()).build()),
                          c(request(3).opnum(second).stub(key_stub()).build()),
                          s(response(3).stub(answer(0)).build()),
                          s(response(2).stub(answer(0)).build())};
  };
  EXPECT_EQ(alerts_of(sieve, said(pdus(43, 28))), (Records{"both: 28 success, 2 events"}));
  EXPECT_EQ(alerts_of(sieve, said(pdus(28, 43))), Records{});
}

}  // namespace
}  // namespace rpcsieve::test
