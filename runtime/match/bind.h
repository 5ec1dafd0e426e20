#pragma once

#include <string_view>
#include <vector>

#include "runtime/base/endpoint.h"
#include "runtime/database/database.h"
#include "runtime/dcerpc/call.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::match {

// Offer is an interface that a client offers, as its conditions see it.
struct Offer {
  const dcerpc::InterfaceId& interface;
  Transport transport;
  std::string_view pipe;  // lower case; empty: not known, or not SMB
  const IpAddress& client;
  const IpAddress& server;
};

// match_offer appends a hit for each alternative that an offer fits, whatever became of it, in the
// order of the detections. Their conditions are indices of Database::binds().
void match_offer(const database::Database& database, const Offer& offer, std::vector<Hit>& hits);

}  // namespace rpcsieve::match
