#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {

// Context is one presentation context that a client offered.
struct Context {
  InterfaceId interface;
  std::uint16_t context_id = 0;
  KnownBy known_by = KnownBy::kOffered;  // or kBound, or kRejected
  std::uint8_t item = 0;                 // its place in the list that offered it
  std::uint32_t call_id = 0;             // of the PDU that offered it
  std::uint32_t offer = 0;               // number of that PDU in its association
  std::uint32_t bind = 0;                // counts the binds up to it
  std::uint64_t used = 0;                // when it was offered, accepted or requested on last
  TransferSyntax transfer = TransferSyntax::kUnknown;  // if it was accepted
};

// Contexts is the table of an association's presentation contexts [C706 §12.6.4.3]. Every offer is
// kept until a later one of the same id was accepted; limits.dcerpc_contexts bounds them all, and
// the longest unused one makes room.
class Contexts {
 public:
  Contexts(const Limits& limits, Counters& counters)
      : limits_(&limits), counters_(&counters), table_(counters.memory()) {}

  // offer reads the list of a bind or alter_context. `number` counts the association's PDUs.
  void offer(const Pdu& pdu, std::uint32_t number);
  // acknowledge reads the results of a bind_ack or alter_context_resp; those of a bind that was not
  // captured say nothing.
  void acknowledge(const Pdu& pdu);
  // reject refuses all contexts that await an answer to this call id.
  void reject(std::uint32_t call_id);
  // awaited gives the number of the newest PDU with this call id whose offer is not answered.
  [[nodiscard]] std::optional<std::uint32_t> awaited(std::uint32_t call_id) const;

  // use gives the context that a request with this id uses: of those that came since the last bind,
  // which begins an association anew, the one accepted last, else the one offered last; else the
  // same of earlier ones; else a rejected one; nullptr if none has this id. It lives until the next
  // change.
  const Context* use(std::uint16_t context_id);
  // bind_seen says that a bind was captured with all of its list.
  [[nodiscard]] bool bind_seen() const { return bind_seen_; }

  void reset();

 private:
  void add(const Context& context);
  void make_room();
  void accept(std::size_t index);

  const Limits* limits_;
  Counters* counters_;
  Vector<Context> table_;   // in the order of the offers
  std::uint64_t uses_ = 0;  // the clock of Context::used
  std::uint32_t binds_ = 0;
  bool bind_seen_ = false;
};

}  // namespace rpcsieve::dcerpc
