#include "tests/support/calls.h"

namespace rpcsieve::test {

CallBuilder::CallBuilder(std::string_view interface, std::uint16_t opnum, Buffer stub)
    : stub_(std::move(stub)) {
  call_.interface.uuid = parse_uuid(interface).value();
  call_.known_by = dcerpc::KnownBy::kBound;
  call_.opnum = opnum;
  call_.complete = true;
  call_.stub_len = static_cast<std::uint32_t>(stub_.size());
  from("10.0.0.5").to("10.0.0.1");
}

CallBuilder& CallBuilder::version(std::uint16_t major) {
  call_.interface.version_major = major;
  return *this;
}

CallBuilder& CallBuilder::known_by(dcerpc::KnownBy known_by) {
  call_.known_by = known_by;
  if (known_by == dcerpc::KnownBy::kUnknown) call_.interface = {};
  return *this;
}

CallBuilder& CallBuilder::transport(match::Transport transport) {
  transport_ = transport;
  return *this;
}

CallBuilder& CallBuilder::pipe(std::string_view name) {
  pipe_ = name;
  return *this;
}

CallBuilder& CallBuilder::object(std::string_view uuid) {
  call_.has_object = true;
  call_.object = parse_uuid(uuid).value();
  return *this;
}

CallBuilder& CallBuilder::from(std::string_view address) {
  client_ = parse_address(address).value();
  return *this;
}

CallBuilder& CallBuilder::to(std::string_view address) {
  server_ = parse_address(address).value();
  return *this;
}

CallBuilder& CallBuilder::auth(dcerpc::AuthType type, dcerpc::AuthLevel level) {
  call_.auth = {type, level, 0};
  return *this;
}

CallBuilder& CallBuilder::sealed() {
  call_.sealed = true;
  return *this;
}

CallBuilder& CallBuilder::cut() {
  call_.complete = false;
  ++call_.stub_len;
  return *this;
}

namespace {

// alternative counts the conditions of the same detection that come before.
std::uint32_t alternative(const database::Database& database, std::uint32_t condition) {
  const auto rows = database.conditions();
  std::uint32_t first = condition;
  while (first > 0 && rows[first - 1].detection == rows[condition].detection) --first;
  return condition - first;
}

}  // namespace

std::string print_hits(const database::Database& database, const std::vector<match::Hit>& hits) {
  constexpr std::string_view kNames[] = {"none", "matched", "unread"};
  std::string out;
  for (const match::Hit& hit : hits) {
    if (!out.empty()) out += "; ";
    out += database.text(database.detections()[hit.detection].name);
    if (const auto number = alternative(database, hit.condition); number > 0)
      out += "/" + std::to_string(number);
    out += ' ';
    out += kNames[static_cast<std::size_t>(hit.stub_match)];
    if (hit.inferred) out += " inferred";
  }
  return out;
}

}  // namespace rpcsieve::test
