// One SMB2 session over several connections: what was opened through one is used through another.
#include <gtest/gtest.h>

#include <array>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

using namespace smb2;

constexpr std::size_t kA = 0, kB = 1;

// Wires writes two connections between the same hosts, in the order in which they speak.
class Wires {
 public:
  explicit Wires(const std::string& other_client = "10.0.0.5")
      : sessions_{TcpSession({"10.0.0.5", 49152, "10.0.0.1", 445}),
                  TcpSession({other_client, 49153, "10.0.0.1", 445})} {
    for (TcpSession& session : sessions_) session.open();
    take(kA);
    take(kB);
  }

  Wires& say(std::size_t wire, const Talk& talk) {
    sessions_[wire].say(talk);
    return take(wire);
  }
  Wires& reset(std::size_t wire) {
    sessions_[wire].reset(Side::kClient);
    return take(wire);
  }
  Wires& pause(std::int64_t us) { return time_ += us, *this; }
  [[nodiscard]] const Capture& capture() const { return all_; }

 private:
  Wires& take(std::size_t wire) {
    const Capture& said = sessions_[wire].capture();
    for (; taken_[wire] < said.size(); time_ += 100) {
      all_.push_back(said[taken_[wire]++]);
      all_.back().time.us = time_;
    }
    return *this;
  }

  std::array<TcpSession, 2> sessions_;
  std::array<std::size_t, 2> taken_{};
  std::int64_t time_ = 1'000'000;
  Capture all_;
};

Talk tree(ShareType type = ShareType::kPipe) {
  return {c(tree_connect("\\\\dc\\IPC$").tree(0).build()), s(tree_connect_response(type).build())};
}
Talk opened(std::string_view pipe, std::uint64_t file = 7) {
  return {c(create(pipe).id(90).build()), s(create_response(file).id(90).build())};
}
Talk closed(std::uint64_t file = 7) {
  return {c(smb2::close(file).id(91).build()), s(close_response().id(91).build())};
}
Talk asked(const Talk& rpc, std::uint64_t id, std::uint64_t file = 7) {
  return {c(transceive(file, rpc[0].bytes).id(id).build()),
          s(transceive_response(file, rpc[1].bytes).id(id).build())};
}
Talk wrote(Bytes bytes, std::uint64_t id) {
  return {c(smb2::write(7, Buffer(bytes.begin(), bytes.end())).id(id).build()),
          s(write_response(static_cast<std::uint32_t>(bytes.size())).id(id).build())};
}
Talk was_read(const Buffer& bytes, std::uint64_t id) {
  return {c(smb2::read(7).id(id).build()), s(smb2::read_response(bytes).id(id).build())};
}
// echo is a message of the session that has to do with no pipe.
Talk echo() { return {c(tree_disconnect().tree(99).build())}; }

Talk key_call(std::uint32_t id) { return called(id, 43, key_stub(), 0); }

std::string key_read(std::size_t wire, std::string_view pipe = "lsarpc",
                     std::string_view known_by = "bound") {
  return "alert key-read matched " + std::string(known_by) +
         (wire == kA ? " 10.0.0.5:49152" : " 10.0.0.5:49153") + " > 10.0.0.1:445 smb(" +
         std::string(pipe) + ") lsarpc 43 " + std::string(known_by) + " stub=42: success 00000000";
}

struct Case {
  const char* name;
  Capture capture;
  Records want;
};

std::vector<Case> cases() {
  const Buffer call = key_call(2)[0].bytes, reply = key_call(2)[1].bytes;
  const Bytes first = Bytes(call).first(30), rest = Bytes(call).subspan(30);
  const auto begun = [] { return Wires().say(kA, tree() + opened("lsarpc")); };
  const auto bound_on_a = [&] { return begun().say(kA, asked(bound(), 1)); };
  return {
      {"bound on one, asked on the other",
       bound_on_a().say(kB, asked(key_call(2), 1)).capture(),
       {key_read(kB)}},
      {"opened on one, all else on the other",
       begun().say(kB, asked(bound(), 1)).say(kB, asked(key_call(2), 2)).capture(),
       {key_read(kB)}},
      {"in turn",
       bound_on_a()
           .say(kB, asked(key_call(2), 1))
           .say(kA, asked(key_call(3), 2))
           .say(kB, asked(key_call(4), 2))
           .capture(),
       {key_read(kB), key_read(kA), key_read(kB)}},
      {"a request in two writes, and its answer read on the first",
       bound_on_a()
           .say(kA, wrote(first, 3))
           .say(kB, wrote(rest, 1))
           .say(kA, was_read(reply, 4))
           .capture(),
       {key_read(kB)}},
      {"... and on the second",
       bound_on_a()
           .say(kA, wrote(first, 3))
           .say(kB, wrote(rest, 1))
           .say(kB, was_read(reply, 2))
           .capture(),
       {key_read(kB)}},
      {"opened on both, by the same name",
       bound_on_a()
           .say(kB, opened("lsarpc", 8) + asked(bound(), 2, 8) + asked(key_call(2), 3, 8))
           .say(kA, asked(key_call(2), 4, 8))
           .capture(),
       {key_read(kB), key_read(kA)}},
      {"closed on the other, and its id given to another pipe there",
       bound_on_a()
           .say(kB, closed() + opened("lsass"))
           .say(kA, asked(bound(), 5))
           .say(kB, asked(key_call(2), 6))
           .say(kA, asked(key_call(3), 7))
           .capture(),
       {key_read(kB, "lsass"), key_read(kA, "lsass")}},
      {"the first connection breaks, the other was used before",
       bound_on_a()
           .say(kB, asked(key_call(2), 1))
           .reset(kA)
           .pause(2'000'000)
           .say(kB, asked(key_call(3), 2))
           .capture(),
       {key_read(kB), key_read(kB)}},
      {"... or was at least in the session",
       bound_on_a()
           .say(kB, echo())
           .reset(kA)
           .pause(2'000'000)
           .say(kB, asked(key_call(3), 2))
           .capture(),
       {key_read(kB)}},
      {"... or was not: what was bound is not known",
       bound_on_a().reset(kA).pause(2'000'000).say(kB, asked(key_call(3), 2)).capture(),
       {"alert key-read matched inferred 10.0.0.5:49153 > 10.0.0.1:445 smb() - 43 unknown stub=42: "
        "success 00000000"}},
      {"a file of the other connection's tree",
       Wires()
           .say(kA, tree(ShareType::kDisk) + opened("lsarpc"))
           .say(kB, wrote(call, 1) + was_read(reply, 2))
           .capture(),
       {}},
      {"not between other hosts",
       Wires("10.0.0.6")
           .say(kA, tree() + opened("lsarpc") + asked(bound(), 1))
           .say(kB, asked(key_call(2), 1))
           .capture(),
       {"alert key-read matched inferred 10.0.0.6:49153 > 10.0.0.1:445 smb() - 43 unknown stub=42: "
        "success 00000000"}},
      {"two sessions whose ids are the same by chance",
       bound_on_a()
           .say(kB, tree() + opened("samr") + asked(bound(kSvcctl), 1))
           .say(kA, asked(key_call(2), 2))
           .say(kB, asked(called(2, 12, other_stub(), 0), 2) + closed())
           .say(kA, asked(key_call(3), 3))
           .capture(),
       {key_read(kA),
        "alert service none bound 10.0.0.5:49153 > 10.0.0.1:445 smb(samr) svcctl 12 bound stub=42: "
        "success 00000000",
        key_read(kA)}},
  };
}

TEST(Multichannel, SharesWhatWasOpened) {
  for (const Case& c : cases()) EXPECT_EQ(play(c.capture, only_alerts()), c.want) << c.name;
}

TEST(Multichannel, GivesTheSameRecordsWithAnyNumberOfThreads) {
  for (const Case& c : cases()) {
    const Records want = sorted(play(c.capture));
    for (const std::size_t threads : {2U, 4U}) {
      Records records;
      engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), threads,
                            [&](const alert::Record& record) { records.push_back(print(record)); });
      for (const Sent& sent : c.capture) {
        const Buffer frame = sent.packet.ethernet();
        dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                    sent.time);
      }
      dealer.finish();
      EXPECT_EQ(sorted(records), want) << c.name;
    }
  }
}

// What was never answered is told when the last connection has ended, once.
TEST(Multichannel, TellsWhatIsUnderWayAtTheEnd) {
  Talk unanswered = asked(key_call(2), 2);
  unanswered.pop_back();
  const Wires wires =
      Wires().say(kA, tree() + opened("lsarpc") + asked(bound(), 1)).say(kB, unanswered);
  const Records records = play(wires.capture(), only_alerts());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_NE(records[0].find("unanswered"), std::string::npos) << records[0];
}

// A session that keeps one connection, while others open pipes and break.
TEST(Multichannel, LeavesNoMorePipesThanItMay) {
  engine::Options options = only_alerts();
  options.limits.smb_left_pipes = 3;
  Sensor sensor(options);
  TcpSession keeper({"10.0.0.5", 40000, "10.0.0.1", 445});
  sensor.push(keeper.open().say(echo()).capture());
  Timestamp time{10'000'000};
  for (std::uint16_t i = 0; i < 20; ++i) {
    TcpSession session({"10.0.0.5", static_cast<std::uint16_t>(41000 + i), "10.0.0.1", 445});
    session.open().say(tree() + opened("lsarpc", 100U + i) + asked(bound(), 1, 100U + i));
    for (Sent sent : session.reset(Side::kClient).capture()) {
      sent.time = time;
      sensor.push(sent);
    }
    time.us += 2'000'000;
  }
  sensor.finish();
  EXPECT_GE(sensor.count(Counter::smb_pipes_dropped), 15U);
  EXPECT_LE(sensor.count(Counter::smb_pipes_dropped), 17U);
}

}  // namespace
}  // namespace rpcsieve::test
