#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/smb/channel.h"
#include "runtime/smb/files.h"
#include "runtime/smb/nbss.h"

// What the doors of SMB have in common: small limits, and what must hold of every event.
namespace rpcsieve::fuzz {

inline constexpr std::size_t kPipes = 4;
inline constexpr std::size_t kMessageBytes = 4096;

inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

inline bool begins_as_rpc(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == 5 && bytes[1] <= 1;
}

inline Limits small_limits() {
  Limits limits;
  limits.smb_requests = limits.smb_handles = limits.smb_trees = limits.smb_sessions = 8;
  limits.smb_pipes = kPipes;
  limits.smb_early_parts = 4;
  limits.smb_early_bytes = 512;
  limits.smb_message_bytes = kMessageBytes;
  return limits;
}

// Summary is what an event says, apart from where its bytes lie.
struct Summary {
  smb::Event::Kind kind;
  std::uint32_t pipe;
  bool to_server;
  std::vector<std::uint8_t> data;
  std::uint64_t lost;
  std::uint64_t session;
  std::uint32_t slot;
  std::string file;

  bool operator==(const Summary&) const = default;
};

inline bool within(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// check takes an event of a message. Bytes that are not the message's were held of an earlier one,
// or decompressed, which the limits bound.
inline Summary check(const smb::Event& event, const Frame& frame) {
  require(event.pipe < kPipes, "pipe number below the limit");
  const bool compressed = frame.bytes.size() > 4 && frame.bytes[4] == 0xfc;
  const std::size_t elsewhere = compressed ? kMessageBytes : small_limits().smb_early_bytes;
  require(within(event.data, frame.bytes) || event.data.size() <= elsewhere,
          "data within the message, or within what is held");
  require(compressed || (within(event.account, frame.bytes) && within(event.domain, frame.bytes)),
          "account within the message");
  if (!compressed && within(event.data, frame.bytes))
    require(event.data.size() + event.lost <= frame.total || event.data.empty(),
            "no more data than the message has");
  Summary summary{
      event.kind, event.pipe,    event.to_server, {event.data.begin(), event.data.end()},
      event.lost, event.session, event.slot,      {}};
  if (event.kind == smb::Event::Kind::kFileOpened) {
    require(event.file != nullptr, "a file is told with its event");
    summary.file =
        std::string(event.file->share.view()) + '|' + std::string(event.file->path.view());
  }
  return summary;
}

inline void push(smb::Channel& channel, const Frame& frame, std::vector<Summary>& out) {
  channel.push(frame);
  while (const auto event = channel.next()) out.push_back(check(*event, frame));
}

// play_messages cuts the input into messages as their session service headers say, and pushes each,
// as one of the dialect that begins with `first`, whatever else it is.
inline void play_messages(Bytes input, std::uint8_t first) {
  Counters counters;
  smb::Channel channel(small_limits(), counters, begins_as_rpc, true);
  std::vector<Summary> events;
  while (input.size() >= 8) {
    const std::size_t length = 4 + (static_cast<std::size_t>(input[2]) << 8 | input[3]);
    const Bytes there = input.first(std::min(length, input.size()));
    input = input.subspan(there.size());
    if (there.size() < 8) continue;
    std::vector<std::uint8_t> message(there.begin(), there.end());
    const std::uint8_t mark[] = {0, first, 'S', 'M', 'B'};
    message[0] = mark[0];
    std::copy(mark + 1, mark + 5, message.begin() + 4);
    require(channel.wanted(Bytes(message).subspan(4), length) <= length, "no more than there is");
    push(channel, {message, length, {}}, events);
  }
  channel.end();
  while (const auto event = channel.next()) events.push_back(check(*event, {}));
}

}  // namespace rpcsieve::fuzz
