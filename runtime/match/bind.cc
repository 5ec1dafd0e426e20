// Offers are few beside calls: one look-up by interface, then every alternative of it.
#include "runtime/match/bind.h"

#include "runtime/match/conditions.h"

namespace rpcsieve::match {
namespace {

using database::BindRow;
using database::Database;

bool fits(const Database& database, const BindRow& row, const Offer& offer) {
  const std::uint16_t version = offer.interface.version_major;
  return (row.transports & static_cast<std::uint8_t>(offer.transport)) != 0 &&
         version >= row.version_major_first && version <= row.version_major_last &&
         fits_pipe(database, row.pipes, offer.transport, offer.pipe) &&
         contains(database, row.from, offer.client) && contains(database, row.to, offer.server);
}

}  // namespace

void match_offer(const Database& database, const Offer& offer, std::vector<Hit>& hits) {
  const auto first = database.binds().data();
  for (const BindRow& row : database.find_binds(offer.interface.uuid)) {
    if (!fits(database, row, offer)) continue;
    const auto index = static_cast<std::uint32_t>(&row - first);
    hits.push_back({row.detection, index, StubMatch::kNone, false, row.step});
  }
}

}  // namespace rpcsieve::match
