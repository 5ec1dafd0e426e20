#include "tools/forge/pcap_file.h"

namespace rpcsieve::forge {

PcapFile::PcapFile(std::uint32_t link, Endian endian, std::uint32_t magic) : out_(endian) {
  constexpr std::uint32_t kSnaplen = 262144;
  out_.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(kSnaplen).u32(link);
}

PcapFile& PcapFile::packet(std::uint32_t seconds, std::uint32_t fraction, Bytes bytes,
                           std::uint32_t wire_len) {
  out_.u32(seconds).u32(fraction).u32(bytes.size());
  out_.u32(wire_len == 0 ? bytes.size() : wire_len).bytes(bytes);
  return *this;
}

}  // namespace rpcsieve::forge
