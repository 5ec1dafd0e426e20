#pragma once

#include <cstdint>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

inline constexpr std::uint32_t kPcapMicroseconds = 0xa1b2c3d4, kPcapNanoseconds = 0xa1b23c4d;

// PcapFile builds a capture file in pcap's format (pcap-savefile(5)).
class PcapFile {
 public:
  explicit PcapFile(std::uint32_t link = 1, Endian endian = Endian::kLittle,
                    std::uint32_t magic = kPcapMicroseconds);

  // packet adds a packet; wire_len is its length before snaplen cut it, 0: it was not cut.
  PcapFile& packet(std::uint32_t seconds, std::uint32_t fraction, Bytes bytes,
                   std::uint32_t wire_len = 0);
  [[nodiscard]] Buffer build() const { return out_.build(); }

 private:
  Wire out_;
};

}  // namespace rpcsieve::forge
