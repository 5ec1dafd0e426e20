#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/base/bytes.h"
#include "runtime/database/format.h"

namespace rpcsieve::database {

// aligned gives the place of the section that follows one which ends at `end`.
constexpr std::uint64_t aligned(std::uint64_t end) {
  return (end + kAlignment - 1) / kAlignment * kAlignment;
}

// header_checksum and body_checksum are XXH3 with 64 bits and seed 0: of the header, taken with
// its header_checksum as zero, and of everything behind the header. They cover every byte.
std::uint64_t header_checksum(Header header);
std::uint64_t body_checksum(Bytes file);

// seal writes them into the header of a file that is else finished: what a writer does last.
void seal(std::span<std::uint8_t> file);

}  // namespace rpcsieve::database
