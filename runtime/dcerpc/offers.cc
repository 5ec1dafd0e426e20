// A short list, as Contexts: an item waits for its answer, which is found by call id and place.
// When the answer came, what was accepted stays, so that it is known when it is offered again.
#include "runtime/dcerpc/offers.h"

#include <algorithm>

namespace rpcsieve::dcerpc {
namespace {

// The number of what is answered; PDUs count from 1, and again from 0 after 2^32 of them.
constexpr std::uint32_t kAnswered = 0;

}  // namespace

void Offers::offer(const Pdu& pdu, std::uint32_t number, Timestamp time) {
  if (pdu.header.type == PduType::kBind) {
    flush();
    rows_.clear();
  }
  ContextItems items(pdu);
  for (std::uint8_t i = 0; const auto item = items.next(); ++i) {
    if (item->asks_features || is_known(item->interface, number)) continue;
    Row row;
    row.interface = item->interface;
    row.context_id = item->context_id;
    row.item = i;
    row.is_first = !is_listed(item->interface, number);
    row.call_id = pdu.header.call_id;
    row.number = number;
    row.time = time;
    row.auth = pdu.auth.value_or(Auth());
    add(row);
  }
  for (std::uint32_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].number == number && rows_[i].is_first)
      news_.push_back({Event::Kind::kOffered, KnownBy::kOffered, i});
}

void Offers::add(const Row& row) {
  if (rows_.size() >= limit_) rows_.erase(rows_.begin());
  rows_.push_back(row);
}

// is_known says whether an earlier PDU offered the interface; is_listed, whether this one did.
bool Offers::is_known(const InterfaceId& interface, std::uint32_t number) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.number != number && row.interface == interface;
  });
}

bool Offers::is_listed(const InterfaceId& interface, std::uint32_t number) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.number == number && row.interface == interface;
  });
}

std::optional<std::uint32_t> Offers::awaited(std::uint32_t call_id) const {
  for (std::size_t i = rows_.size(); i-- > 0;)
    if (rows_[i].call_id == call_id && rows_[i].number != kAnswered) return rows_[i].number;
  return std::nullopt;
}

void Offers::answer(const Pdu& pdu) {
  const auto number = awaited(pdu.header.call_id);
  if (!number) return;
  AckResults results(pdu);
  for (std::uint8_t i = 0; const auto accepted = results.next(); ++i)
    for (Row& row : rows_)
      if (row.number == *number && row.item == i) row.accepted = *accepted;
  settle(*number);
}

void Offers::refuse(std::uint32_t call_id) {
  if (const auto number = awaited(call_id)) settle(*number);
}

// settle tells what became of the offers of a PDU, and keeps those that were accepted.
void Offers::settle(std::uint32_t number) {
  for (Row& first : rows_) {
    if (first.number != number || !first.is_first) continue;
    for (const Row& row : rows_)
      if (row.number == number && row.interface == first.interface && row.accepted)
        first.accepted = true;
    news_.push_back({Event::Kind::kOfferEnded,
                     first.accepted ? KnownBy::kBound : KnownBy::kRejected, 0, first.mark});
  }
  const auto gone = [&](const Row& row) {
    return row.number == number && !(row.is_first && row.accepted);
  };
  rows_.erase(std::remove_if(rows_.begin(), rows_.end(), gone), rows_.end());
  for (Row& row : rows_)
    if (row.number == number) row.number = kAnswered;
}

void Offers::flush() {
  for (Row& row : rows_) {
    if (row.number != kAnswered && row.is_first)
      news_.push_back({Event::Kind::kOfferEnded, KnownBy::kOffered, 0, row.mark});
    row.number = kAnswered;
  }
}

std::optional<Event> Offers::next() {
  std::optional<Event> event;
  if (given_ == news_.size()) {
    news_.clear();
    given_ = 0;
    return event;
  }
  const News& news = news_[given_++];
  event.emplace();
  event->kind = news.kind;
  event->token = news.token;
  event->call.known_by = news.known_by;
  if (news.kind == Event::Kind::kOfferEnded) return event;
  Row& row = rows_[news.row];
  event->call.time = row.time;
  event->call.call_id = row.call_id;
  event->call.context_id = row.context_id;
  event->call.interface = row.interface;
  event->call.auth = row.auth;
  event->mark = &row.mark;
  return event;
}

void Offers::reset() {
  rows_.clear();
  news_.clear();
  given_ = 0;
}

}  // namespace rpcsieve::dcerpc
