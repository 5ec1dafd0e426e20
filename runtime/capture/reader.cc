// The one door to libpcap's files, and past it for those that are read without. libpcap closes the
// stream that it is given once it has accepted it, and leaves it alone if not.
#include "runtime/capture/reader.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "runtime/capture/input.h"
#include "runtime/capture/pcap_file.h"

namespace rpcsieve::capture {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999

// The first bytes of a pcap file (its times in micro- or nanoseconds, or in the form of Kuznetzov's
// patched tcpdump, each in either byte order) and of a pcapng file [pcapng §4.1].
constexpr std::array<std::string_view, 7> kMagics = {
    "\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x4d\x3c\xb2\xa1",
    "\xa1\xb2\xcd\x34", "\x34\xcd\xb2\xa1", "\x0a\x0d\x0d\x0a"};

// unsigned_of: both parts of a pcap file's time are unsigned, but libpcap gives them with a sign
// when the file has the byte order of this host.
std::int64_t unsigned_of(std::int64_t part) {
  const bool has_sign = part < 0 && part >= std::numeric_limits<std::int32_t>::min();
  return has_sign ? static_cast<std::uint32_t>(part) : part;
}

// time_of keeps to years of four digits: a pcapng file may claim any number of seconds. A fraction
// of more than a second is malformed, and carried.
Timestamp time_of(const timeval& time) {
  const auto seconds = std::clamp<std::int64_t>(unsigned_of(time.tv_sec), 0, kLastSecond);
  const std::int64_t us = seconds * kMicrosecondsPerSecond + unsigned_of(time.tv_usec);
  return {std::min(us, kLastSecond * kMicrosecondsPerSecond + kMicrosecondsPerSecond - 1)};
}

struct ClosePcap {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, ClosePcap>;

Handle open_stream(std::FILE* stream, std::string& error) {
  std::array<char, PCAP_ERRBUF_SIZE> message{};
  Handle handle(pcap_fopen_offline(stream, message.data()));
  if (!handle) {
    error = message.data();
    std::fclose(stream);
  }
  return handle;
}

}  // namespace

// The input is declared first: what reads from it must not outlive it.
struct Reader::State {
  std::unique_ptr<Input> input;
  std::unique_ptr<PcapFile> file;  // or
  Handle handle;
  Captured packet;  // that the handle gave last
  std::uint64_t packets = 0;
  std::string damage;

  // next_of_libpcap gives the next packet, none at the end and at damage, and then says why.
  std::span<const Captured> next_of_libpcap(std::string& why) {
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int got = pcap_next_ex(handle.get(), &header, &bytes);
    if (got == PCAP_ERROR) why = pcap_geterr(handle.get());
    if (got != 1) return {};
    packet = {time_of(header->ts), header->len, Bytes(bytes, header->caplen)};
    return {&packet, 1};
  }
};

std::unique_ptr<Reader> Reader::open(const std::string& path, std::string& error, Way way) {
  auto state = std::make_unique<State>();
  state->input = Input::open(path, error);
  if (!state->input) return nullptr;
  if (way == Way::kFastest) state->file = PcapFile::open(*state->input);
  if (state->file) return std::unique_ptr<Reader>(new Reader(std::move(state)));
  std::FILE* stream = state->input->stream();
  if (stream == nullptr) {
    error = "out of memory";
    return nullptr;
  }
  state->handle = open_stream(stream, error);
  if (state->handle) return std::unique_ptr<Reader>(new Reader(std::move(state)));
  if (!state->input->failure().empty()) error = state->input->failure();
  if (state->input->is_zstd()) error = "is compressed by zstd: decompress it first, or pipe it in";
  return nullptr;
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;

int Reader::link_type() const {
  return state_->file ? state_->file->link_type() : pcap_datalink(state_->handle.get());
}

std::string Reader::link_name() const {
  const char* name = pcap_datalink_val_to_name(link_type());
  return name == nullptr ? fmt::format("number {}", link_type()) : name;
}

std::span<const Captured> Reader::next() {
  std::string why;
  const auto packets = state_->file ? state_->file->next() : state_->next_of_libpcap(why);
  state_->packets += packets.size();
  if (!packets.empty()) return packets;
  if (state_->file) why = state_->file->damage();
  if (!state_->input->failure().empty()) why = state_->input->failure();
  if (!why.empty()) {
    state_->damage = fmt::format("damaged after {} packets: {}", state_->packets, why);
  }
  return {};
}

const std::string& Reader::damage() const { return state_->damage; }

double Reader::progress() const { return std::min(1.0, state_->input->progress()); }

bool is_capture(const std::string& path) {
  std::string ignored;
  const auto input = Input::open(path, ignored);
  if (!input) return false;
  const Bytes head = input->peek(kMagics[0].size());
  const std::string_view magic(reinterpret_cast<const char*>(head.data()), head.size());
  return std::find(kMagics.begin(), kMagics.end(), magic) != kMagics.end();
}

}  // namespace rpcsieve::capture
