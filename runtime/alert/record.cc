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

std::string_view confidence(const Alert& alert) {
  return alert.hit.inferred ? "inferred" : dcerpc::name(alert.record.call.known_by);
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

database::Returns returns_of(const Alert& alert, const database::Database& database) {
  const dcerpc::Call& call = alert.record.call;
  if (call.known_by != dcerpc::KnownBy::kUnknown) return find_names(call, database).returns;
  const auto& condition = database.conditions()[alert.hit.condition];
  const auto* interface =
      database.find_interface(condition.interface, condition.version_major_first);
  const auto* operation =
      interface == nullptr ? nullptr : database.find_operation(*interface, call.opnum);
  return operation == nullptr ? database::Returns::kUnknown : operation->returns;
}

}  // namespace rpcsieve::alert
