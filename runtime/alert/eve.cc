// Alerts, blind spots, counters and calls as JSON lines. What several of them hold is written by
// one function each, so that a field looks the same wherever it stands. The EVE parts follow the
// schema that Suricata publishes (etc/schema.json), which allows no field of ours but `rpcsieve`.
#include "runtime/alert/eve.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>

#include "runtime/alert/json.h"
#include "runtime/alert/status_name.h"

namespace rpcsieve::alert {
namespace {

using dcerpc::KnownBy;
using match::Transport;

// A line of either kind fits, so a string grows only once.
constexpr std::size_t kLineBytes = 1536;

// EVE's severity of each of ours; it counts from 1, the worst.
constexpr std::array<std::uint64_t, 5> kEveSeverities = {4, 3, 2, 1, 1};

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

// write_operation writes what was called: null for all that is not known.
void write_operation(JsonWriter& json, const dcerpc::Call& call, const Names& names) {
  const bool known = call.known_by != KnownBy::kUnknown;
  json.text_or_null("uuid", known ? print(call.interface.uuid) : "");
  json.text_or_null("version", known ? version_text(call.interface) : "");
  json.text_or_null("interface", names.interface);
  json.number("opnum", call.opnum);
  json.text_or_null("operation", names.operation);
}

// write_common writes what every EVE event of a flow begins with.
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

// answer_name uses Suricata's words for what a request got. Only a fault has a status.
std::string_view answer_name(const dcerpc::Outcome& outcome) {
  if (outcome.result == dcerpc::Result::kUnanswered) return "UNREPLIED";
  return outcome.status ? "FAULT" : "RESPONSE";
}

void write_interfaces(JsonWriter& json, const dcerpc::Call& call) {
  if (call.known_by == KnownBy::kUnknown) return;
  json.begin_array("interfaces");
  json.begin_object();
  json.text("uuid", print(call.interface.uuid));
  json.text("version", version_text(call.interface));
  json.end_object();
  json.end_array();
}

// write_dcerpc writes EVE's `dcerpc` object, which differs a little inside `smb`: there the opnum
// is its own, elsewhere one of the request's.
void write_dcerpc(JsonWriter& json, const CallRecord& record) {
  const bool smb = record.transport == Transport::kSmb;
  json.begin_object("dcerpc");
  json.text("request", "REQUEST");
  json.text("response", answer_name(record.outcome));
  write_interfaces(json, record.call);
  if (smb) json.number("opnum", record.call.opnum);
  json.begin_object("req");
  if (!smb) json.number("opnum", record.call.opnum);
  json.number("frag_cnt", record.call.fragments);
  json.number("stub_data_size", record.call.stub_len);
  json.end_object();
  json.number("call_id", record.call.call_id);
  if (!smb) json.text("rpc_version", record.transport == Transport::kUdp ? "4.0" : "5.0");
  json.end_object();
}

void write_protocol(JsonWriter& json, const CallRecord& record) {
  if (record.transport != Transport::kSmb) return write_dcerpc(json, record);
  json.begin_object("smb");
  if (!record.pipe.empty()) json.text("filename", record.pipe);
  write_dcerpc(json, record);
  json.end_object();
}

void write_tags(JsonWriter& json, std::string_view key, const database::DetectionRow& detection,
                const database::Database& database) {
  json.begin_array(key);
  for (const auto& tag : database.tags(detection.attack)) json.element(database.text(tag));
  json.end_array();
}

void write_list_of_one(JsonWriter& json, std::string_view key, std::string_view value) {
  json.begin_array(key);
  json.element(value);
  json.end_array();
}

void write_metadata(JsonWriter& json, const database::DetectionRow& detection,
                    const database::Database& database) {
  json.begin_object("metadata");
  write_list_of_one(json, "rpcsieve_id", print(Uuid{detection.id}));
  write_list_of_one(json, "rpcsieve_form", "native");
  write_list_of_one(json, "signature_severity", name(detection.severity));
  if (detection.attack.count > 0) write_tags(json, "mitre_technique_id", detection, database);
  json.end_object();
}

void write_signature(JsonWriter& json, const database::DetectionRow& detection,
                     const database::Database& database) {
  json.begin_object("alert");
  json.text("action", "allowed");
  json.number("gid", 1);
  json.number("signature_id", detection.sid);
  json.number("rev", detection.rev);
  json.text("signature", database.text(detection.title));
  json.text("category", database.text(detection.category));
  json.number("severity", kEveSeverities[static_cast<std::size_t>(detection.severity)]);
  write_metadata(json, detection, database);
  json.end_object();
}

// write_own writes what EVE has no place for.
void write_own(JsonWriter& json, const Alert& alert, const database::DetectionRow& detection,
               const database::Database& database) {
  const dcerpc::Call& call = alert.record.call;
  json.begin_object("rpcsieve");
  json.text("detection", database.text(detection.name));
  json.text("id", print(Uuid{detection.id}));
  json.text("confidence", confidence(alert));
  json.text("stub_match", name(alert.hit.stub_match));
  json.text("transport", name(alert.record.transport));
  write_operation(json, call, find_names(call, database));
  json.text_or_null("pipe", alert.record.pipe);
  json.number("call_id", call.call_id);
  json.number("context_id", call.context_id);
  json.number("stub_len", call.stub_len);
  json.boolean("sealed", call.sealed);
  write_auth(json, call.auth);
  write_outcome(json, alert.record.outcome, returns_of(alert, database));
  write_user(json, alert.record.user);
  write_tags(json, "attack", detection, database);
  json.end_object();
}

// write_anomaly tells a blind spot in Suricata's terms: its anomalies are of the stream, or of an
// application's protocol, and only these have a layer.
void write_anomaly(JsonWriter& json, const BlindSpot& spot) {
  const bool of_stream =
      spot.cause == BlindSpot::Cause::kLostBytes || spot.cause == BlindSpot::Cause::kCutSegments;
  json.begin_object("anomaly");
  json.text("app_proto", app_proto(spot.transport));
  json.text("type", of_stream ? "stream" : "applayer");
  json.text("event", name(spot.cause));
  if (!of_stream) json.text("layer", "proto_parser");
  json.end_object();
}

// write_hidden writes what of a connection is hidden.
void write_hidden(JsonWriter& json, const BlindSpot& spot) {
  write_endpoints(json, spot.client, spot.server);
  json.text("proto", proto(spot.transport));
  json.text("app_proto", app_proto(spot.transport));
  write_anomaly(json, spot);
  json.begin_object("rpcsieve");
  json.text("transport", name(spot.transport));
  if (spot.cause == BlindSpot::Cause::kSmbEncrypted) {
    json.text("session", fmt::format("0x{:016x}", spot.session));
  }
  json.end_object();
}

// write_esp writes that everything between two addresses is.
void write_esp(JsonWriter& json, const BlindSpot& spot) {
  json.text("src_ip", print(spot.client.address));
  json.text("dest_ip", print(spot.server.address));
  json.text("proto", "ESP");
  json.begin_object("anomaly");
  json.text("type", "decode");
  json.text("event", name(spot.cause));
  json.end_object();
}

void write_coverage(JsonWriter& json, const Coverage& coverage) {
  json.number("percent", inspectable(coverage));
  for (const CoverageField& field : kCoverageFields) json.number(field.name, coverage.*field.value);
}

// write_inspectable writes how much of the SMB and RPC traffic could be inspected.
void write_inspectable(JsonWriter& json, const CoverageTable& table) {
  json.begin_object("inspectable");
  write_coverage(json, table.total());
  json.begin_array("servers");
  for (const auto& [service, coverage] : table.services()) {
    json.begin_object();
    json.text("ip", print(service.server.address));
    json.number("port", service.server.port);
    json.text("transport", name(service.transport));
    write_coverage(json, coverage);
    json.end_object();
  }
  json.end_array();
  json.begin_object("other_servers");
  write_coverage(json, table.others());
  json.end_object();
  json.end_object();
}

}  // namespace

std::string eve_alert(const Alert& alert, const database::Database& database,
                      std::string_view file) {
  const auto& detection = database.detections()[alert.hit.detection];
  const CallRecord& record = alert.record;
  std::string line;
  line.reserve(kLineBytes);
  JsonWriter json(line);
  json.begin_object();
  write_common(json, record.call.time, record.flow_id, file, "alert");
  write_endpoints(json, record.client, record.server);
  json.text("proto", proto(record.transport));
  json.text("app_proto", app_proto(record.transport));
  write_signature(json, detection, database);
  write_protocol(json, record);
  write_own(json, alert, detection, database);
  json.end_object();
  return line;
}

std::string eve_blind_spot(const BlindSpot& spot, std::string_view file) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  write_common(json, spot.time, spot.flow_id, file, "anomaly");
  if (spot.cause == BlindSpot::Cause::kEsp)
    write_esp(json, spot);
  else
    write_hidden(json, spot);
  json.end_object();
  return line;
}

std::string eve_stats(const Counters& counters, const CoverageTable& coverage, Timestamp time) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.text("timestamp", print(time));
  json.text("event_type", "stats");
  json.begin_object("rpcsieve");
  for (std::size_t i = 0; i < kCounterNames.size(); ++i) {
    json.number(kCounterNames[i], counters[static_cast<Counter>(i)]);
  }
  write_inspectable(json, coverage);
  json.end_object();
  json.end_object();
  return line;
}

std::string call_line(const CallRecord& record, const database::Database& database,
                      std::string_view file) {
  const dcerpc::Call& call = record.call;
  std::string line;
  line.reserve(kLineBytes / 2);
  JsonWriter json(line);
  json.begin_object();
  json.text("file", file);
  json.text("ts", print(call.time));
  write_endpoints(json, record.client, record.server);
  json.text("transport", name(record.transport));
  json.text_or_null("pipe", record.pipe);
  const Names names = find_names(call, database);
  write_operation(json, call, names);
  json.number("call_id", call.call_id);
  json.number("context_id", call.context_id);
  json.text("known_by", dcerpc::name(call.known_by));
  json.text_or_null("object", call.has_object ? print(call.object) : "");
  json.number("stub_len", call.stub_len);
  json.number("fragments", call.fragments);
  json.boolean("complete", call.complete);
  write_auth(json, call.auth);
  json.boolean("sealed", call.sealed);
  write_outcome(json, record.outcome, names.returns);
  write_user(json, record.user);
  json.end_object();
  return line;
}

std::string file_line(const FileOpen& open, std::string_view file) {
  std::string line;
  line.reserve(kLineBytes / 2);
  JsonWriter json(line);
  json.begin_object();
  json.text("file", file);
  json.text("ts", print(open.time));
  write_endpoints(json, open.client, open.server);
  json.text("dialect", open.smb1 ? "smb1" : "smb2");
  json.text("session", fmt::format("0x{:016x}", open.session));
  json.number("tree", open.tree);
  json.text_or_null("share", share_name(open.share.value_or("")));
  json.text_or_null("share_path", open.share.value_or(""));
  open.path ? json.text("path", *open.path) : json.null("path");
  json.text("access", access_name(open.access_mask));
  write_hex(json, "access_mask", open.access_mask);
  json.text_or_null("disposition", disposition_name(open.disposition));
  json.boolean("directory", open.directory);
  json.text("result", dcerpc::name(open.result));
  json.text_or_null("status", open.status ? status_text(*open.status, open.dos_status) : "");
  json.text_or_null("action", open.action ? action_name(*open.action) : "");
  json.end_object();
  return line;
}

}  // namespace rpcsieve::alert
