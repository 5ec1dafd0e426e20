// A connectionless request names its interface itself, so each call is bound by its own words.
#include "tools/forge/datagram_talk.h"

#include "tools/forge/datagram_builder.h"

namespace rpcsieve::forge {
namespace {

using Answer = Meant::Answer;

constexpr std::uint32_t kFirst = 0, kSecond = 1;
constexpr std::uint32_t kOpnumOutOfRange = 0x1c010002;  // [C706 appendix E]

datagram::Builder about(datagram::Builder pdu, const Meant& meant) {
  pdu.interface(meant.operation.interface).opnum(meant.operation.opnum);
  if (meant.object) pdu.object(*meant.object);
  return pdu;
}

datagram::Builder asked(const Meant& meant, std::uint32_t sequence) {
  return about(datagram::request(sequence).flags(datagram::kNoFack), meant)
      .stub(meant.sealed ? noise(meant.stub.size()) : meant.stub);
}

Turn answered(const Meant& meant, std::uint32_t sequence) {
  auto pdu = about(datagram::response(sequence), meant);
  if (meant.sealed) pdu.verifier(kNtlmAuth, kPrivacyLevel);
  return {Side::kServer, pdu.stub(meant.sealed ? noise(8) : Buffer(8)).build()};
}

Talk request_in_fragments(const Meant& meant) {
  const auto parts = thirds(meant.stub);
  Talk talk;
  std::uint16_t number = 0;
  for (const Buffer& part : parts) {
    auto pdu = asked(meant, kFirst).stub(part).serial(number);
    pdu.fragment(number, &part == &parts.back());
    talk.push_back({Side::kClient, pdu.build()});
    ++number;
  }
  return talk;
}

Talk request_in(const Meant& meant, Evasion evasion) {
  datagram::Builder pdu = asked(meant, kFirst);
  if (evasion == Evasion::kFragments) return request_in_fragments(meant);
  if (evasion == Evasion::kBigEndian) pdu.big_endian();
  if (evasion == Evasion::kVerifier) pdu.verifier(kNtlmAuth, kIntegrityLevel);
  if (evasion == Evasion::kSealed) pdu.verifier(kNtlmAuth, kPrivacyLevel);
  Talk talk = {{Side::kClient, pdu.build()}};
  if (evasion == Evasion::kCancel)
    talk.push_back(
        {Side::kClient, about(datagram::cancel(kFirst), meant).stub("00000000 01000000").build()});
  return talk;
}

Datagrams fault_first(const Call& call, const Meant& meant) {
  Meant neighbour{call.neighbour, Buffer(8)};
  neighbour.answer = Answer::kFault;
  neighbour.is_neighbour = true;
  return {
      {{Side::kClient, asked(neighbour, kFirst).build()},
       {Side::kServer, about(datagram::fault(kFirst), neighbour).status(kOpnumOutOfRange).build()},
       {Side::kClient, asked(meant, kSecond).build()},
       answered(meant, kSecond)},
      {neighbour, meant}};
}

}  // namespace

Datagrams exchange_datagrams(const Call& call, Evasion evasion) {
  Meant meant{call.operation, call.stub, KnownBy::kBound, 0, call.object};
  if (evasion == Evasion::kObject && !meant.object) meant.object = kAnyObject;
  if (evasion == Evasion::kFaultFirst) return fault_first(call, meant);
  meant.sealed = evasion == Evasion::kSealed;
  if (meant.sealed) meant.answer = Answer::kSealed;
  Talk talk = request_in(meant, evasion);
  talk.push_back(answered(meant, kFirst));
  if (evasion == Evasion::kOneDirection) meant.answer = Answer::kNone;
  return {std::move(talk), {meant}};
}

std::vector<Talk> exchange_datagrams(const Dealing& dealing, const Uuid& activity) {
  Meant meant{dealing.operation, dealing.stub, KnownBy::kBound, 0, dealing.object};
  meant.sealed = seals(dealing.security);
  const Security& security = dealing.security;
  const auto finished = [&](datagram::Builder pdu) {
    if (security.level > 0) pdu.verifier(security.type, security.level);
    return about(pdu.activity(activity), meant).build();
  };
  std::vector<Talk> talks;
  for (std::uint32_t i = 0; i < dealing.calls; ++i) {
    Talk& talk = talks.emplace_back();
    talk.push_back({Side::kClient, finished(asked(meant, i))});
    const auto [kind, code] = dealing.reply;
    const Buffer stub = Wire().zeros(4).u32(code).build();
    if (kind == Reply::Kind::kReturned)
      talk.push_back({Side::kServer, finished(datagram::response(i).stub(
                                         meant.sealed ? noise(stub.size()) : stub))});
    if (kind == Reply::Kind::kFault)
      talk.push_back({Side::kServer, finished(datagram::fault(i).status(code))});
  }
  return talks;
}

}  // namespace rpcsieve::forge
