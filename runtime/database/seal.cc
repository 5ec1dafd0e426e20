// Two checksums share the file out: one for the header, so that its section table can be believed
// before the rest is read, and one for everything behind it, padding included.
#include "runtime/database/seal.h"

#include <xxhash.h>

#include <cassert>
#include <cstring>

namespace rpcsieve::database {

std::uint64_t header_checksum(Header header) {
  header.header_checksum = 0;
  return XXH3_64bits(&header, sizeof header);
}

std::uint64_t body_checksum(Bytes file) {
  const Bytes body = file.subspan(sizeof(Header));
  return XXH3_64bits(body.data(), body.size());
}

void seal(std::span<std::uint8_t> file) {
  assert(file.size() >= sizeof(Header));
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  header.body_checksum = body_checksum(file);
  header.header_checksum = header_checksum(header);
  std::memcpy(file.data(), &header, sizeof header);
}

}  // namespace rpcsieve::database
