// An alert is told twice: in EVE's words, as far as EVE has any for its event (`smb`, `dcerpc`),
// and in full under `rpcsieve`.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <span>

#include "runtime/alert/eve.h"
#include "runtime/alert/fields.h"

namespace rpcsieve::alert {
namespace {

using dcerpc::KnownBy;
using match::Transport;

// A line of any kind fits, so a string grows only once.
constexpr std::size_t kLineBytes = 1536;

// EVE's severity of each of ours; it counts from 1, the worst.
constexpr std::array<std::uint64_t, 5> kEveSeverities = {4, 3, 2, 1, 1};

// answer_name uses Suricata's words for what a request got. Only a fault has a status.
std::string_view answer_name(const dcerpc::Outcome& outcome) {
  if (outcome.result == dcerpc::Result::kUnanswered) return "UNREPLIED";
  return outcome.status ? "FAULT" : "RESPONSE";
}

void write_interfaces(JsonWriter& json, const dcerpc::InterfaceId& interface) {
  json.begin_array("interfaces");
  json.begin_object();
  json.text("uuid", print(interface.uuid));
  json.text("version", version_text(interface));
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
  if (record.call.known_by != KnownBy::kUnknown) write_interfaces(json, record.call.interface);
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

// bind_answer_name uses Suricata's words. A refused bind and a refused item of one are the same.
std::string_view bind_answer_name(KnownBy known_by) {
  if (known_by == KnownBy::kOffered) return "UNREPLIED";
  return known_by == KnownBy::kBound ? "BINDACK" : "BINDNAK";
}

void write_dcerpc(JsonWriter& json, const BindRecord& record) {
  json.begin_object("dcerpc");
  json.text("request", "BIND");
  json.text("response", bind_answer_name(record.known_by));
  write_interfaces(json, record.interface);
  json.number("call_id", record.call_id);
  if (record.transport != Transport::kSmb) json.text("rpc_version", "5.0");
  json.end_object();
}

template <class Record>
void write_protocol(JsonWriter& json, const Record& record) {
  if (record.transport != Transport::kSmb) return write_dcerpc(json, record);
  json.begin_object("smb");
  if (!record.pipe.empty()) json.text("filename", record.pipe);
  write_dcerpc(json, record);
  json.end_object();
}

void write_protocol(JsonWriter& json, const FileOpen& open) {
  json.begin_object("smb");
  if (!open.smb1) json.text("command", "SMB2_COMMAND_CREATE");
  if (open.status) json.text("status_code", status_text(*open.status, open.dos_status));
  json.number("session_id", open.session);
  json.number("tree_id", open.tree);
  if (open.path) json.text("filename", *open.path);
  if (open.share) json.text("share", *open.share);
  json.end_object();
}

Transport transport_of(const CallRecord& record) { return record.transport; }
Transport transport_of(const BindRecord& record) { return record.transport; }
Transport transport_of(const FileOpen&) { return Transport::kSmb; }

using Tags = std::span<const database::Text>;

void write_tags(JsonWriter& json, std::string_view key, Tags tags,
                const database::Database& database) {
  json.begin_array(key);
  for (const auto& tag : tags) json.element(database.text(tag));
  json.end_array();
}

// Attack is a detection's tags: a tactic's id and name stand before the techniques, if it is known.
struct Attack {
  Tags tactic, techniques;
};

Attack attack_of(const database::DetectionRow& detection, const database::Database& database) {
  const Tags tags = database.tags(detection.attack);
  const bool known = tags.size() >= 2 && database.text(tags[0]).starts_with("TA");
  const std::size_t split = known ? 2 : 0;
  return {tags.first(split), tags.subspan(split)};
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
  write_list_of_one(json, "rpcsieve_profile",
                    detection.profile == database::Profile::kCore ? "core" : "hunt");
  write_list_of_one(json, "signature_severity", name(detection.severity));
  const auto [tactic, techniques] = attack_of(detection, database);
  if (!tactic.empty()) {
    write_list_of_one(json, "mitre_tactic_id", database.text(tactic[0]));
    write_list_of_one(json, "mitre_tactic_name", database.text(tactic[1]));
  }
  if (!techniques.empty()) write_tags(json, "mitre_technique_id", techniques, database);
  json.end_object();
}

std::string signature_text(const database::DetectionRow& detection,
                           const database::Database& database) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.text("action", "allowed");
  json.number("gid", 1);
  json.number("signature_id", detection.sid);
  json.number("rev", detection.rev);
  json.text("signature", database.text(detection.title));
  json.text("category", database.text(detection.category));
  json.number("severity", kEveSeverities[static_cast<std::size_t>(detection.severity)]);
  write_metadata(json, detection, database);
  json.end_object();
  return text;
}

// write_facts writes what EVE has no place for, of each kind of event.
void write_facts(JsonWriter& json, const Alert& alert, const CallRecord& record,
                 const database::Database& database) {
  const dcerpc::Call& call = record.call;
  json.text("confidence", confidence(alert));
  json.text("stub_match", name(alert.hit.stub_match));
  json.text("transport", name(record.transport));
  write_operation(json, call, find_names(call, database));
  json.text_or_null("pipe", record.pipe);
  json.number("call_id", call.call_id);
  json.number("context_id", call.context_id);
  json.number("stub_len", call.stub_len);
  json.boolean("sealed", call.sealed);
  write_auth(json, call.auth);
  write_outcome(json, record.outcome, returns_of(call, alert.hit, database));
  write_user(json, record.user);
}

std::string_view bind_result(KnownBy known_by) {
  if (known_by == KnownBy::kOffered) return "unanswered";
  return known_by == KnownBy::kBound ? "accepted" : "rejected";
}

void write_facts(JsonWriter& json, const Alert& alert, const BindRecord& record,
                 const database::Database& database) {
  const auto& id = record.interface;
  const auto* interface = database.find_interface(id.uuid, id.version_major);
  json.text("confidence", confidence(alert));
  json.text("transport", name(record.transport));
  write_interface(json, id, interface == nullptr ? "" : database.text(interface->name));
  json.text_or_null("pipe", record.pipe);
  json.number("call_id", record.call_id);
  json.number("context_id", record.context_id);
  write_auth(json, record.auth);
  json.text("bind", bind_result(record.known_by));
  write_user(json, record.user);
}

void write_facts(JsonWriter& json, const Alert&, const FileOpen& open, const database::Database&) {
  json.text("transport", name(Transport::kSmb));
  json.begin_object("file");
  json.text("dialect", open.smb1 ? "smb1" : "smb2");
  json.text_or_null("share", share_name(open.share.value_or("")));
  open.path ? json.text("path", *open.path) : json.null("path");
  json.text("access", access_name(open.access_mask));
  write_hex(json, "access_mask", open.access_mask);
  json.text_or_null("disposition", disposition_name(open.disposition));
  json.boolean("directory", open.directory);
  json.text_or_null("action", open.action ? action_name(*open.action) : "");
  json.end_object();
  write_outcome(json, open);
  write_user(json, open.user);
}

void write_own(JsonWriter& json, const Alert& alert, const database::DetectionRow& detection,
               const database::Database& database) {
  json.begin_object("rpcsieve");
  json.text("detection", database.text(detection.name));
  json.text("id", print(Uuid{detection.id}));
  std::visit([&](const auto& event) { write_facts(json, alert, event, database); }, alert.event);
  if (alert.history) {
    json.number("events", alert.history->events);
    json.text("first_event", print(alert.history->first));
  }
  write_tags(json, "attack", attack_of(detection, database).techniques, database);
  json.end_object();
}

}  // namespace

const std::string& Signatures::of(std::uint32_t detection) {
  std::string& text = texts_[detection];
  if (text.empty()) text = signature_text(database_.detections()[detection], database_);
  return text;
}

std::string eve_alert(const Alert& alert, const database::Database& database,
                      std::string_view file) {
  Signatures signatures(database);
  return eve_alert(alert, signatures, file);
}

std::string eve_alert(const Alert& alert, Signatures& signatures, std::string_view file) {
  const database::Database& database = signatures.database();
  const auto& detection = database.detections()[alert.hit.detection];
  std::string line;
  line.reserve(kLineBytes);
  JsonWriter json(line);
  json.begin_object();
  write_common(json, time_of(alert), flow_of(alert), file, "alert");
  write_endpoints(json, client_of(alert), server_of(alert));
  std::visit(
      [&](const auto& event) {
        json.text("proto", proto(transport_of(event)));
        json.text("app_proto", app_proto(transport_of(event)));
        json.raw("alert", signatures.of(alert.hit.detection));
        write_protocol(json, event);
      },
      alert.event);
  write_own(json, alert, detection, database);
  json.end_object();
  return line;
}

}  // namespace rpcsieve::alert
