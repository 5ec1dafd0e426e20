// A window passes over the file. Packets are handed out as long as they lie whole within it; then
// what is left moves to its front, and it is filled again. It holds the largest packet that there
// may be, and is small enough to stay in the processor's second cache.
#include "runtime/capture/pcap_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace rpcsieve::capture {
namespace {

constexpr std::size_t kFileHeader = 24, kRecordHeader = 16;

// What libpcap takes for the largest sensible packet, and for a snapshot length that says nothing.
constexpr std::uint32_t kMaximumSnaplen = 262'144;

constexpr std::size_t kWindowBytes = kRecordHeader + kMaximumSnaplen;

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4, kNanoseconds = 0xa1b23c4d;

// program_number gives a link layer's number in programs, if it is one of the usual ones.
std::optional<int> program_number(std::uint32_t file_number) {
  constexpr std::uint32_t kRawInFiles = 101, kRawInPrograms = 12;
  constexpr std::array<std::uint32_t, 6> kSame = {0, 1, 113, 228, 229, 276};
  if (file_number == kRawInFiles) return kRawInPrograms;
  if (std::find(kSame.begin(), kSame.end(), file_number) == kSame.end()) return std::nullopt;
  return static_cast<int>(file_number);
}

}  // namespace

std::unique_ptr<PcapFile> PcapFile::open(Input& input) {
  const Bytes head = input.peek(kFileHeader);
  for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
    Cursor in(head, endian);
    const std::uint32_t magic = in.u32();
    const bool is_today = in.u16() == 2 && in.u16() == 4;
    in.skip(8);
    const std::uint32_t snaplen = in.u32();
    const auto link_type = program_number(in.u32());
    if (!in.ok() || !is_today || !link_type) continue;
    if (magic != kMicroseconds && magic != kNanoseconds) continue;
    const bool is_sensible = snaplen != 0 && snaplen <= 0x7fffffff;
    std::array<std::uint8_t, kFileHeader> passed{};
    input.read(passed.data(), passed.size());
    return std::unique_ptr<PcapFile>(new PcapFile(
        input, endian, magic == kNanoseconds, is_sensible ? snaplen : kMaximumSnaplen, *link_type));
  }
  return nullptr;
}

PcapFile::PcapFile(Input& input, Endian endian, bool nanoseconds, std::uint32_t snaplen,
                   int link_type)
    : input_(input),
      endian_(endian),
      nanoseconds_(nanoseconds),
      snaplen_(snaplen),
      link_type_(link_type),
      window_(kWindowBytes) {}

std::span<const Captured> PcapFile::next() {
  std::size_t count = 0;
  if (!damage_.empty() || !have_record()) return {};
  while (count < kRunPackets) {
    const auto packet = take();
    if (!packet) break;
    run_[count++] = *packet;
  }
  return std::span(run_).first(count);
}

// header reads the record header at hand. The parts of a time are unsigned; a fraction of more than
// a second is malformed, and carried.
PcapFile::RecordHeader PcapFile::header() const {
  Cursor in(Bytes(window_).subspan(at_, kRecordHeader), endian_);
  const std::uint32_t seconds = in.u32();
  const std::uint32_t fraction = in.u32();
  RecordHeader record;
  record.time.us = std::int64_t{seconds} * 1'000'000 + (nanoseconds_ ? fraction / 1000 : fraction);
  record.captured = in.u32();
  record.wire = in.u32();
  return record;
}

// have_record sees to it that a whole record lies in the window; false at the end, or at damage.
bool PcapFile::have_record() {
  if (!have(kRecordHeader)) {
    if (end_ == at_) return false;
    damage_ = fmt::format("truncated dump file; tried to read {} header bytes, only got {}",
                          kRecordHeader, end_ - at_);
    return false;
  }
  const std::uint32_t captured = header().captured;
  if (captured > kMaximumSnaplen) {
    damage_ = fmt::format("invalid packet capture length {}, bigger than {} of {}", captured,
                          captured > snaplen_ ? "snaplen" : "maximum",
                          captured > snaplen_ ? snaplen_ : kMaximumSnaplen);
  } else if (!have(kRecordHeader + captured)) {
    const std::size_t got = end_ - at_ - kRecordHeader;
    damage_ = fmt::format("truncated dump file; tried to read {} captured bytes, only got {}",
                          got < snaplen_ ? std::min(captured, snaplen_) : captured, got);
  }
  return damage_.empty();
}

// take gives the next packet if it lies whole within the window. What is longer than the file says
// packets are is cut to that length.
std::optional<Captured> PcapFile::take() {
  if (end_ - at_ < kRecordHeader) return std::nullopt;
  const RecordHeader record = header();
  if (record.captured > end_ - at_ - kRecordHeader) return std::nullopt;
  const std::uint32_t kept = std::min(record.captured, snaplen_);
  const Bytes bytes = Bytes(window_).subspan(at_ + kRecordHeader, kept);
  at_ += kRecordHeader + record.captured;
  return Captured{record.time, record.wire, bytes};
}

// have sees to it that n bytes lie in the window, unless the file ends before.
bool PcapFile::have(std::size_t n) {
  if (end_ - at_ >= n) return true;
  std::memmove(window_.data(), window_.data() + at_, end_ - at_);
  end_ -= std::exchange(at_, 0);
  end_ += input_.read(window_.data() + end_, window_.size() - end_);
  return end_ >= n;
}

}  // namespace rpcsieve::capture
