#include "runtime/engine/endpoints.h"

#include <algorithm>
#include <string>

namespace rpcsieve::engine {

using dcerpc::KnownBy;
using dcerpc::MappedEndpoint;

namespace {

constexpr std::uint16_t kMapperPort = 135;  // of TCP and UDP [MS-RPCE §2.1.1.1]
constexpr std::uint16_t kMapperVersion = 3;

bool same(const dcerpc::InterfaceId& a, const dcerpc::InterfaceId& b) {
  return a.uuid == b.uuid && a.version_major == b.version_major;
}

match::Transport transport_of(MappedEndpoint::Protocol protocol) {
  switch (protocol) {
    case MappedEndpoint::Protocol::kTcp:
      return match::Transport::kTcp;
    case MappedEndpoint::Protocol::kUdp:
      return match::Transport::kUdp;
    case MappedEndpoint::Protocol::kPipe:
      return match::Transport::kSmb;
  }
  return match::Transport::kTcp;
}

// host_name takes the backslashes off, which precede a NetBIOS name.
std::string host_name(std::string_view host) {
  return std::string(host.substr(std::min(host.find_first_not_of('\\'), host.size())));
}

// pipe_name gives a pipe's name as that of a call is given.
std::string pipe_name(std::string_view pipe) {
  constexpr std::string_view kPrefix = "\\pipe\\";
  std::string name(pipe);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name.substr(0, kPrefix.size()) == kPrefix ? name.substr(kPrefix.size()) : name;
}

}  // namespace

bool Endpoints::is_query(const dcerpc::Call& call, match::Transport transport,
                         const Endpoint& server) {
  if (call.opnum != dcerpc::kEptLookup && call.opnum != dcerpc::kEptMap) return false;
  if (call.sealed || call.known_by == KnownBy::kRejected) return false;
  if (call.known_by != KnownBy::kUnknown) {
    return call.interface.uuid == dcerpc::kEndpointMapper &&
           call.interface.version_major == kMapperVersion;
  }
  return !call.bind_seen && transport == match::Transport::kTcp && server.port == kMapperPort;
}

const std::vector<MappedEndpoint>& Endpoints::read(std::uint16_t opnum,
                                                   const dcerpc::Response& response) {
  read_.clear();
  dcerpc::read_endpoints(opnum, response, read_);
  return read_;
}

void Endpoints::learn(const IpAddress& client, const IpAddress& server,
                      const MappedEndpoint& endpoint) {
  if (endpoint.protocol != MappedEndpoint::Protocol::kTcp) return;
  if (endpoint.address.value_or(server) != server) return;
  const Key key = {client, {server, endpoint.port}};
  const auto known = index_.find(key);
  if (known == index_.end()) {
    rows_[add(key)].interface = endpoint.interface;
    return;
  }
  Row& row = rows_[known->second];
  row.ambiguous = row.ambiguous || !same(row.interface, endpoint.interface);
  learned_.leave(known->second);
  learned_.join(known->second);
}

std::uint32_t Endpoints::add(const Key& key) {
  if (index_.size() >= limits_.endpoints) forget_oldest();
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.emplace_back();
  }
  const std::uint32_t row = free_.back();
  free_.pop_back();
  rows_[row] = {key, {}, false};
  index_.emplace(key, row);
  learned_.join(row);
  return row;
}

void Endpoints::forget_oldest() {
  const std::uint32_t row = learned_.oldest();
  counters_.count(Counter::endpoints_dropped);
  learned_.leave(row);
  index_.erase(rows_[row].key);
  free_.push_back(row);
}

const dcerpc::InterfaceId* Endpoints::find(const IpAddress& client, const Endpoint& server) const {
  if (index_.empty()) return nullptr;
  const auto known = index_.find({client, server});
  if (known == index_.end() || rows_[known->second].ambiguous) return nullptr;
  return &rows_[known->second].interface;
}

alert::EndpointRecord record_of(const dcerpc::Call& call, const Endpoint& server,
                                const MappedEndpoint& endpoint) {
  const bool pipe = endpoint.protocol == MappedEndpoint::Protocol::kPipe;
  alert::EndpointRecord record;
  record.time = call.time;
  record.server = server;
  record.address =
      pipe ? host_name(endpoint.host) : print(endpoint.address.value_or(server.address));
  record.port = endpoint.port;
  record.transport = transport_of(endpoint.protocol);
  record.pipe = pipe_name(endpoint.pipe);
  record.interface = endpoint.interface;
  record.object = endpoint.object;
  record.annotation = endpoint.annotation;
  record.via = call.opnum == dcerpc::kEptMap ? "ept_map" : "ept_lookup";
  return record;
}

void Endpoints::clear() {
  index_.clear();
  rows_.clear();
  free_.clear();
  learned_ = Queue();
}

}  // namespace rpcsieve::engine
