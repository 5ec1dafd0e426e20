#include "runtime/auth/exchange.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/allocations.h"
#include "tests/support/forge.h"

namespace rpcsieve::auth {
namespace {

using namespace test;

// Said is a token of one side.
struct Said {
  bool by_client;
  Buffer token;
  Package package = Package::kGeneric;
};
Said c(Buffer token) { return {true, std::move(token)}; }
Said s(Buffer token) { return {false, std::move(token)}; }
Said netlogon(Buffer token) { return {true, std::move(token), Package::kNetlogon}; }

// print gives an identity on one line: "LAB\alice@WS1", "realm=LAB.TEST service=cifs/dc1", or both,
// with " machine" where it is one; "-" if nothing is known.
std::string print(const Identity& who) {
  std::string text;
  if (!who.name.empty() || !who.domain.empty() || !who.workstation.empty())
    text = fmt::format("{}\\{}@{}", who.domain.view(), who.name.view(), who.workstation.view());
  if (!who.realm.empty()) text += fmt::format(" realm={}", who.realm.view());
  if (!who.service.empty()) text += fmt::format(" service={}", who.service.view());
  if (who.is_machine()) text += " machine";
  EXPECT_EQ(who.is_known(), !text.empty());
  return text.empty() ? "-" : text;
}

std::string play(const std::vector<Said>& talk) {
  Exchange exchange;
  for (const Said& said : talk) {
    // A block of its own that is gone afterwards, so that a view that is kept shows.
    const Buffer copy(said.token);
    exchange.push(copy, said.by_client, said.package);
  }
  return print(exchange.identity());
}

struct Case {
  const char* name;
  std::vector<Said> talk;
  std::string_view want;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(play(one.talk), one.want) << one.name;
}

const Account kAlice = {"alice", "LAB", "WS1"};

TEST(Ntlm, NamesUserDomainAndWorkstation) {
  expect({
      {"three messages",
       {c(ntlm_negotiate().build()), s(ntlm_challenge().build()),
        c(ntlm_authenticate(kAlice).build())},
       "LAB\\alice@WS1"},
      {"a second name that nobody asked for",
       {c(ntlm_negotiate().build()), s(ntlm_challenge().build()),
        c(ntlm_authenticate(kAlice).build()),
        c(ntlm_authenticate({"mallory", "LAB", "WS2"}).build())},
       "LAB\\alice@WS1"},
      {"a second logon",
       {c(ntlm_authenticate(kAlice).build()), c(ntlm_negotiate().build()),
        c(ntlm_authenticate({"bob", "LAB", "WS2"}).build())},
       "LAB\\bob@WS2"},
      {"the last alone", {c(ntlm_authenticate(kAlice).build())}, "LAB\\alice@WS1"},
      {"in an 8-bit character set", {c(ntlm_authenticate(kAlice).oem().build())}, "LAB\\alice@WS1"},
      {"... the challenge chose it",
       {s(ntlm_challenge().flags(kNtlmOem).build()),
        c(ntlm_authenticate(kAlice).oem().flags(kNtlmUnicode).build())},
       "LAB\\alice@WS1"},
      {"of both, Unicode goes before OEM",
       {c(ntlm_authenticate(kAlice).flags(kNtlmUnicode | kNtlmOem).build())},
       "LAB\\alice@WS1"},
      {"neither: Unicode", {c(ntlm_authenticate(kAlice).flags(0).build())}, "LAB\\alice@WS1"},
      {"an old client sends no flags: the challenge tells",
       {s(ntlm_challenge().flags(kNtlmOem).build()),
        c(ntlm_authenticate(kAlice).oem().old().build())},
       "LAB\\alice@WS1"},
      {"a machine's account",
       {c(ntlm_authenticate({"WS1$", "LAB", "WS1"}).build())},
       "LAB\\WS1$@WS1 machine"},
      {"a user of no domain",
       {c(ntlm_authenticate({"bob@lab.test", "", ""}).build())},
       "\\bob@lab.test@"},
      {"anonymous", {c(ntlm_authenticate({"", "", ""}).build())}, "-"},
      {"anonymous, from a workstation", {c(ntlm_authenticate({"", "", "WS1"}).build())}, "\\@WS1"},
  });
}

TEST(Ntlm, TakesNoMoreThanItIsTold) {
  expect({
      {"a negotiate message tells only where",
       {c(ntlm_negotiate({"", "LAB", "WS1"}).build())},
       "LAB\\@WS1"},
      {"... and nothing once a user is known",
       {c(ntlm_authenticate(kAlice).build()), c(ntlm_negotiate({"", "OTHER", "WS2"}).build())},
       "LAB\\alice@WS1"},
      {"the server names no user", {s(ntlm_authenticate(kAlice).build())}, "-"},
      {"the client chooses no character set",
       {c(ntlm_challenge().flags(kNtlmOem).build()), c(ntlm_authenticate(kAlice).build())},
       "LAB\\alice@WS1"},
      {"no such message", {c(NtlmBuilder(4, kAlice).build())}, "-"},
  });
}

TEST(Spnego, IsPeeled) {
  const Buffer negotiate = ntlm_negotiate().build(), challenge = ntlm_challenge().build();
  const Buffer user = ntlm_authenticate(kAlice).build();
  const Buffer ticket = kerberos_framed(ap_req("LAB.TEST", {"cifs", "dc1"}));
  Buffer deep = user;
  for (int i = 0; i < 1000; ++i) deep = spnego_response(deep);
  expect({
      {"NTLM",
       {c(spnego_init(negotiate)), s(spnego_response(challenge)), c(spnego_response(user))},
       "LAB\\alice@WS1"},
      {"Kerberos", {c(spnego_init(ticket))}, " realm=LAB.TEST service=cifs/dc1"},
      {"Kerberos is refused, NTLM follows",
       {c(spnego_init(ticket)), s(spnego_response({})), c(spnego_response(user))},
       "LAB\\alice@WS1"},
      {"without its framing",
       {c(der(0xa0, der(0x30, der(0xa2, der(0x04, user)))))},
       "LAB\\alice@WS1"},
      {"with hints, as servers begin", {s(spnego_init({}))}, "-"},
      {"a thousand layers", {c(deep)}, "-"},
  });
}

TEST(Kerberos, NamesRealmAndService) {
  const Buffer request = ap_req("LAB.TEST", {"cifs", "dc1.lab.test"});
  const std::string_view want = " realm=LAB.TEST service=cifs/dc1.lab.test";
  expect({
      {"raw", {c(request)}, want},
      {"framed", {c(kerberos_framed(request))}, want},
      {"framed as Windows 2000 did", {c(kerberos_framed(request, true))}, want},
      {"a service of one component",
       {c(ap_req("LAB.TEST", {"DC1$"}))},
       " realm=LAB.TEST service=DC1$"},
      {"from the server", {s(request)}, "-"},
      {"an error names the service",
       {s(kerberos_framed(krb_error("LAB.TEST", {"cifs", "dc1"})))},
       " realm=LAB.TEST service=cifs/dc1"},
      {"... and may name the client",
       {c(request), s(kerberos_framed(krb_error("OTHER", {"cifs", "x"}, "alice")))},
       "\\alice@ realm=LAB.TEST service=cifs/dc1.lab.test"},
      {"an error that the client sends", {c(krb_error("LAB.TEST", {"cifs", "dc1"}))}, "-"},
      {"a name that is no string",
       {c(der(0x6e, der(0x30, der(0xa3, der(0x61, der(0x30, der(0xa1, der(0x04, "R"))))))))},
       "-"},
  });
}

TEST(Netlogon, NamesTheMachine) {
  expect({
      {"NetBIOS names", {netlogon(nl_auth("LAB", "WS1"))}, "LAB\\WS1$@WS1 machine"},
      {"DNS names",
       {netlogon(nl_auth_dns("lab.test", "ws1.lab.test"))},
       "lab.test\\ws1$@ws1 machine"},
      {"both: NetBIOS goes before DNS",
       {netlogon(hex("00000000 17000000 4c414200 57533100 036c616200 0377733100"))},
       "LAB\\WS1$@WS1 machine"},
      {"the host's name ends in a pointer to the domain's",
       {netlogon(hex("00000000 0c000000 036c616200 03777331c000"))},
       "lab\\ws1$@ws1 machine"},
      {"no computer", {netlogon(hex("00000000 01000000 4c414200"))}, "-"},
      {"an answer", {netlogon(hex("01000000 00000000"))}, "-"},
      {"a name that does not end", {netlogon(hex("00000000 02000000 575331"))}, "-"},
      {"a label that reaches outside", {netlogon(hex("00000000 10000000 0477733100"))}, "-"},
      {"of another package", {c(nl_auth("LAB", "WS1"))}, "-"},
  });
}

TEST(Text, IsWellFormedWhateverComes) {
  struct TextCase {
    const char* name;
    Text text;
    std::string_view want;
  };
  const TextCase cases[] = {
      {"UTF-16", read_utf16(hex("41 00 e4 00 ac 20 3d d8 00 de")), "A\u00e4\u20ac\U0001f600"},
      {"a high surrogate alone", read_utf16(hex("3d d8 41 00")), "\ufffdA"},
      {"a low one", read_utf16(hex("00 de")), "\ufffd"},
      {"a high one at the end", read_utf16(hex("41 00 3d d8")), "A\ufffd"},
      {"half a character", read_utf16(hex("41 00 42")), "A"},
      {"8 bits", read_oem(hex("41 84")), "A\ufffd"},
      {"UTF-8", read_utf8(hex("41 c3a4 e282ac f09f9880")), "A\u00e4\u20ac\U0001f600"},
      {"a lead byte at the end", read_utf8(hex("41 e282")), "A\ufffd\ufffd"},
      {"overlong", read_utf8(hex("c080 e08080")), "\ufffd\ufffd\ufffd\ufffd\ufffd"},
      {"a surrogate", read_utf8(hex("eda080")), "\ufffd\ufffd\ufffd"},
      {"beyond Unicode", read_utf8(hex("f4908080")), "\ufffd\ufffd\ufffd\ufffd"},
  };
  for (const TextCase& one : cases) EXPECT_EQ(one.text.view(), one.want) << one.name;
}

TEST(Text, IsCutAtAWholeCharacter) {
  const std::string name = std::string(Text::kMaxBytes - 1, 'a');
  Text text = read_utf8(Wire().text(name).bytes(hex("c3a4")).text("b").build());
  EXPECT_EQ(text.view(), name);
  text.add('b');
  EXPECT_EQ(text.view(), name);
  EXPECT_EQ(read_oem(Buffer(1000, 'x')).view().size(), Text::kMaxBytes);
}

// Tokens of every kind, and what they say whole.
const std::vector<Said>& samples() {
  static const std::vector<Said> all = {
      c(ntlm_authenticate(kAlice).build()),
      c(ntlm_authenticate(kAlice).oem().build()),
      c(ntlm_authenticate(kAlice).old().build()),
      c(ntlm_negotiate(kAlice).build()),
      c(spnego_init(ntlm_authenticate(kAlice).build())),
      c(spnego_response(kerberos_framed(ap_req("LAB.TEST", {"cifs", "dc1"})))),
      c(ap_req("LAB.TEST", {"cifs", "dc1"})),
      s(krb_error("LAB.TEST", {"cifs", "dc1"}, "alice")),
      netlogon(nl_auth("LAB", "WS1")),
      netlogon(nl_auth_dns("lab", "ws1")),
  };
  return all;
}

bool agrees(const Text& part, const Text& whole) { return part.empty() || part == whole; }

// What a cut token still tells is true: a name is whole, or not there.
TEST(Exchange, AnyPrefixTellsNothingElse) {
  for (const Said& sample : samples()) {
    Exchange whole;
    whole.push(sample.token, sample.by_client, sample.package);
    for (std::size_t n = 0; n < sample.token.size(); ++n) {
      const Buffer head(sample.token.begin(),
                        sample.token.begin() + static_cast<std::ptrdiff_t>(n));
      Exchange cut;
      cut.push(head, sample.by_client, sample.package);
      const Identity &got = cut.identity(), &all = whole.identity();
      EXPECT_TRUE(agrees(got.name, all.name) && agrees(got.domain, all.domain) &&
                  agrees(got.workstation, all.workstation) && agrees(got.realm, all.realm) &&
                  agrees(got.service, all.service))
          << print(got) << " of the first " << n << " bytes of " << print(all);
    }
  }
}

// Every 16-bit and 32-bit number in a message, one after the other, set to what does harm.
TEST(Exchange, SurvivesHostileNumbers) {
  for (const Said& sample : samples()) {
    for (std::size_t at = 0; at + 4 <= sample.token.size(); ++at) {
      for (const std::uint32_t value : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xfffffff0U, ~0U}) {
        Wire wire;
        const Buffer hostile = wire.bytes(sample.token).patch32(at, value).build();
        Exchange exchange;
        exchange.push(hostile, sample.by_client, sample.package);
        EXPECT_LE(exchange.identity().name.view().size(), Text::kMaxBytes);
      }
    }
  }
}

TEST(Ntlm, ReadsOnlyWhatLiesInTheMessage) {
  const auto with_user_field = [](std::uint32_t length, std::uint32_t offset) {
    return Wire()
        .bytes(ntlm_authenticate(kAlice).build())
        .patch16(36, length)
        .patch32(40, offset)
        .build();
  };
  const auto size = static_cast<std::uint32_t>(ntlm_authenticate(kAlice).build().size());
  expect({
      {"the offset is outside", {c(with_user_field(2, size + 1))}, "LAB\\@WS1"},
      {"the length is", {c(with_user_field(4, size - 2))}, "LAB\\@WS1"},
      {"both are far outside", {c(with_user_field(0xffff, 0xffffffff))}, "LAB\\@WS1"},
      {"up to the last byte", {c(with_user_field(2, size - 2))}, "LAB\\1@WS1"},
      {"nothing at the end", {c(with_user_field(0, size))}, "LAB\\@WS1"},
  });
}

TEST(Der, IsStrictOnLengths) {
  const Buffer text = hex("1b 03 4c 41 42");
  const auto realm_of = [](const Buffer& in_a1) {
    return play({c(der(0x6e, der(0x30, der(0xa3, der(0x61, der(0x30, in_a1))))))});
  };
  EXPECT_EQ(realm_of(der(0xa1, text)), " realm=LAB");
  EXPECT_EQ(realm_of(hex("a1 81 05") + text), " realm=LAB") << "a length that could be shorter";
  EXPECT_EQ(realm_of(hex("a1 84 00000005") + text), " realm=LAB") << "... of four bytes";
  EXPECT_EQ(realm_of(hex("a1 85 0000000005") + text), "-") << "five";
  EXPECT_EQ(realm_of(hex("a1 80") + text + hex("0000")), "-") << "indefinite";
  EXPECT_EQ(realm_of(hex("a1 06") + text), "-") << "more than its parent has";
  EXPECT_EQ(realm_of(hex("a1 84 ffffffff") + text), "-") << "far more";
  EXPECT_EQ(realm_of(hex("a1 05 1b 04 4c 41 42")), "-") << "the same one level down";
  EXPECT_EQ(realm_of(hex("bf 01 00") + der(0xa1, text)), "-") << "a tag of two bytes";
  EXPECT_EQ(realm_of(der(0xa0, hex("0500")) + der(0xa1, text)), " realm=LAB") << "behind others";
}

TEST(Exchange, AllocatesNothing) {
  const std::size_t before = allocations();
  const auto& all = samples();
  const std::size_t built = allocations();
  EXPECT_GE(built, before);
  for (const Said& sample : all) {
    Exchange exchange;
    exchange.push(sample.token, sample.by_client, sample.package);
  }
  EXPECT_EQ(allocations(), built);
}

}  // namespace
}  // namespace rpcsieve::auth
