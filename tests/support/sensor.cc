#include "tests/support/sensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/support/rules.h"

namespace rpcsieve::test {
namespace {

database::Database make_database() {
  Rule key_read("key-read"), secret_open("secret-open"), service("service");
  key_read.call(kLsarpc, {{43, 43}}).stub(utf16("G$BCKUPKEY_"));
  secret_open.call(kLsarpc, {{28, 28}}).stub(text("SECRET"));
  secret_open.sealed(database::Sealed::kIgnore);
  service.call(kSvcctl, {{12, 12}});
  std::string error;
  auto database = database::Database::load(compile(ir({key_read, secret_open, service})), error);
  if (!database) throw std::runtime_error(error);
  return std::move(*database);
}

std::string print(const Endpoint& end) {
  return fmt::format("{}:{}", rpcsieve::print(end.address), end.port);
}

std::string print_interface(const dcerpc::Call& call) {
  const auto name = alert::find_names(call, sensor_database()).interface;
  if (!name.empty()) return std::string(name);
  return call.interface.uuid.is_nil() ? "-" : rpcsieve::print(call.interface.uuid);
}

std::string print(const dcerpc::Outcome& outcome) {
  std::string text(name(outcome.result));
  if (outcome.status) text += fmt::format(" status={:08x}", *outcome.status);
  if (outcome.return_code) text += fmt::format(" {:08x}", *outcome.return_code);
  return text;
}

std::string print(const auth::Identity& user) {
  std::string text;
  if (!user.name.empty() || !user.domain.empty() || !user.workstation.empty())
    text = fmt::format(" user={}\\{}@{}", user.domain.view(), user.name.view(),
                       user.workstation.view());
  if (!user.realm.empty()) text += fmt::format(" realm={}", user.realm.view());
  if (!user.service.empty()) text += fmt::format(" service={}", user.service.view());
  return text;
}

std::string print_rest(const alert::CallRecord& record) {
  const dcerpc::Call& call = record.call;
  std::string text = fmt::format("{} > {} {}", print(record.client), print(record.server),
                                 alert::name(record.transport));
  if (record.transport == match::Transport::kSmb) text += '(' + record.pipe + ')';
  text += fmt::format(" {} {} {} stub={}", print_interface(call), call.opnum, name(call.known_by),
                      call.stub_len);
  if (call.has_object) text += " object=" + rpcsieve::print(call.object);
  if (call.auth != dcerpc::Auth())
    text += " auth=" + dcerpc::name(call.auth.type) + '/' + dcerpc::name(call.auth.level);
  if (call.sealed) text += " sealed";
  if (!call.complete) text += " cut";
  text += print(record.user);
  if (call.fragments != 1) text += fmt::format(" frags={}", call.fragments);
  return text + ": " + print(record.outcome);
}

struct Printer {
  std::string operator()(const alert::CallRecord& record) const {
    return "call " + print_rest(record);
  }
  std::string operator()(const alert::Alert& alert) const {
    const auto& detection = sensor_database().detections()[alert.hit.detection];
    std::string text = fmt::format("alert {} ", sensor_database().text(detection.name));
    if (const auto* call = std::get_if<alert::CallRecord>(&alert.event))
      return text + fmt::format("{} {} {}", alert::name(alert.hit.stub_match), confidence(alert),
                                print_rest(*call));
    if (const auto* bind = std::get_if<alert::BindRecord>(&alert.event))
      return text + (*this)(*bind);
    return text + (*this)(std::get<alert::FileOpen>(alert.event));
  }
  std::string operator()(const alert::BindRecord& bind) const {
    const auto* interface = sensor_database().find_interface(bind.interface.uuid, 0);
    std::string text = fmt::format("bind {} > {} {}", print(bind.client), print(bind.server),
                                   alert::name(bind.transport));
    if (bind.transport == match::Transport::kSmb) text += '(' + bind.pipe + ')';
    return text + fmt::format(" {} v{} {}",
                              interface == nullptr ? rpcsieve::print(bind.interface.uuid)
                                                   : sensor_database().text(interface->name),
                              bind.interface.version_major, name(bind.known_by));
  }
  std::string operator()(const alert::BlindSpot& spot) const {
    const bool has_session = spot.cause == alert::BlindSpot::Cause::kSmbEncrypted;
    return fmt::format("blind {} {} > {} {}", name(spot.cause), print(spot.client),
                       print(spot.server),
                       has_session ? fmt::format("session={}", spot.session)
                                   : std::string(alert::name(spot.transport)));
  }
  std::string operator()(const alert::EndpointRecord& record) const {
    std::string text = fmt::format(
        "endpoint {} {} {} v{} {} {}:{}", record.via, rpcsieve::print(record.server.address),
        rpcsieve::print(record.interface.uuid), record.interface.version_major,
        alert::name(record.transport), record.address, record.port);
    if (!record.pipe.empty()) text += " pipe=" + record.pipe;
    if (!record.annotation.empty()) text += " \"" + record.annotation + '"';
    return text;
  }
  std::string operator()(const alert::FileOpen& open) const {
    return fmt::format("file {} > {} {} {} {} {} {}{}: {}{}{}", print(open.client),
                       print(open.server), open.smb1 ? "smb1" : "smb2", open.share.value_or("-"),
                       open.path.value_or("-"), alert::access_name(open.access_mask),
                       alert::disposition_name(open.disposition),
                       open.directory ? " directory" : "", name(open.result),
                       open.status ? ' ' + alert::status_text(*open.status, open.dos_status) : "",
                       open.action ? ' ' + std::string(alert::action_name(*open.action)) : "");
  }
};

}  // namespace

const database::Database& sensor_database() {
  static const database::Database database = make_database();
  return database;
}

const match::Matcher& sensor_matcher() {
  static const auto matcher = [] {
    std::string error;
    auto made = match::Matcher::create(sensor_database(), error);
    if (!made) throw std::runtime_error(error);
    return made;
  }();
  return *matcher;
}

std::string print(const alert::Record& record) { return std::visit(Printer(), record); }

engine::Options all_calls() {
  engine::Options options = only_alerts();
  options.every_call = true;
  return options;
}

engine::Options only_alerts() {
  engine::Options options;
  options.limits.flows = 4096;
  return options;
}

Sensor::Sensor(const engine::Options& options)
    : engine_(sensor_database(), sensor_matcher(), options) {}

Sensor& Sensor::push(const Capture& capture) {
  for (const Sent& sent : capture) push(sent);
  return *this;
}

Sensor& Sensor::push(const Sent& sent) {
  return push(packet::LinkType::kEthernet, sent.packet.ethernet(), sent.time);
}

Sensor& Sensor::push(packet::LinkType link, const Buffer& frame, Timestamp time, std::size_t cut) {
  // Exactly what was captured, so that AddressSanitizer sees a read beyond it.
  const Buffer captured(frame.begin(), frame.end() - static_cast<std::ptrdiff_t>(cut));
  engine_.push(link, captured, static_cast<std::uint32_t>(frame.size()), time);
  return drain();
}

Sensor& Sensor::finish() {
  engine_.finish();
  return drain();
}

Sensor& Sensor::drain() {
  while (const alert::Record* record = engine_.next()) records_.push_back(print(*record));
  return *this;
}

Records Sensor::records() { return std::exchange(records_, {}); }

Records play(const Capture& capture, const engine::Options& options) {
  return Sensor(options).push(capture).finish().records();
}

Records without_blind_spots(Records records) {
  const auto is_blind = [](const std::string& record) { return record.rfind("blind ", 0) == 0; };
  records.erase(std::remove_if(records.begin(), records.end(), is_blind), records.end());
  return records;
}

Records sorted(Records records) {
  std::sort(records.begin(), records.end());
  return records;
}

}  // namespace rpcsieve::test
