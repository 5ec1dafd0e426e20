// A conversation is put together from three exchanges: a bind or alter_context with what it offers,
// a request with its answer, and a fault. A Style says what all of their PDUs share.
#include "tools/forge/association.h"

#include "tools/forge/auth_builder.h"
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
  Security security = {};
};

Style at_level(std::uint8_t level) { return {false, {kNtlmAuth, level}}; }

// Tokens are what a security provider says in a bind, in its answer, and in the AUTH3 that follows
// if it has a third message.
struct Tokens {
  Buffer ask, give, third;
};

// Nobody has the keys of these exchanges: what a provider would compute is arbitrary.
Tokens tokens_of(std::uint8_t type) {
  switch (type) {
    case kNtlmAuth:
      return {ntlm::negotiate(), ntlm::challenge(), ntlm::authenticate()};
    case kSpnegoAuth:
      return {spnego_init(ntlm::negotiate()), spnego_response(ntlm::challenge()),
              spnego_response(ntlm::authenticate())};
    case kKerberosAuth:
      return {kerberos_framed(ap_req("FORGE.TEST", {"host", "server"})), noise(64), {}};
    case kNetlogonAuth:
      return {nl_auth("FORGE", "WS1"), noise(12), {}};
    default:
      return {noise(64), noise(64), {}};
  }
}

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
  const auto& [type, level] = style.security;
  if (level > 0) {
    const Tokens tokens = tokens_of(type);
    ask.verifier(type, level, tokens.ask);
    give.verifier(type, level, tokens.give);
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
bool signs(const Style& style) { return style.security.level > kConnectLevel; }

void sign(PduBuilder& pdu, const Style& style) {
  if (signs(style)) pdu.verifier(style.security.type, style.security.level, ntlm::signature(0));
}

PduBuilder request_of(const Meant& meant, std::uint32_t call_id, const Style& style) {
  PduBuilder pdu = request(call_id).context_id(meant.context_id).opnum(meant.operation.opnum);
  if (meant.object) pdu.object(*meant.object);
  sign(pdu, style);
  return styled(pdu, style).stub(meant.sealed ? noise(meant.stub.size()) : meant.stub);
}

Buffer response_to(const Meant& meant, std::uint32_t call_id, const Style& style,
                   std::uint32_t code = 0) {
  const Buffer stub = Wire().zeros(4).u32(code).build();
  PduBuilder pdu = response(call_id).context_id(meant.context_id);
  sign(pdu, style);
  return pdu.stub(seals(style.security) ? noise(stub.size()) : stub).build();
}

Buffer fault_to(const Meant& meant, std::uint32_t call_id, std::uint32_t status) {
  return fault(call_id).context_id(meant.context_id).status(status).build();
}

Exchange make(const Meant& meant, std::uint32_t call_id, const Style& style = {}) {
  return {Phase::kCall,
          {request_of(meant, call_id, style).build()},
          response_to(meant, call_id, style)};
}

Exchange refuse(Meant& meant, std::uint32_t call_id, std::uint32_t status) {
  meant.answer = Answer::kFault;
  return {Phase::kCall, {request_of(meant, call_id, {}).build()}, fault_to(meant, call_id, status)};
}

Meant meant_by(const Call& call) { return {call.operation, call.stub, {}, 0, call.object}; }

Meant neighbour_of(const Call& call, std::uint16_t context_id) {
  Meant meant{call.neighbour, Buffer(8)};
  meant.context_id = context_id;
  meant.is_neighbour = true;
  return meant;
}

// complete_security puts the third message of a security provider before a request.
void complete_security(Exchange& exchange, const Style& style) {
  const auto& [type, level] = style.security;
  const Buffer third = tokens_of(type).third;
  if (level == 0 || third.empty()) return;
  exchange.asked.insert(exchange.asked.begin(),
                        styled(auth3(kBindCall), style).verifier(type, level, third).build());
}

Association plain(const Call& call, const Style& style = {}) {
  Meant meant = meant_by(call);
  meant.sealed = seals(style.security);
  if (meant.sealed) meant.answer = Answer::kSealed;
  Association out;
  out.exchanges = {bind_to({{0, call.operation.interface}}, style), make(meant, kFirstCall, style)};
  complete_security(out.exchanges.back(), style);
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

bool seals(const Security& security) { return security.level == kPrivacyLevel; }

std::vector<Exchange> associate(const Dealing& dealing) {
  const Style style{false, dealing.security};
  const std::uint16_t result = dealing.accepted ? kAccepted : kProviderRejected;
  Meant meant{dealing.operation, dealing.stub, {}, 0, dealing.object};
  meant.sealed = seals(dealing.security);
  std::vector<Exchange> out = {bind_to({{0, dealing.operation.interface, kNdr, result}}, style)};
  for (std::uint32_t i = 0; i < dealing.calls; ++i) {
    const std::uint32_t call_id = kFirstCall + i;
    Exchange exchange{Phase::kCall, {request_of(meant, call_id, style).build()}, {}};
    if (!dealing.accepted)
      exchange.answer = fault_to(meant, call_id, kUnknownInterface);
    else if (dealing.reply.kind == Reply::Kind::kReturned)
      exchange.answer = response_to(meant, call_id, style, dealing.reply.code);
    else if (dealing.reply.kind == Reply::Kind::kFault)
      exchange.answer = fault_to(meant, call_id, dealing.reply.code);
    if (i == 0) complete_security(exchange, style);
    out.push_back(std::move(exchange));
  }
  return out;
}

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
      return plain(call, {true, {}});
    case Evasion::kObject:
      return with_object(call);
    case Evasion::kVerifier:
      return plain(call, at_level(kIntegrityLevel));
    case Evasion::kSealed:
      return plain(call, at_level(kPrivacyLevel));
    case Evasion::kAuth3:
      return plain(call, at_level(kConnectLevel));
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
