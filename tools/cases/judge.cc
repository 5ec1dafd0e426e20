#include "tools/cases/judge.h"

#include <algorithm>

#include "compiler/catalog/catalog.h"
#include "runtime/alert/record.h"
#include "runtime/engine/outcome.h"

namespace rpcsieve::cases {
namespace {

using compiler::Catalog;
using dcerpc::KnownBy;
using Answer = forge::Meant::Answer;

const compiler::Interface* implied_by(std::string_view pipe) {
  for (const compiler::ImpliedPipe& implied : Catalog::builtin().implied_pipes())
    if (implied.pipe == pipe) return implied.interface;
  return nullptr;
}

dcerpc::Call call_of(const forge::Meant& meant) {
  dcerpc::Call call;
  call.opnum = meant.operation.opnum;
  call.known_by = known_by(meant);
  const forge::Syntax& interface = meant.operation.interface;
  if (call.known_by == KnownBy::kPipe) {
    const compiler::Interface& implied = *implied_by(meant.pipe);
    call.interface = {implied.uuid, implied.version_major, implied.version_minor};
  } else if (call.known_by != KnownBy::kUnknown) {
    call.interface = {interface.uuid, interface.major, interface.minor};
  }
  call.bind_seen = meant.known_by != forge::KnownBy::kUnbound;
  call.has_object = meant.object.has_value();
  call.object = meant.object.value_or(Uuid{});
  call.sealed = meant.sealed;
  call.complete = true;
  return call;
}

dcerpc::Answer answer_to(const forge::Meant& meant) {
  switch (meant.answer) {
    case Answer::kNone:
      return {};
    case Answer::kFault:
      return {dcerpc::Answer::Kind::kFault, 0, false, 0};
    case Answer::kReturned:
    case Answer::kSealed:
      break;
  }
  return {dcerpc::Answer::Kind::kResponse, 0, meant.answer == Answer::kReturned, 0};
}

database::Returns returns_of(const forge::Operation& operation) {
  const auto* interface = Catalog::builtin().find(operation.interface.uuid);
  const auto* known =
      interface == nullptr ? nullptr : compiler::find_operation(*interface, operation.opnum);
  return known == nullptr ? database::Returns::kUnknown : known->returns;
}

}  // namespace

KnownBy known_by(const forge::Meant& meant) {
  switch (meant.known_by) {
    case forge::KnownBy::kBound:
      return KnownBy::kBound;
    case forge::KnownBy::kOffered:
      return KnownBy::kOffered;
    case forge::KnownBy::kRejected:
      return KnownBy::kRejected;
    case forge::KnownBy::kUnbound:
      break;
  }
  return implied_by(meant.pipe) == nullptr ? KnownBy::kUnknown : KnownBy::kPipe;
}

match::Transport transport_bit(forge::Transport transport) {
  if (transport == forge::Transport::kTcp) return match::Transport::kTcp;
  return transport == forge::Transport::kUdp ? match::Transport::kUdp : match::Transport::kSmb;
}

Judge::Judge(const database::Database& database, const match::Matcher& matcher)
    : database_(database), matcher_(matcher), scratch_(matcher.make_scratch()) {}

Judgement Judge::judge(const forge::Meant& meant, forge::Transport transport,
                       const forge::Hosts& hosts) {
  alert::CallRecord record;
  record.call = call_of(meant);
  alert::Alert alert{record, {}, {}};
  const IpAddress client = parse_address(hosts.client).value();
  const IpAddress server = parse_address(hosts.server).value();
  Counters counters;
  std::vector<match::Hit> hits;
  Judgement judgement;
  judgement.blind = matcher_.match(
      {record.call, meant.stub, transport_bit(transport), meant.pipe, client, server}, *scratch_,
      counters, hits);
  const auto outcome = engine::classify(answer_to(meant), returns_of(meant.operation));
  for (const match::Hit& hit : hits) {
    alert.hit = hit;
    const auto& row = database_.detections()[hit.detection];
    judgement.alerts.push_back(
        {std::string(database_.text(row.name)), std::string(alert::confidence(alert)),
         std::string(alert::name(hit.stub_match)), std::string(dcerpc::name(outcome.result))});
  }
  return judgement;
}

bool Judge::fits(const forge::Dealing& dealing, forge::Transport transport,
                 const forge::Hosts& hosts, std::string_view detection, std::size_t step) {
  const forge::Syntax& interface = dealing.operation.interface;
  dcerpc::Call call;
  call.opnum = dealing.operation.opnum;
  call.known_by = KnownBy::kBound;
  call.interface = {interface.uuid, interface.major, interface.minor};
  call.bind_seen = true;
  call.has_object = dealing.object.has_value();
  call.object = dealing.object.value_or(Uuid{});
  if (dealing.security.level > 0)
    call.auth = {static_cast<dcerpc::AuthType>(dealing.security.type),
                 static_cast<dcerpc::AuthLevel>(dealing.security.level), 1};
  call.sealed = seals(dealing.security);
  call.complete = true;
  const IpAddress client = parse_address(hosts.client).value();
  const IpAddress server = parse_address(hosts.server).value();
  const std::string_view pipe = is_smb(transport) ? std::string_view(dealing.pipe) : "";
  Counters counters;
  std::vector<match::Hit> hits;
  matcher_.match({call, dealing.stub, transport_bit(transport), pipe, client, server}, *scratch_,
                 counters, hits);
  return std::any_of(hits.begin(), hits.end(), [&](const match::Hit& hit) {
    return hit.step == step &&
           database_.text(database_.detections()[hit.detection].name) == detection;
  });
}

}  // namespace rpcsieve::cases
