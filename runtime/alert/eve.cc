// Blind spots, counters, calls and files as JSON lines; alerts have a file of their own. The EVE
// parts follow the schema that Suricata publishes (etc/schema.json), which allows no field of ours
// but `rpcsieve`.
#include "runtime/alert/eve.h"

#include <fmt/format.h>

#include <cstddef>

#include "runtime/alert/fields.h"

namespace rpcsieve::alert {
namespace {

// A line of either kind fits, so a string grows only once.
constexpr std::size_t kLineBytes = 768;

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

void write_interfaces(JsonWriter& json, std::span<const Interface> interfaces) {
  json.begin_array("interfaces");
  for (const Interface& interface : interfaces) {
    json.begin_object();
    json.text("interface", interface.name);
    json.number("received", interface.received);
    json.number("dropped", interface.dropped);
    json.number("interface_dropped", interface.interface_dropped);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

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

std::string eve_stats(const Counters& counters, const CoverageTable& coverage, Timestamp time,
                      std::span<const Interface> interfaces) {
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
  if (!interfaces.empty()) write_interfaces(json, interfaces);
  json.end_object();
  json.end_object();
  return line;
}

std::string call_line(const CallRecord& record, const database::Database& database,
                      std::string_view file) {
  const dcerpc::Call& call = record.call;
  std::string line;
  line.reserve(kLineBytes);
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
  line.reserve(kLineBytes);
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
