// Whole conversations, from packets to records.
#include "runtime/engine/engine.h"

#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

struct Case {
  const char* name;
  Capture capture;
  Records want;
};

void expect(const Case& c, const engine::Options& options = all_calls()) {
  EXPECT_EQ(play(c.capture, options), c.want) << c.name;
}

// The server's address is below the client's here, and above it there.
const Ends kHigherServer = {"10.0.0.5", 49152, "10.0.0.9", 49664};
const Ends kSmbEnds = {"10.0.0.5", 49152, "10.0.0.1", 445};

const std::string kTcp = "10.0.0.5:49152 > 10.0.0.1:49664 tcp ";
const std::string kSmb = "10.0.0.5:49152 > 10.0.0.1:445 smb(lsarpc) ";
const std::string kKeyRead = "lsarpc 43 bound stub=42: success 00000000";

TEST(Engine, FollowsACallOverEveryTransport) {
  const Case cases[] = {
      {"TCP, any port",
       said(key_read_over_tcp()),
       {"alert key-read matched bound " + kTcp + kKeyRead, "call " + kTcp + kKeyRead}},
      {"... the server's address is the higher one",
       said(key_read_over_tcp(), kHigherServer),
       {"alert key-read matched bound 10.0.0.5:49152 > 10.0.0.9:49664 tcp " + kKeyRead,
        "call 10.0.0.5:49152 > 10.0.0.9:49664 tcp " + kKeyRead}},
      {"SMB2 transceive",
       said(over_smb2_ioctl(key_read_over_tcp()), kSmbEnds),
       {"alert key-read matched bound " + kSmb + kKeyRead, "call " + kSmb + kKeyRead}},
      {"SMB2 write and read",
       said(over_smb2_write(key_read_over_tcp()), kSmbEnds),
       {"alert key-read matched bound " + kSmb + kKeyRead, "call " + kSmb + kKeyRead}},
      {"SMB1 transaction",
       said(over_smb1_transaction(key_read_over_tcp()), kSmbEnds),
       {"alert key-read matched bound " + kSmb + kKeyRead, "call " + kSmb + kKeyRead}},
      {"SMB on a port of its own",
       said(over_smb2_ioctl(key_read_over_tcp()), {"10.0.0.5", 5000, "10.0.0.1", 4455}),
       {"alert key-read matched bound 10.0.0.5:5000 > 10.0.0.1:4455 smb(lsarpc) " + kKeyRead,
        "call 10.0.0.5:5000 > 10.0.0.1:4455 smb(lsarpc) " + kKeyRead}},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Engine, SaysHowTheInterfaceIsKnown) {
  const Talk call = called(2, 43, key_stub(), 0);
  const Talk offered = {c(bind(1).context(0, kLsarpc).build())};
  const Talk rejected = {c(bind(1).context(0, kLsarpc).build()),
                         s(bind_ack(1).result(kProviderRejected).build())};
  const Case cases[] = {
      {"bound",
       said(bound() + call),
       {"alert key-read matched bound " + kTcp + kKeyRead, "call " + kTcp + kKeyRead}},
      {"the answer to the bind was not captured",
       said(offered + call),
       {"alert key-read matched offered " + kTcp + "lsarpc 43 offered stub=42: success 00000000",
        "call " + kTcp + "lsarpc 43 offered stub=42: success 00000000"}},
      {"no bind, but the pipe's name",
       said(over_smb2_ioctl(call), kSmbEnds),
       {"alert key-read matched pipe " + kSmb + "lsarpc 43 pipe stub=42: success 00000000",
        "call " + kSmb + "lsarpc 43 pipe stub=42: success 00000000"}},
      {"neither: the stub is proof enough, and the answer is read as the detection's",
       said(call),
       {"alert key-read matched inferred " + kTcp + "- 43 unknown stub=42: success 00000000",
        "call " + kTcp + "- 43 unknown stub=42: answered"}},
      {"... over a pipe that implies nothing",
       said(over_smb2_ioctl(call, "mine"), kSmbEnds),
       {"alert key-read matched inferred 10.0.0.5:49152 > 10.0.0.1:445 smb(mine) - 43 unknown "
        "stub=42: success 00000000",
        "call 10.0.0.5:49152 > 10.0.0.1:445 smb(mine) - 43 unknown stub=42: answered"}},
      {"... another opnum proves nothing",
       said(called(2, 44, key_stub(), 0)),
       {"call " + kTcp + "- 44 unknown stub=42: answered"}},
      {"... nor does a stub without it",
       said(called(2, 43, other_stub(), 0)),
       {"call " + kTcp + "- 43 unknown stub=42: answered"}},
      {"a context that the bind did not offer: the pipe does not help",
       said(over_smb2_ioctl(bound(kSamr) +
                            Talk{c(request(2).context_id(5).opnum(43).stub(other_stub()).build()),
                                 s(response(2).stub(answer(0)).build())}),
            kSmbEnds),
       {"call " + kSmb + "- 43 unknown stub=42: answered"}},
      {"rejected: no alert, whatever the stub",
       said(rejected + call),
       {"call " + kTcp + "lsarpc 43 rejected stub=42: success 00000000"}},
      {"an interface that the catalogue does not know",
       said(bound(kSamr) + call),
       {"call " + kTcp + "12345778-1234-abcd-ef00-0123456789ac 43 bound stub=42: answered"}},
  };
  for (const Case& c : cases) expect(c);
}

Talk sealed_call(std::uint16_t opnum, const Buffer& stub) {
  return {c(bind(1).context(0, kLsarpc).verifier(kNtlmAuth, kPrivacyLevel).build()),
          s(bind_ack(1).result(kAccepted).verifier(kNtlmAuth, kPrivacyLevel).build()),
          c(request(2).opnum(opnum).stub(stub).verifier(kNtlmAuth, kPrivacyLevel).build()),
          s(response(2).stub(answer(0)).verifier(kNtlmAuth, kPrivacyLevel).build())};
}

TEST(Engine, SaysWhatItCannotRead) {
  const std::string on_tcp = "10.0.0.5:49152 > 10.0.0.1:49664 tcp";
  const std::string sealed = " bound stub=42 auth=ntlm/privacy sealed: answered";
  const Case cases[] = {
      {"sealed: unread",
       said(sealed_call(43, other_stub())),
       {"blind stubs_sealed " + on_tcp,
        "alert key-read unread bound " + kTcp + "lsarpc 43" + sealed,
        "call " + kTcp + "lsarpc 43" + sealed}},
      {"sealed: ignore",
       said(sealed_call(28, other_stub())),
       {"blind stubs_sealed " + on_tcp, "call " + kTcp + "lsarpc 28" + sealed}},
      {"sealed, and without conditions on the stub",
       said(sealed_call(7, other_stub())),
       {"call " + kTcp + "lsarpc 7" + sealed}},
      {"an encrypted session, once, and from whom",
       said({c(smb2::encrypted(7)), s(smb2::encrypted(7)), c(smb2::encrypted(8))}, kSmbEnds),
       {"blind smb_encrypted 10.0.0.5:49152 > 10.0.0.1:445 session=7",
        "blind smb_encrypted 10.0.0.5:49152 > 10.0.0.1:445 session=8"}},
      {"... the server's address is the higher one, and no SYN was captured",
       TcpSession({"10.0.0.5", 49152, "10.0.0.9", 445}).client(smb2::encrypted(7)).capture(),
       {"blind smb_encrypted 10.0.0.5:49152 > 10.0.0.9:445 session=7"}},
      {"... and the server speaks first",
       TcpSession({"10.0.0.5", 49152, "10.0.0.9", 445}).server(smb2::encrypted(7)).capture(),
       {"blind smb_encrypted 10.0.0.5:49152 > 10.0.0.9:445 session=7"}},
      {"a compressed message",
       said({c(smb2::compressed()), s(smb2::compressed())}, kSmbEnds),
       {"blind smb_compressed 10.0.0.5:49152 > 10.0.0.1:445 smb"}},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Engine, ReadsHowCallsEnd) {
  const auto denied = fault(2).status(kWin32Denied).build();
  const Case cases[] = {
      {"denied by return code",
       said(bound() + called(2, 43, other_stub(), kStatusDenied)),
       {"call " + kTcp + "lsarpc 43 bound stub=42: denied c0000022"}},
      {"denied by fault",
       said(bound() + Talk{c(request(2).opnum(43).stub(key_stub()).build()), s(denied)}),
       {"alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=42: denied status=00000005",
        "call " + kTcp + "lsarpc 43 bound stub=42: denied status=00000005"}},
      {"an operation that returns a Win32 code",
       said(bound(kSvcctl) + called(2, 12, other_stub(), 1073)),
       {"alert service none bound " + kTcp + "svcctl 12 bound stub=42: failed 00000431",
        "call " + kTcp + "svcctl 12 bound stub=42: failed 00000431"}},
      {"never answered",
       said(bound() + Talk{c(request(2).opnum(43).stub(key_stub()).build())}),
       {"alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=42: unanswered",
        "call " + kTcp + "lsarpc 43 bound stub=42: unanswered"}},
      {"two calls in flight, answered out of order",
       said(bound() + Talk{c(request(2).opnum(43).stub(other_stub()).build()),
                           c(request(3).opnum(28).stub(other_stub()).build()),
                           s(response(3).stub(answer(0)).build()),
                           s(response(2).stub(answer(kStatusDenied)).build())}),
       {"call " + kTcp + "lsarpc 28 bound stub=42: success 00000000",
        "call " + kTcp + "lsarpc 43 bound stub=42: denied c0000022"}},
      {"a call id that is used again ends the call before it",
       said(bound() + Talk{c(request(2).opnum(43).stub(other_stub()).build()),
                           c(request(2).opnum(28).stub(other_stub()).build()),
                           s(response(2).stub(answer(0)).build())}),
       {"call " + kTcp + "lsarpc 43 bound stub=42: unanswered",
        "call " + kTcp + "lsarpc 28 bound stub=42: success 00000000"}},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Engine, WaitsForAnAnswerOnlySoLong) {
  const Limits limits;
  TcpSession session;
  session.open().say(bound()).client(request(2).opnum(43).stub(key_stub()).build());
  Sensor sensor;
  sensor.push(session.capture());
  EXPECT_EQ(sensor.records(), Records());
  const auto asked = session.capture().back().time.us;
  const auto unrelated = tcp("10.9.9.9", 1, "10.9.9.8", 2).syn().ethernet();
  sensor.push(packet::LinkType::kEthernet, unrelated, {asked + limits.outcome_wait_us});
  EXPECT_EQ(sensor.records(), Records());
  sensor.push(packet::LinkType::kEthernet, unrelated, {asked + limits.outcome_wait_us + 1});
  EXPECT_EQ(sensor.records(),
            (Records{"alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=42: unanswered",
                     "call " + kTcp + "lsarpc 43 bound stub=42: unanswered"}));
  session.pause(limits.outcome_wait_us).server(response(2).stub(answer(0)).build());
  sensor.push(session.capture().back()).finish();
  EXPECT_EQ(sensor.records(), Records());
  EXPECT_EQ(sensor.count(Counter::calls_late_answer), 1U);
  EXPECT_EQ(sensor.count(Counter::calls_unanswered), 1U);
}

TEST(Engine, GivesCallsOnlyIfAsked) {
  expect({"alerts only",
          said(key_read_over_tcp() + called(3, 43, other_stub(), 0)),
          {"alert key-read matched bound " + kTcp + kKeyRead}},
         only_alerts());
}

TEST(Engine, AlertsAtOnceIfAsked) {
  engine::Options early = only_alerts();
  early.early = true;
  TcpSession session;
  session.open().say(bound()).client(request(2).opnum(43).stub(key_stub()).build());
  Sensor sensor(early);
  sensor.push(session.capture());
  EXPECT_EQ(sensor.records(), Records{"alert key-read matched bound " + kTcp +
                                      "lsarpc 43 bound stub=42: unanswered"});
  session.server(response(2).stub(answer(0)).build()).finish();
  sensor.push(session.capture()).finish();
  EXPECT_EQ(sensor.records(), Records());
  EXPECT_EQ(sensor.count(Counter::alerts), 1U);
}

}  // namespace
}  // namespace rpcsieve::test
