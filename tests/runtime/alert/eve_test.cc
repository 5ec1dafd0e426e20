#include "runtime/alert/eve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "compiler/backend/backend.h"
#include "compiler/catalog/catalog.h"

namespace rpcsieve::alert {
namespace {

using dcerpc::AuthLevel;
using dcerpc::AuthType;
using dcerpc::KnownBy;
using dcerpc::Result;
using match::Transport;
using nlohmann::json;

const Uuid kLsarpc = *parse_uuid("12345778-1234-abcd-ef00-0123456789ab");
const Uuid kNobodyKnows = *parse_uuid("deadbeef-0000-4000-8000-00000000cafe");

// Two detections: 0 is `backup-key`, critical, with tags; 1 is `context`, low, without.
compiler::Ir rules() {
  compiler::CallCondition condition;
  condition.interface = kLsarpc;
  condition.opnums = {{43, 43}};
  compiler::Detection theft;
  theft.name = "backup-key";
  theft.id = *parse_uuid("6f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10");
  theft.title = "Backup key \"requested\"";
  theft.severity = database::Severity::kCritical;
  theft.profile = database::Profile::kCore;
  theft.tactic = "credential-access";
  theft.attack = {"T1003.004", "T1555"};
  theft.steps.push_back({{condition}, {}, {}});
  compiler::Detection context = theft;
  context.name = "context";
  context.id = *parse_uuid("7f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10");
  context.severity = database::Severity::kLow;
  context.profile = database::Profile::kHunt;
  context.tactic = "";
  context.attack = {};
  return {{}, {theft, context}};
}

const database::Database& sample_database() {
  static const auto database = [] {
    compiler::Diagnostics diagnostics;
    const auto ir = rules();
    auto bytes = compiler::emit_database(ir, compiler::Sids::assign(ir, nullptr, diagnostics),
                                         compiler::Catalog::builtin(), {}, diagnostics);
    std::string error;
    auto loaded = database::Database::load(bytes.value(), error);
    EXPECT_TRUE(loaded) << error;
    return std::move(loaded).value();
  }();
  return database;
}

auth::Text text(std::string_view value) {
  auth::Text out;
  for (const char c : value) out.add(static_cast<unsigned char>(c));
  return out;
}

// A call of LsarRetrievePrivateData over SMB that succeeded.
CallRecord smb_call() {
  CallRecord record;
  record.flow_id = 77;
  record.client = {*parse_address("10.0.0.5"), 49152};
  record.server = {*parse_address("10.0.0.1"), 445};
  record.transport = Transport::kSmb;
  record.pipe = "lsarpc";
  record.call.time = {1'600'000'000'000'123};
  record.call.call_id = 3;
  record.call.context_id = 1;
  record.call.opnum = 43;
  record.call.interface = {kLsarpc, 0, 0};
  record.call.known_by = KnownBy::kBound;
  record.call.complete = true;
  record.call.fragments = 2;
  record.call.stub_len = 72;
  record.outcome = {Result::kSuccess, std::nullopt, 0};
  record.user.name = text("DC2$");
  record.user.domain = text("LAB");
  record.user.workstation = text("DC2");
  return record;
}

// The same over TCP: nothing known of its interface, sealed, and refused by a fault.
CallRecord tcp_call() {
  CallRecord record = smb_call();
  record.client.address = *parse_address("fe80::5");
  record.server.address = *parse_address("fe80::1");
  record.transport = Transport::kTcp;
  record.pipe = "";
  record.call.known_by = KnownBy::kUnknown;
  record.call.interface = {};
  record.call.has_object = true;
  record.call.object = kNobodyKnows;
  record.call.sealed = true;
  record.call.complete = false;
  record.call.auth = {AuthType::kNtlm, AuthLevel::kPrivacy};
  record.outcome = {Result::kDenied, 5, std::nullopt};
  record.user = {};
  record.user.realm = text("LAB.TEST");
  record.user.service = text("ldap/dc1");
  return record;
}

Alert alert(CallRecord record, std::uint32_t detection = 0) {
  Alert out{std::move(record), {}, {}};
  out.hit.detection = detection;
  out.hit.stub_match = match::StubMatch::kMatched;
  return out;
}

TEST(CallLine, GivesEveryField) {
  EXPECT_EQ(
      call_line(smb_call(), sample_database(), "a\".pcap"),
      R"({"file":"a\".pcap","ts":"2020-09-13T12:26:40.000123+0000","src_ip":"10.0.0.5",)"
      R"("src_port":49152,"dest_ip":"10.0.0.1","dest_port":445,"transport":"smb","pipe":"lsarpc",)"
      R"("uuid":"12345778-1234-abcd-ef00-0123456789ab","version":"0.0","interface":"lsarpc",)"
      R"("opnum":43,"operation":"LsarRetrievePrivateData","call_id":3,"context_id":1,)"
      R"("known_by":"bound","object":null,"stub_len":72,"fragments":2,"complete":true,)"
      R"("auth":{"type":"none","level":"none"},"sealed":false,)"
      R"("outcome":{"result":"success","status":null,"status_name":null,)"
      R"("return_code":"0x00000000","return_code_name":"STATUS_SUCCESS"},)"
      R"("user":{"name":"DC2$","domain":"LAB","workstation":"DC2","realm":null,)"
      R"("service":null,"machine":true}})");
}

TEST(CallLine, GivesNullForWhatIsNotKnown) {
  EXPECT_EQ(
      call_line(tcp_call(), sample_database(), "b.pcap"),
      R"({"file":"b.pcap","ts":"2020-09-13T12:26:40.000123+0000","src_ip":"fe80::5",)"
      R"("src_port":49152,"dest_ip":"fe80::1","dest_port":445,"transport":"tcp","pipe":null,)"
      R"("uuid":null,"version":null,"interface":null,"opnum":43,"operation":null,"call_id":3,)"
      R"("context_id":1,"known_by":"unknown","object":"deadbeef-0000-4000-8000-00000000cafe",)"
      R"("stub_len":72,"fragments":2,"complete":false,"auth":{"type":"ntlm","level":"privacy"},)"
      R"("sealed":true,"outcome":{"result":"denied","status":"0x00000005","status_name":"ERROR_ACCESS_DENIED",)"
      R"("return_code":null,"return_code_name":null},)"
      R"("user":{"name":null,"domain":null,"workstation":null,"realm":"LAB.TEST",)"
      R"("service":"ldap/dc1","machine":false}})");
}

TEST(CallLine, KnowsWhatTheCatalogueLacks) {
  CallRecord foreign = smb_call();
  foreign.call.interface = {kNobodyKnows, 7, 1};
  const json call = json::parse(call_line(foreign, sample_database(), ""));
  EXPECT_EQ(call["uuid"], "deadbeef-0000-4000-8000-00000000cafe");
  EXPECT_EQ(call["version"], "7.1");
  EXPECT_TRUE(call["interface"].is_null());
  EXPECT_TRUE(call["operation"].is_null());
  CallRecord beyond = smb_call();
  beyond.call.opnum = 60'000;
  const json unnamed = json::parse(call_line(beyond, sample_database(), ""));
  EXPECT_EQ(unnamed["interface"], "lsarpc");
  EXPECT_TRUE(unnamed["operation"].is_null());
}

TEST(EveAlert, GivesEveryFieldOverSmb) {
  EXPECT_EQ(
      eve_alert(alert(smb_call()), sample_database(), "a.pcap"),
      R"({"timestamp":"2020-09-13T12:26:40.000123+0000","flow_id":77,"pcap_filename":"a.pcap",)"
      R"("event_type":"alert","src_ip":"10.0.0.5","src_port":49152,"dest_ip":"10.0.0.1",)"
      R"("dest_port":445,"proto":"TCP","app_proto":"smb",)"
      R"("alert":{"action":"allowed","gid":1,"signature_id":9400006,"rev":1,)"
      R"("signature":"Backup key \"requested\"",)"
      R"("category":"Attempted Administrator Privilege Gain","severity":1,"metadata":{)"
      R"("rpcsieve_id":["6f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10"],"rpcsieve_form":["native"],)"
      R"("rpcsieve_profile":["core"],"signature_severity":["critical"],)"
      R"("mitre_tactic_id":["TA0006"],"mitre_tactic_name":["Credential_Access"],)"
      R"("mitre_technique_id":["T1003.004","T1555"]}},)"
      R"("smb":{"filename":"lsarpc","dcerpc":{"request":"REQUEST","response":"RESPONSE",)"
      R"("interfaces":[{"uuid":"12345778-1234-abcd-ef00-0123456789ab","version":"0.0"}],)"
      R"("opnum":43,"req":{"frag_cnt":2,"stub_data_size":72},"call_id":3}},)"
      R"("rpcsieve":{"detection":"backup-key","id":"6f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10",)"
      R"("confidence":"bound","stub_match":"matched","transport":"smb",)"
      R"("uuid":"12345778-1234-abcd-ef00-0123456789ab","version":"0.0","interface":"lsarpc",)"
      R"("opnum":43,"operation":"LsarRetrievePrivateData","pipe":"lsarpc","call_id":3,)"
      R"("context_id":1,"stub_len":72,"sealed":false,"auth":{"type":"none","level":"none"},)"
      R"("outcome":{"result":"success","status":null,"status_name":null,)"
      R"("return_code":"0x00000000","return_code_name":"STATUS_SUCCESS"},)"
      R"("user":{"name":"DC2$","domain":"LAB","workstation":"DC2","realm":null,)"
      R"("service":null,"machine":true},)"
      R"("attack":["T1003.004","T1555"]}})");
}

TEST(EveAlert, GivesEveryFieldOverTcp) {
  Alert inferred = alert(tcp_call(), 1);
  inferred.hit.inferred = true;
  EXPECT_EQ(
      eve_alert(inferred, sample_database(), ""),
      R"({"timestamp":"2020-09-13T12:26:40.000123+0000","flow_id":77,"event_type":"alert",)"
      R"("src_ip":"fe80::5","src_port":49152,"dest_ip":"fe80::1","dest_port":445,)"
      R"("proto":"TCP","app_proto":"dcerpc",)"
      R"("alert":{"action":"allowed","gid":1,"signature_id":9400026,"rev":1,)"
      R"("signature":"Backup key \"requested\"","category":"Misc activity","severity":3,)"
      R"("metadata":{"rpcsieve_id":["7f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10"],)"
      R"("rpcsieve_form":["native"],"rpcsieve_profile":["hunt"],"signature_severity":["low"]}},)"
      R"("dcerpc":{"request":"REQUEST","response":"FAULT",)"
      R"("req":{"opnum":43,"frag_cnt":2,"stub_data_size":72},"call_id":3,"rpc_version":"5.0"},)"
      R"("rpcsieve":{"detection":"context","id":"7f0f2a51-9a0b-4c55-8a0e-2d6f1c1f7b10",)"
      R"("confidence":"inferred","stub_match":"matched","transport":"tcp",)"
      R"("uuid":null,"version":null,"interface":null,"opnum":43,"operation":null,"pipe":null,)"
      R"("call_id":3,"context_id":1,"stub_len":72,"sealed":true,)"
      R"("auth":{"type":"ntlm","level":"privacy"},)"
      R"("outcome":{"result":"denied","status":"0x00000005","status_name":"ERROR_ACCESS_DENIED",)"
      R"("return_code":null,"return_code_name":null},)"
      R"("user":{"name":null,"domain":null,"workstation":null,"realm":"LAB.TEST",)"
      R"("service":"ldap/dc1","machine":false},"attack":[]}})");
}

Alert bind_alert(KnownBy known_by) {
  const CallRecord call = smb_call();
  BindRecord bind;
  bind.time = call.call.time;
  bind.flow_id = 77;
  bind.client = call.client;
  bind.server = call.server;
  bind.transport = Transport::kSmb;
  bind.pipe = "lsarpc";
  bind.call_id = 1;
  bind.interface = {kLsarpc, 0, 0};
  bind.known_by = known_by;
  bind.auth = {AuthType::kNtlm, AuthLevel::kConnect};
  return {bind, {}, {}};
}

Alert file_alert() {
  const CallRecord call = smb_call();
  FileOpen open;
  open.time = call.call.time;
  open.flow_id = 77;
  open.client = call.client;
  open.server = call.server;
  open.session = 9;
  open.tree = 5;
  open.share = "\\\\dc\\ADMIN$";
  open.path = "x.exe";
  open.access_mask = 2;
  open.disposition = 5;
  open.result = Result::kSuccess;
  open.status = 0;
  open.action = 2;
  return {open, {}, {}};
}

TEST(EveAlert, TellsOfABind) {
  Alert alert = bind_alert(KnownBy::kRejected);
  alert.history = History{3, {1'600'000'000'000'000}};
  const json event = json::parse(eve_alert(alert, sample_database(), ""));
  EXPECT_EQ(event["app_proto"], "smb");
  EXPECT_EQ(event["smb"]["filename"], "lsarpc");
  EXPECT_EQ(event["smb"]["dcerpc"]["request"], "BIND");
  EXPECT_EQ(event["smb"]["dcerpc"]["response"], "BINDNAK");
  EXPECT_EQ(event["smb"]["dcerpc"]["interfaces"][0]["uuid"], print(kLsarpc));
  const json& own = event["rpcsieve"];
  EXPECT_EQ(own["confidence"], "rejected");
  EXPECT_EQ(own["bind"], "rejected");
  EXPECT_EQ(own["interface"], "lsarpc");
  EXPECT_EQ(own["auth"]["level"], "connect");
  EXPECT_EQ(own["events"], 3);
  EXPECT_EQ(own["first_event"], "2020-09-13T12:26:40.000000+0000");
  const json accepted = json::parse(eve_alert(bind_alert(KnownBy::kBound), sample_database(), ""));
  EXPECT_EQ(accepted["rpcsieve"]["bind"], "accepted");
  EXPECT_FALSE(accepted["rpcsieve"].contains("events"));
  EXPECT_EQ(json::parse(eve_alert(bind_alert(KnownBy::kOffered), sample_database(),
                                  ""))["rpcsieve"]["bind"],
            "unanswered");
}

TEST(EveAlert, TellsOfAFile) {
  const json event = json::parse(eve_alert(file_alert(), sample_database(), ""));
  EXPECT_EQ(event["proto"], "TCP");
  EXPECT_EQ(event["smb"],
            json::parse(R"({"command":"SMB2_COMMAND_CREATE","status_code":"0x00000000",)"
                        R"("session_id":9,"tree_id":5,"filename":"x.exe",)"
                        R"("share":"\\\\dc\\ADMIN$"})"));
  const json& own = event["rpcsieve"];
  EXPECT_EQ(own["file"],
            json::parse(R"({"dialect":"smb2","share":"ADMIN$","path":"x.exe","access":"write",)"
                        R"("access_mask":"0x00000002","disposition":"overwrite_if",)"
                        R"("directory":false,"action":"created"})"));
  EXPECT_EQ(own["outcome"], json::parse(R"({"result":"success","status":"0x00000000"})"));
  EXPECT_FALSE(own.contains("confidence"));
}

TEST(EveAlert, MapsEachSeverity) {
  struct Case {
    database::Severity severity;
    int eve;
    const char* name;
  };
  const Case cases[] = {{database::Severity::kInformational, 4, "informational"},
                        {database::Severity::kLow, 3, "low"},
                        {database::Severity::kMedium, 2, "medium"},
                        {database::Severity::kHigh, 1, "high"},
                        {database::Severity::kCritical, 1, "critical"}};
  for (const Case& c : cases) {
    auto ir = rules();
    ir.detections[0].severity = c.severity;
    compiler::Diagnostics diagnostics;
    const auto sids = compiler::Sids::assign(ir, nullptr, diagnostics);
    std::string error;
    const auto database = database::Database::load(
        compiler::emit_database(ir, sids, compiler::Catalog::builtin(), {}, diagnostics).value(),
        error);
    ASSERT_TRUE(database) << error;
    const json event = json::parse(eve_alert(alert(smb_call()), *database, ""));
    EXPECT_EQ(event["alert"]["severity"], c.eve) << c.name;
    EXPECT_EQ(event["alert"]["metadata"]["signature_severity"], json::array({c.name}));
  }
}

BlindSpot encrypted() {
  return {
      BlindSpot::Cause::kSmbEncrypted,     {1'600'000'000'000'123},           77,
      {*parse_address("10.0.0.5"), 49152}, {*parse_address("10.0.0.1"), 445}, 0x1122334455667788};
}

TEST(EveBlindSpot, IsAnAnomalyNamedAfterItsCause) {
  EXPECT_EQ(
      eve_blind_spot(encrypted(), "a.pcap"),
      R"({"timestamp":"2020-09-13T12:26:40.000123+0000","flow_id":77,"pcap_filename":"a.pcap",)"
      R"("event_type":"anomaly","src_ip":"10.0.0.5","src_port":49152,"dest_ip":"10.0.0.1",)"
      R"("dest_port":445,"proto":"TCP","app_proto":"smb","anomaly":{"app_proto":"smb",)"
      R"("type":"applayer","event":"smb_encrypted","layer":"proto_parser"},)"
      R"("rpcsieve":{"transport":"smb","session":"0x1122334455667788"}})");
}

// Every cause has the name of its counter, and no other cause's.
TEST(EveBlindSpot, NamesEachCauseAsItsCounter) {
  using Cause = BlindSpot::Cause;
  struct Case {
    Cause cause;
    const char* name;
    const char* type;
  };
  const Case cases[] = {{Cause::kSmbEncrypted, "smb_encrypted", "applayer"},
                        {Cause::kSmbCompressed, "smb_compressed", "applayer"},
                        {Cause::kSmbUnsupported, "smb_unsupported", "applayer"},
                        {Cause::kStubsSealed, "stubs_sealed", "applayer"},
                        {Cause::kStubsCut, "stubs_cut", "applayer"},
                        {Cause::kLostBytes, "stream_lost_bytes", "stream"},
                        {Cause::kCutSegments, "stream_cut_segments", "stream"}};
  for (const Case& c : cases) {
    BlindSpot spot = encrypted();
    spot.cause = c.cause;
    spot.transport = match::Transport::kTcp;
    const json event = json::parse(eve_blind_spot(spot, ""));
    EXPECT_EQ(event["anomaly"]["event"], c.name);
    EXPECT_EQ(event["anomaly"]["type"], c.type) << c.name;
    EXPECT_EQ(event["app_proto"], "dcerpc") << c.name;
    EXPECT_EQ(event["rpcsieve"]["transport"], "tcp") << c.name;
    EXPECT_EQ(std::count(kCounterNames.begin(), kCounterNames.end(), c.name), 1) << c.name;
  }
}

TEST(EveBlindSpot, OfEspHasNoPorts) {
  BlindSpot esp = encrypted();
  esp.cause = BlindSpot::Cause::kEsp;
  EXPECT_EQ(eve_blind_spot(esp, ""),
            R"({"timestamp":"2020-09-13T12:26:40.000123+0000","flow_id":77,"event_type":"anomaly",)"
            R"("src_ip":"10.0.0.5","dest_ip":"10.0.0.1","proto":"ESP",)"
            R"("anomaly":{"type":"decode","event":"packet_esp"}})");
}

TEST(EveStats, HoldsEveryCounter) {
  Counters counters;
  counters.count(Counter::packets, 12);
  counters.count(Counter::alerts, ~0ULL);
  const json event = json::parse(eve_stats(counters, CoverageTable(4), {0}));
  EXPECT_EQ(event["timestamp"], "1970-01-01T00:00:00.000000+0000");
  EXPECT_EQ(event["event_type"], "stats");
  EXPECT_EQ(event["rpcsieve"].size(), kCounterNames.size() + 1);  // and `inspectable`
  EXPECT_EQ(event["rpcsieve"]["packets"], 12);
  EXPECT_EQ(event["rpcsieve"]["alerts"], ~0ULL);
  EXPECT_EQ(event["rpcsieve"]["calls"], 0);
}

TEST(EveStats, SaysWhatWasInspectable) {
  CoverageTable table(1);
  Coverage half;
  half.calls = 4;
  half.calls_read = 2;
  half.calls_sealed = 2;
  table.add({{*parse_address("10.0.0.1"), 445}, match::Transport::kSmb}, half);
  table.add({{*parse_address("10.0.0.2"), 445}, match::Transport::kSmb}, half);
  const json got = json::parse(eve_stats(Counters(), table, {0}))["rpcsieve"]["inspectable"];
  EXPECT_EQ(got["percent"], 50);
  EXPECT_EQ(got["calls"], 8);
  ASSERT_EQ(got["servers"].size(), 1U);
  EXPECT_EQ(got["servers"][0]["ip"], "10.0.0.1");
  EXPECT_EQ(got["servers"][0]["port"], 445);
  EXPECT_EQ(got["servers"][0]["transport"], "smb");
  EXPECT_EQ(got["servers"][0]["calls_sealed"], 2);
  EXPECT_EQ(got["other_servers"]["calls_read"], 2);
}

// Suricata's own schema judges every kind of event, where it and its checker are at hand.
TEST(Eve, IsValidBySuricatasSchema) {
  const std::string checker = RPCSIEVE_SOURCE_DIR "/../shared/accept/eve_valid.py";
  if (!std::filesystem::exists(checker)) GTEST_SKIP() << "no " << checker;
  if (std::system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "no python3-jsonschema";
  }
  CallRecord udp = tcp_call();
  udp.transport = Transport::kUdp;
  udp.outcome = {};
  Alert bind = bind_alert(KnownBy::kRejected);
  std::get<BindRecord>(bind.event).transport = Transport::kTcp;
  bind.history = History{3, {1}};
  BlindSpot lost = encrypted();
  lost.cause = BlindSpot::Cause::kLostBytes;
  BlindSpot esp = encrypted();
  esp.cause = BlindSpot::Cause::kEsp;
  const std::string path = testing::TempDir() + "rpcsieve-eve-test.json";
  std::ofstream(path) << eve_alert(alert(smb_call()), sample_database(), "a.pcap") << '\n'
                      << eve_alert(alert(tcp_call(), 1), sample_database(), "") << '\n'
                      << eve_alert(alert(udp), sample_database(), "\xff") << '\n'
                      << eve_alert(bind_alert(KnownBy::kBound), sample_database(), "") << '\n'
                      << eve_alert(bind, sample_database(), "") << '\n'
                      << eve_alert(file_alert(), sample_database(), "") << '\n'
                      << eve_blind_spot(encrypted(), "a.pcap") << '\n'
                      << eve_blind_spot(lost, "a.pcap") << '\n'
                      << eve_blind_spot(esp, "a.pcap") << '\n'
                      << eve_stats(Counters(), CoverageTable(4), {0}) << '\n';
  EXPECT_EQ(std::system(("/usr/bin/python3 " + checker + " " + path).c_str()), 0);
}

}  // namespace
}  // namespace rpcsieve::alert
