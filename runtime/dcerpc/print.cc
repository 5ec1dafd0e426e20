// Calls as text, and the names that records use.
#include <string>

#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {
namespace {

std::string print(const InterfaceId& interface) {
  if (interface.uuid.is_nil()) return "-";
  return rpcsieve::print(interface.uuid) + '/' + std::to_string(interface.version_major) + '.' +
         std::to_string(interface.version_minor);
}

std::string number(std::uint8_t value) { return std::to_string(value); }

}  // namespace

std::string print(const Call& call) {
  std::string text = "call=" + std::to_string(call.call_id);
  text += " ctx=" + std::to_string(call.context_id);
  text += " op=" + std::to_string(call.opnum);
  text += " if=" + print(call.interface);
  text += ' ';
  text += name(call.known_by);
  text += " stub=" + std::to_string(call.stub_len);
  text += " frags=" + std::to_string(call.fragments);
  if (call.has_object) text += " object=" + rpcsieve::print(call.object);
  if (call.auth != Auth()) text += " auth=" + name(call.auth.type) + '/' + name(call.auth.level);
  if (call.sealed) text += " sealed";
  if (!call.complete) text += " cut";
  return text;
}

std::string_view name(KnownBy known_by) {
  switch (known_by) {
    case KnownBy::kBound:
      return "bound";
    case KnownBy::kOffered:
      return "offered";
    case KnownBy::kPipe:
      return "pipe";
    case KnownBy::kEndpoint:
      return "endpoint";
    case KnownBy::kUnknown:
      return "unknown";
    case KnownBy::kRejected:
      return "rejected";
  }
  return "";
}

std::string name(AuthType type) {
  switch (type) {
    case AuthType::kNone:
      return "none";
    case AuthType::kSpnego:
      return "spnego";
    case AuthType::kNtlm:
      return "ntlm";
    case AuthType::kSchannelTls:
      return "schannel";
    case AuthType::kKerberos:
      return "kerberos";
    case AuthType::kNetlogon:
      return "netlogon";
  }
  return number(static_cast<std::uint8_t>(type));
}

std::string name(AuthLevel level) {
  switch (level) {
    case AuthLevel::kDefault:  // the same as connect [MS-RPCE §2.2.1.1.8]
    case AuthLevel::kConnect:
      return "connect";
    case AuthLevel::kNone:
      return "none";
    case AuthLevel::kCall:
      return "call";
    case AuthLevel::kPacket:
      return "packet";
    case AuthLevel::kIntegrity:
      return "integrity";
    case AuthLevel::kPrivacy:
      return "privacy";
  }
  return number(static_cast<std::uint8_t>(level));
}

std::string_view name(Result result) {
  switch (result) {
    case Result::kUnanswered:
      return "unanswered";
    case Result::kAnswered:
      return "answered";
    case Result::kSuccess:
      return "success";
    case Result::kDenied:
      return "denied";
    case Result::kFailed:
      return "failed";
    case Result::kFault:
      return "fault";
  }
  return "";
}

}  // namespace rpcsieve::dcerpc
