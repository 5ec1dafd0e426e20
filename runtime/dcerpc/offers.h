#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"
#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {

// Offers tells of the interfaces that a client offers on one association, and whether the server
// takes them [C706 §12.6.4.3, §12.6.4.4]. It is there for whoever wants to know; what calls mean
// Contexts knows.
//
// An interface that a bind or alter_context lists with several transfer syntaxes is one offer, and
// one of them is enough for it to be accepted. Any other answer than acceptance is a refusal.
// An interface that was offered before and not refused is not a new offer: clients repeat it in
// each alter_context of a security negotiation [MS-RPCE §3.3.1.5.2]. A bind begins anew. What asks
// for features is no interface [MS-RPCE §2.2.2.14].
//
// limits.dcerpc_contexts bounds what is remembered; the oldest makes room.
class Offers {
 public:
  Offers(const Limits& limits, Counters& counters)
      : limit_(limits.dcerpc_contexts), rows_(counters.memory()), news_(counters.memory()) {}

  // offer reads the list of a bind or alter_context. `number` counts the association's PDUs.
  void offer(const Pdu& pdu, std::uint32_t number, Timestamp time);
  // answer reads the results of a bind_ack or alter_context_resp; refuse takes the one answer that
  // refuses all that this call id offered. Both are about the newest such PDU that awaits one.
  void answer(const Pdu& pdu);
  void refuse(std::uint32_t call_id);
  // flush says that no answers come any more.
  void flush();

  // next gives a kOffered or kOfferEnded, or nullopt. Drain it before anything else is called.
  std::optional<Event> next();

  void reset();

 private:
  // Row is one item of a list. An interface's first one stands for it, and stays when it is
  // accepted.
  struct Row {
    InterfaceId interface;
    std::uint16_t context_id = 0;
    std::uint8_t item = 0;  // its place in the list
    bool is_first = false;
    bool accepted = false;
    std::uint32_t call_id = 0, number = 0;
    Timestamp time;
    Auth auth;
    std::uint64_t mark = 0;  // the owner's
  };
  struct News {
    Event::Kind kind;
    KnownBy known_by;
    std::uint32_t row = 0;    // kOffered
    std::uint64_t token = 0;  // kOfferEnded
  };

  void add(const Row& row);
  [[nodiscard]] bool is_known(const InterfaceId& interface, std::uint32_t number) const;
  [[nodiscard]] bool is_listed(const InterfaceId& interface, std::uint32_t number) const;
  [[nodiscard]] std::optional<std::uint32_t> awaited(std::uint32_t call_id) const;
  void settle(std::uint32_t number);

  std::size_t limit_;
  Vector<Row> rows_;  // in the order of the offers; the answered ones have number 0
  Vector<News> news_;
  std::size_t given_ = 0;
};

}  // namespace rpcsieve::dcerpc
