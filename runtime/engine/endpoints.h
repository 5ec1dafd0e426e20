#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/limits.h"
#include "runtime/base/queue.h"
#include "runtime/dcerpc/endpoint_map.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::engine {

// Endpoints remembers which interface is behind a server's TCP port, by what its endpoint mapper
// told a client. It counts for that client only: packets are dealt to threads by pairs of
// addresses, and the records must not depend on how many there are.
class Endpoints {
 public:
  // Limits and counters must outlive it.
  Endpoints(const Limits& limits, Counters& counters) : limits_(limits), counters_(counters) {}

  // is_query says whether a call may ask the endpoint mapper: it is bound to it, or, if no bind was
  // captured, it goes to the mapper's well-known port.
  static bool is_query(const dcerpc::Call& call, match::Transport transport,
                       const Endpoint& server);

  // read gives the endpoints that the answer to such a call names, empty if it names none. They
  // live until the next call, as the response does.
  const std::vector<dcerpc::MappedEndpoint>& read(std::uint16_t opnum,
                                                  const dcerpc::Response& response);
  // learn remembers an endpoint. One on another address than the server that was asked is not
  // remembered.
  void learn(const IpAddress& client, const IpAddress& server,
             const dcerpc::MappedEndpoint& endpoint);
  // find gives the interface behind a TCP port of a server; nullptr if that is not known, or if
  // several were named. It lives until the next call of learn or clear.
  [[nodiscard]] const dcerpc::InterfaceId* find(const IpAddress& client,
                                                const Endpoint& server) const;
  void clear();

 private:
  struct Key {
    IpAddress client;
    Endpoint server;
    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    Key key;
    dcerpc::InterfaceId interface;
    bool ambiguous = false;
  };

  std::uint32_t add(const Key& key);
  void forget_oldest();

  const Limits& limits_;
  Counters& counters_;
  std::map<Key, std::uint32_t> index_;  // into rows_
  std::vector<Row> rows_;
  std::vector<std::uint32_t> free_;
  Queue learned_;  // rows, the one that was named longest ago first
  std::vector<dcerpc::MappedEndpoint> read_;
};

// record_of tells what an endpoint mapper, `server`, answered to a call.
alert::EndpointRecord record_of(const dcerpc::Call& call, const Endpoint& server,
                                const dcerpc::MappedEndpoint& endpoint);

}  // namespace rpcsieve::engine
