#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "runtime/base/captured.h"

namespace rpcsieve::capture {

// Way is how a file is read: plain pcap files by PcapFile and all others by libpcap, or every one
// by libpcap, to compare the two.
enum class Way : std::uint8_t { kFastest, kLibpcap };

// Reader reads a capture file: pcap and pcapng, with times in micro- or nanoseconds (of which the
// microseconds are kept), plain or compressed by gzip; "-" is standard input.
class Reader {
 public:
  // open returns nullptr and says why in `error` if the file cannot be opened or is no capture.
  static std::unique_ptr<Reader> open(const std::string& path, std::string& error,
                                      Way way = Way::kFastest);
  ~Reader();

  // link_type is the capture's link layer as libpcap numbers it (DLT_); link_name its name
  // ("EN10MB").
  [[nodiscard]] int link_type() const;
  [[nodiscard]] std::string link_name() const;
  // next gives the next packets, as many as are at hand; they live until the following call. None
  // at the end, and where the file is damaged: then damage() says what and after how many packets.
  std::span<const Captured> next();
  [[nodiscard]] const std::string& damage() const;
  // progress is how much of the file was read, 0 to 1; 0 if its size is not known.
  [[nodiscard]] double progress() const;

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// is_capture says whether a file begins like a capture, compressed or not: which files of a folder
// to read. False for what cannot be read.
bool is_capture(const std::string& path);

}  // namespace rpcsieve::capture
