// The table is a short list in the order of the offers. An answer is matched to its offer by call
// id, and to the items by their order. Clients use call ids again, so an answer belongs to the
// newest offer that awaits one.
#include "runtime/dcerpc/contexts.h"

#include <algorithm>

namespace rpcsieve::dcerpc {
namespace {

// trust orders contexts of one id by how much they count.
int trust(const Context& context) {
  switch (context.known_by) {
    case KnownBy::kBound:
      return 2;
    case KnownBy::kOffered:
      return 1;
    default:
      return 0;
  }
}

// before says whether one context of an id counts more than another. A port that is used again may
// show no more of the new connection than its bind; what the server accepted before is not its.
bool before(const Context& a, const Context& b) {
  if (trust(a) > 0 && trust(b) > 0 && a.bind != b.bind) return a.bind > b.bind;
  return trust(a) > trust(b);
}

bool rejected(const Context& context) { return context.known_by == KnownBy::kRejected; }
bool offered(const Context& context) { return context.known_by == KnownBy::kOffered; }

}  // namespace

void Contexts::offer(const Pdu& pdu, std::uint32_t number) {
  ContextItems items(pdu);
  if (pdu.header.type == PduType::kBind) ++binds_;
  for (std::uint8_t i = 0; const auto item = items.next(); ++i) {
    if (item->asks_features) continue;
    add({item->interface, item->context_id, KnownBy::kOffered, i, pdu.header.call_id, number,
         binds_, ++uses_, TransferSyntax::kUnknown});
  }
  if (items.whole()) {
    bind_seen_ = bind_seen_ || pdu.header.type == PduType::kBind;
  } else if (!pdu.cut) {
    counters_->count(Counter::dcerpc_malformed);
  }
}

void Contexts::add(const Context& context) {
  if (table_.size() >= limits_->dcerpc_contexts) make_room();
  table_.push_back(context);
}

// make_room forgets the longest unused context: a rejected one if there is any. One that awaits its
// answer is about to be used, so it counts like an accepted one; but offers that nobody answers
// are free to make, and get no more than half of the table.
void Contexts::make_room() {
  counters_->count(Counter::dcerpc_contexts_dropped);
  const bool any_rejected = std::any_of(table_.begin(), table_.end(), rejected);
  const auto offers =
      static_cast<std::size_t>(std::count_if(table_.begin(), table_.end(), offered));
  const bool many_offers = offers >= table_.size() / 2;
  const auto goes_first = [&](const Context& c) {
    return any_rejected ? rejected(c) : many_offers && offered(c);
  };
  table_.erase(std::min_element(table_.begin(), table_.end(), [&](const auto& a, const auto& b) {
    return goes_first(a) != goes_first(b) ? goes_first(a) : a.used < b.used;
  }));
}

void Contexts::acknowledge(const Pdu& pdu) {
  AckResults results(pdu);
  if (const auto offer = awaited(pdu.header.call_id)) {
    for (std::uint8_t i = 0; const auto accepted = results.next(); ++i) {
      const auto context = std::find_if(table_.begin(), table_.end(), [&](const Context& c) {
        return c.offer == *offer && c.item == i;
      });
      if (context == table_.end()) continue;
      context->known_by = KnownBy::kRejected;
      context->transfer = results.transfer();
      if (*accepted) accept(static_cast<std::size_t>(context - table_.begin()));
    }
    if (!results.whole() && !pdu.cut) counters_->count(Counter::dcerpc_malformed);
  }
}

// accept makes the context count, and forgets the earlier ones of its id.
void Contexts::accept(std::size_t index) {
  table_[index].known_by = KnownBy::kBound;
  table_[index].used = ++uses_;
  const std::uint16_t id = table_[index].context_id;
  const auto end = table_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto kept =
      std::remove_if(table_.begin(), end, [&](const Context& c) { return c.context_id == id; });
  table_.erase(kept, end);
}

void Contexts::reject(std::uint32_t call_id) {
  const auto offer = awaited(call_id);
  if (!offer) return;
  for (Context& context : table_)
    if (context.offer == *offer && context.known_by == KnownBy::kOffered)
      context.known_by = KnownBy::kRejected;
}

std::optional<std::uint32_t> Contexts::awaited(std::uint32_t call_id) const {
  for (std::size_t i = table_.size(); i-- > 0;)
    if (table_[i].call_id == call_id && table_[i].known_by == KnownBy::kOffered)
      return table_[i].offer;
  return std::nullopt;
}

const Context* Contexts::use(std::uint16_t context_id) {
  Context* best = nullptr;
  for (std::size_t i = table_.size(); i-- > 0;) {
    Context& context = table_[i];
    if (context.context_id != context_id) continue;
    if (best == nullptr || before(context, *best)) best = &context;
  }
  if (best != nullptr) best->used = ++uses_;
  return best;
}

void Contexts::reset() {
  table_.clear();
  uses_ = 0;
  bind_seen_ = false;
}

}  // namespace rpcsieve::dcerpc
