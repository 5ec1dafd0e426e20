// The names under which records are printed, whatever prints them.
#include "runtime/alert/record.h"

#include "runtime/alert/status_name.h"

namespace rpcsieve::alert {

std::string_view name(database::Severity severity) {
  switch (severity) {
    case database::Severity::kInformational:
      return "informational";
    case database::Severity::kLow:
      return "low";
    case database::Severity::kMedium:
      return "medium";
    case database::Severity::kHigh:
      return "high";
    case database::Severity::kCritical:
      return "critical";
  }
  return "";
}

std::string_view name(match::Transport transport) {
  switch (transport) {
    case match::Transport::kSmb:
      return "smb";
    case match::Transport::kTcp:
      return "tcp";
    case match::Transport::kUdp:
      return "udp";
  }
  return "";
}

std::string_view name(match::StubMatch stub_match) {
  switch (stub_match) {
    case match::StubMatch::kNone:
      return "none";
    case match::StubMatch::kMatched:
      return "matched";
    case match::StubMatch::kUnread:
      return "unread";
  }
  return "";
}

std::string_view name(BlindSpot::Cause cause) {
  switch (cause) {
    case BlindSpot::Cause::kSmbEncrypted:
      return "smb_encrypted";
    case BlindSpot::Cause::kSmbCompressed:
      return "smb_compressed";
    case BlindSpot::Cause::kSmbUnsupported:
      return "smb_unsupported";
    case BlindSpot::Cause::kStubsSealed:
      return "stubs_sealed";
    case BlindSpot::Cause::kStubsCut:
      return "stubs_cut";
    case BlindSpot::Cause::kLostBytes:
      return "stream_lost_bytes";
    case BlindSpot::Cause::kEsp:
      return "packet_esp";
    case BlindSpot::Cause::kCutSegments:
      return "stream_cut_segments";
  }
  return "";
}

namespace {

// common gives what is named alike in all events.
template <class Get>
decltype(auto) common(const Alert& alert, Get get) {
  return std::visit([&](const auto& event) -> decltype(auto) { return get(event); }, alert.event);
}

Timestamp time_of(const CallRecord& record) { return record.call.time; }
Timestamp time_of(const BindRecord& record) { return record.time; }
Timestamp time_of(const FileOpen& open) { return open.time; }

}  // namespace

Timestamp time_of(const Alert& alert) {
  return common(alert, [](const auto& event) { return time_of(event); });
}

std::uint64_t flow_of(const Alert& alert) {
  return common(alert, [](const auto& event) { return event.flow_id; });
}

const Endpoint& client_of(const Alert& alert) {
  return common(alert, [](const auto& event) -> const Endpoint& { return event.client; });
}

const Endpoint& server_of(const Alert& alert) {
  return common(alert, [](const auto& event) -> const Endpoint& { return event.server; });
}

std::string_view confidence(const Alert& alert) {
  if (alert.hit.inferred) return "inferred";
  if (const auto* call = std::get_if<CallRecord>(&alert.event))
    return dcerpc::name(call->call.known_by);
  const auto* bind = std::get_if<BindRecord>(&alert.event);
  return bind == nullptr ? std::string_view() : dcerpc::name(bind->known_by);
}

Names find_names(const dcerpc::Call& call, const database::Database& database) {
  if (call.known_by == dcerpc::KnownBy::kUnknown) return {};
  const auto* interface =
      database.find_interface(call.interface.uuid, call.interface.version_major);
  if (interface == nullptr) return {};
  const auto* operation = database.find_operation(*interface, call.opnum);
  if (operation == nullptr) return {database.text(interface->name), {}};
  return {database.text(interface->name), database.text(operation->name), operation->returns};
}

std::string_view code_name(const dcerpc::Outcome& outcome, database::Returns returns) {
  if (outcome.status) return fault_name(*outcome.status);
  return outcome.return_code ? return_code_name(*outcome.return_code, returns) : std::string_view();
}

database::Returns returns_of(const dcerpc::Call& call, const match::Hit& hit,
                             const database::Database& database) {
  if (call.known_by != dcerpc::KnownBy::kUnknown) return find_names(call, database).returns;
  const auto& condition = database.conditions()[hit.condition];
  const auto* interface =
      database.find_interface(condition.interface, condition.version_major_first);
  const auto* operation =
      interface == nullptr ? nullptr : database.find_operation(*interface, call.opnum);
  return operation == nullptr ? database::Returns::kUnknown : operation->returns;
}

}  // namespace rpcsieve::alert
