// IPv4 lies within IPv6 at ::ffff:0:0/96 [RFC 4291 §2.5.5.2], so one kind of range serves both.
#include "compiler/backend/addresses.h"

#include <algorithm>

namespace rpcsieve::compiler {
namespace {

using database::AddressRow;

// An IPv4 prefix counts from the IPv4 part.
unsigned prefix_bits(const Cidr& net) {
  constexpr unsigned kV4Bits = 32, kV4Begin = 96;
  return net.address.is_v4() && net.prefix <= kV4Bits ? kV4Begin + net.prefix : net.prefix;
}

AddressRow range_of(const Cidr& net) {
  AddressRow row{net.address.bytes, net.address.bytes};
  for (unsigned bit = prefix_bits(net); bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    row.first[bit / 8] &= static_cast<std::uint8_t>(~mask);
    row.last[bit / 8] |= mask;
  }
  return row;
}

// touches says whether b, which begins no earlier than a, leaves no address between them.
bool touches(const AddressRow& a, const AddressRow& b) {
  auto after = a.last;
  for (std::size_t i = after.size(); i > 0; --i)
    if (++after[i - 1] != 0) return b.first <= after;
  return true;  // a reaches the last address there is
}

}  // namespace

std::vector<AddressRow> address_ranges(const std::vector<Cidr>& nets) {
  std::vector<AddressRow> all;
  for (const Cidr& net : nets) all.push_back(range_of(net));
  std::sort(all.begin(), all.end(),
            [](const AddressRow& a, const AddressRow& b) { return a.first < b.first; });
  std::vector<AddressRow> merged;
  for (const AddressRow& row : all) {
    if (!merged.empty() && touches(merged.back(), row))
      merged.back().last = std::max(merged.back().last, row.last);
    else
      merged.push_back(row);
  }
  return merged;
}

}  // namespace rpcsieve::compiler
