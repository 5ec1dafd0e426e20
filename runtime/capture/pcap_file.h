#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/captured.h"
#include "runtime/base/cursor.h"
#include "runtime/capture/input.h"

namespace rpcsieve::capture {

// PcapFile reads pcap files of today's form [draft-ietf-opsawg-pcap §4, §5]: version 2.4, in either
// byte order, times in micro- or nanoseconds. It reads what libpcap reads and refuses what it
// refuses, in its words; only faster: packets are handed out where they lie in a window of the
// file, many at once.
class PcapFile {
 public:
  // open returns nullptr for what is left to libpcap: other formats, old versions, and link layers
  // whose numbers in files and in programs differ. The input must outlive the file.
  static std::unique_ptr<PcapFile> open(Input& input);

  // link_type is the link layer as libpcap numbers it (DLT_).
  [[nodiscard]] int link_type() const { return link_type_; }
  // next gives the next packets, as many as are at hand; none at the end, and where the file is
  // damaged: then damage() says how. They live until the following call.
  std::span<const Captured> next();
  [[nodiscard]] const std::string& damage() const { return damage_; }

 private:
  static constexpr std::size_t kRunPackets = 64;

  struct RecordHeader {
    Timestamp time;
    std::uint32_t captured = 0, wire = 0;
  };

  PcapFile(Input& input, Endian endian, bool nanoseconds, std::uint32_t snaplen, int link_type);
  [[nodiscard]] RecordHeader header() const;
  bool have_record();
  std::optional<Captured> take();
  bool have(std::size_t n);

  Input& input_;
  const Endian endian_;
  const bool nanoseconds_;
  const std::uint32_t snaplen_;
  const int link_type_;
  std::vector<std::uint8_t> window_;
  std::size_t at_ = 0, end_ = 0;  // what of the window was read from the file, but not given yet
  std::array<Captured, kRunPackets> run_;
  std::string damage_;
};

}  // namespace rpcsieve::capture
