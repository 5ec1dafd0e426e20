// Who called: from security tokens in SMB and RPC to the user of a record.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

const Ends kSmbEnds = {"10.0.0.5", 49152, "10.0.0.1", 445};
const Account kAlice = {"alice", "LAB", "WS1"};
const Account kBob = {"bob", "LAB", "WS2"};

// user_of gives the part of a record that says who it was, "-" if it says nothing.
std::string user_of(const std::string& record) {
  const std::size_t end = record.rfind(": ");
  const std::size_t begin = std::min(record.find(" user="), record.find(" realm="));
  return begin >= end ? "-" : record.substr(begin + 1, end - begin - 1);
}

Records users(const Capture& capture, const engine::Options& options = all_calls()) {
  Records found;
  for (const std::string& record : play(capture, options))
    if (record.starts_with("call")) found.push_back(user_of(record));
  return found;
}

struct Case {
  const char* name;
  Talk talk;
  Records want;
};

void expect(const std::vector<Case>& cases, const Ends& ends) {
  for (const Case& one : cases) EXPECT_EQ(users(said(one.talk, ends)), one.want) << one.name;
}

// One call over TCP; opnum 2 is of no interest to any rule.
Talk call(std::uint32_t id) { return called(id, 2, {}, 0); }

Talk bound_with(std::uint8_t type, const Buffer& first, const Buffer& answer, const Buffer& last,
                std::uint8_t level = kConnectLevel) {
  Talk talk = {c(bind(1).context(0, kLsarpc).verifier(type, level, first).build()),
               s(bind_ack(1).result(kAccepted).verifier(type, level, answer).build())};
  if (!last.empty()) talk.push_back(c(auth3(1).verifier(type, level, last).build()));
  return talk;
}

Talk bound_by_ntlm(const Account& account) {
  return bound_with(kNtlmAuth, ntlm_negotiate().build(), ntlm_challenge().build(),
                    ntlm_authenticate(account).build());
}

Talk signed_call(std::uint32_t id, std::uint32_t auth_context) {
  return {c(request(id)
                .opnum(2)
                .verifier(kNtlmAuth, kIntegrityLevel, Buffer(16, 1), auth_context)
                .build()),
          s(response(id).stub(answer(0)).build())};
}

TEST(Identities, OverTcp) {
  const Buffer ticket = kerberos_framed(ap_req("LAB.TEST", {"host", "dc1"}));
  const Talk second_user = {
      c(alter_context(5)
            .context(1, kSamr)
            .verifier(kNtlmAuth, kIntegrityLevel, ntlm_authenticate(kBob).build(), 2)
            .build()),
      s(alter_context_response(5).result(kAccepted).build())};
  expect(
      {
          {"nobody", bound() + call(2), {"-"}},
          {"NTLM", bound_by_ntlm(kAlice) + call(2), {"user=LAB\\alice@WS1"}},
          {"NTLM in SPNEGO, its last leg in an alter_context",
           bound_with(kSpnegoAuth, spnego_init(ntlm_negotiate().build()),
                      spnego_response(ntlm_challenge().build()), {}) +
               Talk{c(alter_context(2)
                          .context(0, kLsarpc)
                          .verifier(kSpnegoAuth, kConnectLevel,
                                    spnego_response(ntlm_authenticate(kAlice).build()))
                          .build()),
                    s(alter_context_response(2).result(kAccepted).build())} +
               call(3),
           {"user=LAB\\alice@WS1"}},
          {"Kerberos",
           bound_with(kKerberosAuth, ticket, hex("00"), {}) + call(2),
           {"realm=LAB.TEST service=host/dc1"}},
          {"Netlogon",
           bound_with(kNetlogonAuth, nl_auth("LAB", "WS1"), hex("01000000 00000000"), {}) + call(2),
           {"user=LAB\\WS1$@WS1"}},
          {"a bind does not rename the calls before it",
           bound() + call(2) + bound_by_ntlm(kAlice) + call(3),
           {"-", "user=LAB\\alice@WS1"}},
          {"two security contexts, told apart by their ids",
           bound_by_ntlm(kAlice) + second_user + signed_call(6, 1) + signed_call(7, 2) +
               signed_call(8, 3),
           {"user=LAB\\alice@WS1", "user=LAB\\bob@WS2", "-"}},
      },
      {});
}

// logged_on is a session setup in two rounds over SMB2.
Talk logged_on(const Account& account, std::uint64_t session, std::uint32_t status = 0,
               std::uint64_t asked = 0) {
  using namespace smb2;
  const Buffer challenge = spnego_response(ntlm_challenge().build());
  const Buffer user = spnego_response(ntlm_authenticate(account).build());
  auto last = session_setup_response({}).session(session).id(71);
  if (status != 0) last.refused(status);
  return {
      c(session_setup(spnego_init(ntlm_negotiate().build())).session(asked).id(70).build()),
      s(session_setup_response(challenge).session(session).status(kMoreProcessing).id(70).build()),
      c(session_setup(user).session(session).id(71).build()), s(last.build())};
}

Talk smb2_call() { return over_smb2_ioctl(bound() + call(2)); }

TEST(Identities, OverSmb2) {
  using namespace smb2;
  const Buffer ticket = spnego_init(kerberos_framed(ap_req("LAB.TEST", {"cifs", "dc1"})));
  const Talk logged_off = {c(logoff().id(80).build()), s(logoff_response().id(80).build())};
  const std::string alice = "user=LAB\\alice@WS1", bob = "user=LAB\\bob@WS2";
  expect(
      {
          {"NTLM", logged_on(kAlice, 1) + smb2_call(), {alice}},
          {"Kerberos, in one round",
           Talk{c(session_setup(ticket).id(70).build()),
                s(session_setup_response({}).id(70).build())} +
               smb2_call(),
           {"realm=LAB.TEST service=cifs/dc1"}},
          {"a refused logon names nobody",
           logged_on(kAlice, 1, kLogonFailure) + smb2_call(),
           {"-"}},
          {"... nor does it take the name of who was there",
           logged_on(kAlice, 1) + logged_on(kBob, 1, kLogonFailure, 1) + smb2_call(),
           {alice}},
          {"a later logon replaces the user",
           logged_on(kAlice, 1) + logged_on(kBob, 1, 0, 1) + smb2_call(),
           {bob}},
          {"while it is under way, nothing has changed",
           logged_on(kAlice, 1) +
               Talk{c(session_setup(ntlm_authenticate(kBob).build()).session(1).id(75).build())} +
               smb2_call(),
           {alice}},
          {"another session's user", logged_on(kAlice, 2) + smb2_call(), {"-"}},
          {"two sessions", logged_on(kAlice, 1) + logged_on(kBob, 2) + smb2_call(), {alice}},
          {"after a logoff", logged_on(kAlice, 1) + logged_off + smb2_call(), {"-"}},
          {"the requests of the logon were not captured",
           logged_on(kAlice, 1) + Talk{s(session_setup_response({}).id(99).build())} + smb2_call(),
           {"-"}},
          {"RPC's own user goes before the session's",
           logged_on(kAlice, 1) + over_smb2_write(bound_by_ntlm(kBob) + call(2)),
           {bob}},
          {"... even if nothing can be told of it",
           logged_on(kAlice, 1) + over_smb2_ioctl(bound() + signed_call(2, 1)),
           {"-"}},
      },
      kSmbEnds);
}

TEST(Identities, OfAConnectionWithoutAnswers) {
  EXPECT_EQ(users(only(Side::kClient, said(logged_on(kAlice, 1) + smb2_call(), kSmbEnds))),
            Records{"user=LAB\\alice@WS1"});
}

TEST(Identities, OverSmb1) {
  using namespace smb1;
  const Talk rpc = over_smb1_transaction(bound() + call(2));
  const Talk with_token = {
      c(session_setup_andx(ntlm_negotiate().build()).user(0xffff).id(1).build()),
      s(session_setup_andx_response(ntlm_challenge().build())
            .user(1)
            .status(smb2::kMoreProcessing)
            .id(1)
            .build()),
      c(session_setup_andx(ntlm_authenticate(kAlice).build()).user(1).id(2).build()),
      s(session_setup_andx_response({}).user(1).id(2).build())};
  const auto with_account = [](std::uint32_t status) {
    return Talk{c(session_setup_account("alice", "LAB").build()),
                s(session_setup_account_response().user(1).status(status).build())};
  };
  expect(
      {
          {"a token", with_token + rpc, {"user=LAB\\alice@WS1"}},
          {"an account in clear", with_account(0) + rpc, {"user=LAB\\alice@"}},
          {"... refused", with_account(smb2::kLogonFailure) + rpc, {"-"}},
          {"of LAN Manager",
           Talk{c(session_setup_lanman("ALICE", "LAB").build()),
                s(session_setup_account_response().user(1).build())} +
               rpc,
           {"user=LAB\\ALICE@"}},
      },
      kSmbEnds);
}

TEST(Identities, AreBoundedAndCounted) {
  Talk talk;
  const std::size_t users_limit = all_calls().limits.smb_users;
  for (std::size_t session = 1; session <= users_limit + 3; ++session)
    talk = talk + logged_on(kAlice, session);
  Sensor sensor;
  sensor.push(said(talk + smb2_call(), kSmbEnds)).finish();
  EXPECT_EQ(user_of(sensor.records().back()), "-") << "the first session was forgotten";
  EXPECT_EQ(sensor.count(Counter::smb_users_dropped), 3U);

  Talk binds = bound();
  const std::size_t contexts_limit = all_calls().limits.dcerpc_auth_contexts;
  for (std::uint32_t context = 0; context < contexts_limit + 2; ++context)
    binds.push_back(
        c(alter_context(9)
              .verifier(kNtlmAuth, kIntegrityLevel, ntlm_authenticate(kAlice).build(), context)
              .build()));
  Sensor rpc;
  rpc.push(said(binds + signed_call(10, 0))).finish();
  EXPECT_EQ(user_of(rpc.records().back()), "-");
  EXPECT_EQ(rpc.count(Counter::dcerpc_auth_contexts_dropped), 2U);
}

TEST(Identities, AreTheSameHoweverTheStreamIsCut) {
  const Talk talk = logged_on(kAlice, 1) + over_smb2_write(bound_by_ntlm(kBob) + call(2));
  const Records whole = users(said(talk, kSmbEnds));
  for (const std::size_t n : {1U, 7U, 60U, 536U}) {
    const auto cut = TcpSession(kSmbEnds).open().segment_bytes(n).say(talk).finish().capture();
    EXPECT_EQ(users(cut), whole) << n;
  }
}

// Any prefix of a capture: no user but those of the whole.
TEST(Identities, OfAnyPrefix) {
  const Capture whole = said(logged_on(kAlice, 1) + smb2_call() + logged_on(kBob, 1, 0, 1) +
                                 over_smb2_write(bound() + call(2)),
                             kSmbEnds);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const Records some =
        users(Capture(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)));
    const Records want = {"user=LAB\\alice@WS1", "user=LAB\\bob@WS2"};
    ASSERT_LE(some.size(), want.size());
    EXPECT_TRUE(std::equal(some.begin(), some.end(), want.begin())) << n;
  }
}

}  // namespace
}  // namespace rpcsieve::test
