#include "runtime/alert/fields.h"

#include <fmt/format.h>

#include "runtime/alert/status_name.h"

namespace rpcsieve::alert {

using dcerpc::KnownBy;
using match::Transport;

void write_hex(JsonWriter& json, std::string_view key, std::optional<std::uint32_t> value) {
  json.text_or_null(key, value ? fmt::format("0x{:08x}", *value) : "");
}

void write_auth(JsonWriter& json, const dcerpc::Auth& auth) {
  json.begin_object("auth");
  json.text("type", dcerpc::name(auth.type));
  json.text("level", dcerpc::name(auth.level));
  json.end_object();
}

void write_outcome(JsonWriter& json, const dcerpc::Outcome& outcome, database::Returns returns) {
  json.begin_object("outcome");
  json.text("result", dcerpc::name(outcome.result));
  write_hex(json, "status", outcome.status);
  json.text_or_null("status_name", outcome.status ? fault_name(*outcome.status) : "");
  write_hex(json, "return_code", outcome.return_code);
  json.text_or_null("return_code_name",
                    outcome.return_code ? return_code_name(*outcome.return_code, returns) : "");
  json.end_object();
}

void write_outcome(JsonWriter& json, const FileOpen& open) {
  json.begin_object("outcome");
  json.text("result", dcerpc::name(open.result));
  json.text_or_null("status", open.status ? status_text(*open.status, open.dos_status) : "");
  json.end_object();
}

void write_user(JsonWriter& json, const auth::Identity& user) {
  json.begin_object("user");
  json.text_or_null("name", user.name.view());
  json.text_or_null("domain", user.domain.view());
  json.text_or_null("workstation", user.workstation.view());
  json.text_or_null("realm", user.realm.view());
  json.text_or_null("service", user.service.view());
  json.boolean("machine", user.is_machine());
  json.end_object();
}

void write_endpoints(JsonWriter& json, const Endpoint& client, const Endpoint& server) {
  json.text("src_ip", print(client.address));
  json.number("src_port", client.port);
  json.text("dest_ip", print(server.address));
  json.number("dest_port", server.port);
}

std::string version_text(const dcerpc::InterfaceId& interface) {
  return fmt::format("{}.{}", interface.version_major, interface.version_minor);
}

void write_interface(JsonWriter& json, const dcerpc::InterfaceId& interface,
                     std::string_view name) {
  json.text("uuid", print(interface.uuid));
  json.text("version", version_text(interface));
  json.text_or_null("interface", name);
}

void write_operation(JsonWriter& json, const dcerpc::Call& call, const Names& names) {
  const bool known = call.known_by != KnownBy::kUnknown;
  json.text_or_null("uuid", known ? print(call.interface.uuid) : "");
  json.text_or_null("version", known ? version_text(call.interface) : "");
  json.text_or_null("interface", names.interface);
  json.number("opnum", call.opnum);
  json.text_or_null("operation", names.operation);
}

void write_common(JsonWriter& json, Timestamp time, std::uint64_t flow_id, std::string_view file,
                  std::string_view event_type) {
  json.text("timestamp", print(time));
  json.number("flow_id", flow_id);
  if (!file.empty()) json.text("pcap_filename", file);
  json.text("event_type", event_type);
}

std::string_view app_proto(Transport transport) {
  return transport == Transport::kSmb ? "smb" : "dcerpc";
}

std::string_view proto(Transport transport) { return transport == Transport::kUdp ? "UDP" : "TCP"; }

}  // namespace rpcsieve::alert
