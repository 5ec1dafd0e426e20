#include <gtest/gtest.h>

#include <string>

#include "runtime/dcerpc/pdu.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

std::string number(std::size_t value) { return std::to_string(value); }

std::string text(const InterfaceId& id) {
  return rpcsieve::print(id.uuid).substr(0, 8) + ".." + rpcsieve::print(id.uuid).substr(34) + " v" +
         number(id.version_major) + '.' + number(id.version_minor);
}

std::string contexts(const Pdu& pdu) {
  std::string out;
  ContextItems items(pdu);
  while (const auto item = items.next()) {
    out += " [" + number(item->context_id) + ' ';
    out += item->asks_features ? "features]" : text(item->interface) + ']';
  }
  return out + (items.whole() ? "" : " damaged");
}

std::string results(const Pdu& pdu) {
  std::string out;
  AckResults results(pdu);
  while (const auto accepted = results.next()) out += *accepted ? " yes" : " no";
  return out + (results.whole() ? "" : " damaged");
}

std::string describe_request(const Pdu& pdu) {
  const auto request = parse_request(pdu);
  if (!request) return " no opnum";
  std::string out = " ctx=" + number(request->context_id) + " op=" + number(request->opnum);
  if (request->object) out += " object=" + rpcsieve::print(*request->object).substr(0, 8);
  return out + " stub=" + number(request->stub.size()) + '/' + number(request->stub_length);
}

std::string body(const Pdu& pdu) {
  switch (pdu.header.type) {
    case PduType::kRequest:
      return "request" + describe_request(pdu);
    case PduType::kResponse:
      return "response stub=" + number(response_stub(pdu).size());
    case PduType::kFault: {
      const auto status = fault_status(pdu);
      return "fault " + (status ? number(*status) : "no status");
    }
    case PduType::kBind:
      return "bind" + contexts(pdu);
    case PduType::kAlterContext:
      return "alter_context" + contexts(pdu);
    case PduType::kBindAck:
      return "bind_ack" + results(pdu);
    case PduType::kAlterContextResponse:
      return "alter_context_resp" + results(pdu);
    default:
      return "type " + number(static_cast<std::size_t>(pdu.header.type)) +
             " body=" + number(pdu.body.size());
  }
}

std::string describe(Bytes bytes) {
  const auto pdu = parse(bytes);
  if (!pdu) return "refused";
  std::string out = body(*pdu) + " call=" + number(pdu->header.call_id);
  if (pdu->auth) out += " auth=" + name(pdu->auth->type) + '/' + name(pdu->auth->level);
  if (pdu->cut) out += " cut";
  if (pdu->malformed) out += " malformed";
  return out;
}

Buffer cut(Buffer wire, std::size_t n) {
  wire.resize(n);
  return wire;
}

const Uuid kObject = parse_uuid("a1b2c3d4-0000-1111-2222-333344445555").value();

struct PduCase {
  std::string_view name;
  Buffer wire;
  std::string_view want;
};

const PduCase kCases[] = {
    {"request", request(7).context_id(3).opnum(12).stub("0001").build(),
     "request ctx=3 op=12 stub=2/2 call=7"},
    {"big-endian request", request(7).big_endian().context_id(3).opnum(12).stub("0001").build(),
     "request ctx=3 op=12 stub=2/2 call=7"},
    {"version 5.1", request(1).minor_version(1).build(), "request ctx=0 op=0 stub=0/0 call=1"},
    {"version 5.2", request(1).minor_version(2).build(), "refused"},
    {"object", request(7).object(kObject).opnum(12).stub("0001").build(),
     "request ctx=0 op=12 object=a1b2c3d4 stub=2/2 call=7"},
    {"big-endian object", request(7).big_endian().object(kObject).stub("0001").build(),
     "request ctx=0 op=0 object=a1b2c3d4 stub=2/2 call=7"},
    {"object that does not fit", request(7).object(kObject).opnum(5).frag_length(30).build(),
     "request ctx=0 op=5 stub=0/0 call=7"},
    {"response", response(7).stub("00010203").build(), "response stub=4 call=7"},
    {"response without its fields", response(7).frag_length(20).build(), "response stub=0 call=7"},
    {"fault", fault(7).status(0x1c010002).build(), "fault 469827586 call=7"},
    {"big-endian fault", fault(7).big_endian().status(5).build(), "fault 5 call=7"},
    {"fault without status", cut(fault(7).status(5).build(), 27), "fault no status call=7 cut"},

    {"bind", bind(1).context(0, kSamr).build(), "bind [0 12345778..ac v1.0] call=1"},
    {"two transfer syntaxes before the next item",
     bind(1).context(0, kSamr, {kNdr, kNdr64}).context(9, kLsarpc).build(),
     "bind [0 12345778..ac v1.0] [9 12345778..ab v0.0] call=1"},
    {"no transfer syntax", bind(1).context(4, kSamr, {}).context(5, kLsarpc).build(),
     "bind [4 12345778..ac v1.0] [5 12345778..ab v0.0] call=1"},
    {"big-endian bind", bind(1).big_endian().context(258, kSamr).build(),
     "bind [258 12345778..ac v1.0] call=1"},
    {"features", bind(1).context(0, kSamr).context(1, kSamr, {kFeatures}).build(),
     "bind [0 12345778..ac v1.0] [1 features] call=1"},
    {"big-endian features", bind(1).big_endian().context(1, kSamr, {kFeatures}).build(),
     "bind [1 features] call=1"},
    {"features beside a transfer syntax", bind(1).context(1, kSamr, {kFeatures, kNdr}).build(),
     "bind [1 12345778..ac v1.0] call=1"},
    {"more items than there are", bind(1).context(0, kSamr).items(2).build(),
     "bind [0 12345778..ac v1.0] damaged call=1"},
    {"no items", bind(1).build(), "bind call=1"},
    {"bind with verifier", bind(1).context(0, kSamr).verifier(kNtlmAuth, kPrivacyLevel).build(),
     "bind [0 12345778..ac v1.0] call=1 auth=ntlm/privacy"},
    {"minor version of an interface", bind(1).context(0, {kSamr.uuid, 1, 7}).build(),
     "bind [0 12345778..ac v1.7] call=1"},
    {"alter_context", alter_context(2).context(1, kLsarpc).build(),
     "alter_context [1 12345778..ab v0.0] call=2"},

    {"bind_ack", bind_ack(1).secondary_address("\\PIPE\\lsass").result(kAccepted).build(),
     "bind_ack yes call=1"},
    {"no secondary address", bind_ack(1).result(kProviderRejected).result(kAccepted).build(),
     "bind_ack no yes call=1"},
    {"address padded by 1", bind_ack(1).secondary_address("1234").result(kAccepted).build(),
     "bind_ack yes call=1"},
    {"address padded by 2", bind_ack(1).secondary_address("135").result(kAccepted).build(),
     "bind_ack yes call=1"},
    {"address padded by 3", bind_ack(1).secondary_address("13").result(kAccepted).build(),
     "bind_ack yes call=1"},
    {"big-endian ack",
     bind_ack(1).big_endian().secondary_address("135").result(0).result(2).build(),
     "bind_ack yes no call=1"},
    {"negotiate_ack accepts no context", bind_ack(1).result(0).result(kNegotiateAck).build(),
     "bind_ack yes no call=1"},
    {"more results than there are", bind_ack(1).result(0).items(9).build(),
     "bind_ack yes damaged call=1"},
    {"alter_context_resp", alter_context_response(2).result(kAccepted).build(),
     "alter_context_resp yes call=2"},

    {"bind_nak", bind_nak(3).build(), "type 13 body=5 call=3"},
    {"auth3", auth3(1).verifier(kNtlmAuth, kConnectLevel).build(),
     "type 16 body=4 call=1 auth=ntlm/connect"},
    {"shutdown", shutdown().build(), "type 17 body=0 call=0"},
    {"cancel", cancel(4).build(), "type 18 body=0 call=4"},
    {"orphaned", orphaned(4).build(), "type 19 body=0 call=4"},

    {"verifier and padding", request(1).stub("010203").verifier(kNtlmAuth, kIntegrityLevel).build(),
     "request ctx=0 op=0 stub=3/3 call=1 auth=ntlm/integrity"},
    {"padding of 255 does not fit",
     request(1).stub("010203").verifier(kNtlmAuth, kPrivacyLevel).padding(255).build(),
     "request ctx=0 op=0 stub=8/8 call=1 auth=ntlm/privacy malformed"},
    {"padding into the opnum",
     request(1).stub("010203").verifier(kNtlmAuth, kPrivacyLevel).padding(9).build(),
     "request ctx=0 op=0 stub=8/8 call=1 auth=ntlm/privacy malformed"},
    {"padding is the whole stub",
     request(1).stub("010203").verifier(kNtlmAuth, kPrivacyLevel).padding(8).build(),
     "request ctx=0 op=0 stub=0/0 call=1 auth=ntlm/privacy"},
    {"verifier longer than the PDU",
     request(1).opnum(5).stub("01020304").auth_length(65535).build(),
     "request ctx=0 op=5 stub=4/4 call=1 malformed"},
    {"verifier over the opnum", request(1).opnum(5).stub("01020304").auth_length(1).build(),
     "request ctx=0 op=5 stub=4/4 call=1 malformed"},
    {"verifier over the object",
     request(1).object(kObject).stub("01020304").auth_length(12).build(),
     "request ctx=0 op=0 object=a1b2c3d4 stub=4/4 call=1 malformed"},
    {"length below header", request(1).frag_length(15).build(), "refused"},
    {"length before the opnum", request(1).frag_length(23).build(), "request no opnum call=1"},
    {"bytes behind the PDU are not its own", request(1).stub("01020304").frag_length(26).build(),
     "request ctx=0 op=0 stub=2/2 call=1"},

    {"cut in the stub", cut(request(1).stub("01020304").build(), 25),
     "request ctx=0 op=0 stub=1/4 call=1 cut"},
    {"cut behind the opnum", cut(request(1).opnum(5).stub("01020304").build(), 24),
     "request ctx=0 op=5 stub=0/4 call=1 cut"},
    {"cut in the opnum", cut(request(1).stub("01020304").build(), 23),
     "request no opnum call=1 cut"},
    {"cut in the object", cut(request(1).object(kObject).opnum(5).stub("0102").build(), 39),
     "request ctx=0 op=5 stub=0/2 call=1 cut"},
    {"cut in the sec_trailer: its padding is not known",
     cut(request(1).stub("01").verifier(kNtlmAuth, kPrivacyLevel).build(), 39),
     "request ctx=0 op=0 stub=8/8 call=1 cut"},
    {"cut in the auth value: the stub is whole",
     cut(request(1).stub("01").verifier(kNtlmAuth, kPrivacyLevel).build(), 40),
     "request ctx=0 op=0 stub=1/1 call=1 auth=ntlm/privacy"},
    {"cut bind", cut(bind(1).context(0, kSamr).context(1, kLsarpc).build(), 80),
     "bind [0 12345778..ac v1.0] damaged call=1 cut"},
};

TEST(Parse, EveryCase) {
  for (const PduCase& c : kCases) EXPECT_EQ(describe(c.wire), c.want) << c.name;
}

TEST(Parse, EveryTypeNumber) {
  for (unsigned type = 0; type < 256; ++type) {
    const bool connection_oriented =
        type == 0 || type == 2 || type == 3 || (type > 10 && type < 20);
    const Buffer wire = PduBuilder(static_cast<std::uint8_t>(type), 1).stub(Buffer(64)).build();
    EXPECT_EQ(parse(wire).has_value(), connection_oriented) << type;
  }
}

// A shorter capture of a PDU never shows more of it, and never anything else.
TEST(Parse, EveryPrefixKnowsLess) {
  for (const PduCase& c : kCases) {
    const auto whole = parse(c.wire);
    for (std::size_t n = 0; n < c.wire.size(); ++n) {
      const auto part = parse(Bytes(c.wire).first(n));
      ASSERT_EQ(part.has_value(), whole && n >= 16) << c.name << ' ' << n;
      if (!part) continue;
      EXPECT_LE(part->body.size(), n - 16) << c.name << ' ' << n;
      EXPECT_LE(part->body.size(), part->body_length) << c.name << ' ' << n;
      EXPECT_TRUE(!part->auth || part->auth == whole->auth) << c.name << ' ' << n;
    }
  }
}

}  // namespace
}  // namespace rpcsieve::dcerpc
