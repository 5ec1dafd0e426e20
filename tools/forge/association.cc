// A conversation is put together from three exchanges: a bind or alter_context with what it offers,
// a request with its answer, and a fault. A Style says what all of their PDUs share.
#include "tools/forge/association.h"

#include "tools/forge/ntlm_builder.h"

namespace rpcsieve::forge {
namespace {

using Answer = Meant::Answer;
using Phase = Exchange::Phase;

// Statuses of faults [C706 appendix E].
constexpr std::uint32_t kUnknownInterface = 0x1c010003;
constexpr std::uint32_t kOpnumOutOfRange = 0x1c010002;

constexpr std::uint32_t kBindCall = 1, kFirstCall = 2, kSecondCall = 3;

struct Style {
  bool big_endian = false;
  std::uint8_t level = 0;  // of NTLM security; 0: none
};

// Offer is a presentation context of a bind, and what becomes of it.
struct Offer {
  std::uint16_t id = 0;
  Syntax interface;
  Syntax transfer = kNdr;
  std::uint16_t result = kAccepted;
};
using Offers = std::vector<Offer>;

PduBuilder styled(PduBuilder pdu, const Style& style) {
  if (style.big_endian) pdu.big_endian();
  return pdu;
}

Exchange negotiate(PduBuilder ask, PduBuilder give, const Offers& offers, const Style& style) {
  for (const Offer& offer : offers) {
    ask.context(offer.id, offer.interface, {offer.transfer});
    give.result(offer.result);
  }
  if (style.level > 0) {
    ask.verifier(kNtlmAuth, style.level, ntlm::negotiate());
    give.verifier(kNtlmAuth, style.level, ntlm::challenge());
  }
  return {Phase::kBind, {styled(ask, style).build()}, give.secondary_address("49664").build()};
}

Exchange bind_to(const Offers& offers, const Style& style = {}) {
  return negotiate(bind(kBindCall), bind_ack(kBindCall), offers, style);
}

Exchange alter_to(const Offers& offers) {
  return negotiate(alter_context(kBindCall), alter_context_response(kBindCall), offers, {});
}

// signs says whether the PDUs of calls carry verifiers: at connect level they do not.
bool signs(const Style& style) { return style.level >= kIntegrityLevel; }
bool seals(const Style& style) { return style.level == kPrivacyLevel; }

PduBuilder request_of(const Meant& meant, std::uint32_t call_id, const Style& style) {
  PduBuilder pdu = request(call_id).context_id(meant.context_id).opnum(meant.operation.opnum);
  if (meant.object) pdu.object(*meant.object);
  if (signs(style)) pdu.verifier(kNtlmAuth, style.level, ntlm::signature(0));
  return styled(pdu, style).stub(meant.sealed ? noise(meant.stub.size()) : meant.stub);
}

Buffer response_to(const Meant& meant, std::uint32_t call_id, const Style& style) {
  constexpr std::size_t kBytes = 8;
  PduBuilder pdu = response(call_id).context_id(meant.context_id);
  if (signs(style)) pdu.verifier(kNtlmAuth, style.level, ntlm::signature(0));
  return pdu.stub(seals(style) ? noise(kBytes) : Buffer(kBytes)).build();
}

Exchange make(const Meant& meant, std::uint32_t call_id, const Style& style = {}) {
  return {Phase::kCall,
          {request_of(meant, call_id, style).build()},
          response_to(meant, call_id, style)};
}

Exchange refuse(Meant& meant, std::uint32_t call_id, std::uint32_t status) {
  meant.answer = Answer::kFault;
  return {Phase::kCall,
          {request_of(meant, call_id, {}).build()},
          fault(call_id).context_id(meant.context_id).status(status).build()};
}

Meant meant_by(const Call& call) { return {call.operation, call.stub, {}, 0, call.object}; }

Meant neighbour_of(const Call& call, std::uint16_t context_id) {
  Meant meant{call.neighbour, Buffer(8)};
  meant.context_id = context_id;
  meant.is_neighbour = true;
  return meant;
}

Association plain(const Call& call, const Style& style = {}) {
  Meant meant = meant_by(call);
  meant.sealed = seals(style);
  if (meant.sealed) meant.answer = Answer::kSealed;
  Association out;
  out.exchanges = {bind_to({{0, call.operation.interface}}, style), make(meant, kFirstCall, style)};
  if (style.level > 0) {
    auto& asked = out.exchanges.back().asked;
    asked.insert(asked.begin(), styled(auth3(kBindCall), style)
                                    .verifier(kNtlmAuth, style.level, ntlm::authenticate())
                                    .build());
  }
  out.calls = {meant};
  return out;
}

// beside_neighbour offers both interfaces and makes both calls, the neighbour first.
Association beside_neighbour(const Call& call, std::uint16_t context_id) {
  Meant meant = meant_by(call);
  meant.context_id = context_id;
  const Meant neighbour = neighbour_of(call, 0);
  return {{bind_to({{0, call.neighbour.interface}, {context_id, call.operation.interface}}),
           make(neighbour, kFirstCall), make(meant, kSecondCall)},
          {neighbour, meant}};
}

Association coalesced(const Call& call) {
  Association out = beside_neighbour(call, 1);
  Exchange& first = out.exchanges[1];
  const Exchange& second = out.exchanges[2];
  first.asked = {first.asked[0] + second.asked[0]};
  first.answer = first.answer + second.answer;
  out.exchanges.pop_back();
  return out;
}

Association fragments(const Call& call) {
  Association out = plain(call);
  const auto parts = thirds(call.stub);
  auto& asked = out.exchanges.back().asked;
  asked.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    PduBuilder pdu = request_of(out.calls[0], kFirstCall, {}).stub(parts[i]);
    asked.push_back((i == 0                  ? pdu.first()
                     : i + 1 == parts.size() ? pdu.last()
                                             : pdu.middle())
                        .build());
  }
  return out;
}

Association split_writes(const Call& call) {
  Association out = plain(call);
  auto& asked = out.exchanges.back().asked;
  asked = thirds(asked[0]);
  return out;
}

Association altered(const Call& call) {
  Meant meant = meant_by(call);
  meant.context_id = 1;
  return {{bind_to({{0, call.neighbour.interface}}), alter_to({{1, call.operation.interface}}),
           make(meant, kFirstCall)},
          {meant}};
}

Association rejected_context(const Call& call) {
  Meant meant = meant_by(call);
  meant.context_id = 1;
  const Syntax& interface = call.operation.interface;
  return {{bind_to({{0, interface, kNdr64, kProviderRejected}, {1, interface}}),
           make(meant, kFirstCall)},
          {meant}};
}

Association rejected(const Call& call) {
  Meant meant = meant_by(call);
  meant.known_by = KnownBy::kRejected;
  Association out;
  out.exchanges = {bind_to({{0, call.operation.interface, kNdr, kProviderRejected}}),
                   refuse(meant, kFirstCall, kUnknownInterface)};
  out.calls = {meant};
  return out;
}

Association fault_first(const Call& call) {
  Association out = beside_neighbour(call, 1);
  out.exchanges[1] = refuse(out.calls[0], kFirstCall, kOpnumOutOfRange);
  return out;
}

Association cancelled(const Call& call) {
  Association out = plain(call);
  auto& asked = out.exchanges.back().asked;
  asked.insert(asked.begin(), cancel(kBindCall).build());
  return out;
}

Association with_object(Call call) {
  if (!call.object) call.object = kAnyObject;
  return plain(call);
}

// known sets how the calls' interface is known where packets are missing.
Association known(Association out, KnownBy known_by) {
  for (Meant& meant : out.calls) {
    meant.known_by = known_by;
    if (known_by == KnownBy::kOffered) meant.answer = Answer::kNone;
  }
  return out;
}

}  // namespace

const Uuid kAnyObject = parse_uuid("5a1c7d30-9a51-4d2e-8f6b-0c6d0e1f2a3b").value();

Buffer noise(std::size_t n) {
  Buffer out;
  std::uint32_t state = 0x9e3779b9;
  for (; out.size() < n; state = state * 1664525 + 1013904223)
    out.push_back(static_cast<std::uint8_t>(state >> 24));
  return out;
}

std::vector<Buffer> thirds(const Buffer& bytes) {
  const auto at = [&](std::size_t i) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * i / 3);
  };
  return {{at(0), at(1)}, {at(1), at(2)}, {at(2), at(3)}};
}

Association associate(const Call& call, Evasion evasion) {
  switch (evasion) {
    case Evasion::kCoalesced:
      return coalesced(call);
    case Evasion::kFragments:
      return fragments(call);
    case Evasion::kSplitWrites:
      return split_writes(call);
    case Evasion::kAlterContext:
      return altered(call);
    case Evasion::kRejectedContext:
      return rejected_context(call);
    case Evasion::kRejected:
      return rejected(call);
    case Evasion::kOtherContext:
      return beside_neighbour(call, 7);
    case Evasion::kBigEndian:
      return plain(call, {true, 0});
    case Evasion::kObject:
      return with_object(call);
    case Evasion::kVerifier:
      return plain(call, {false, kIntegrityLevel});
    case Evasion::kSealed:
      return plain(call, {false, kPrivacyLevel});
    case Evasion::kAuth3:
      return plain(call, {false, kConnectLevel});
    case Evasion::kCancel:
      return cancelled(call);
    case Evasion::kFaultFirst:
      return fault_first(call);
    case Evasion::kNoBind:
      return known(plain(call), KnownBy::kUnbound);
    case Evasion::kOneDirection:
      return known(plain(call), KnownBy::kOffered);
    default:
      return plain(call);
  }
}

Association associate_neighbour(const Call& call) {
  const Meant neighbour = neighbour_of(call, 0);
  return {{bind_to({{0, call.neighbour.interface}}), make(neighbour, kFirstCall)}, {neighbour}};
}

}  // namespace rpcsieve::forge
