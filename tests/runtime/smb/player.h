#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "runtime/smb/channel.h"
#include "runtime/smb/files.h"
#include "runtime/smb/nbss.h"
#include "tests/support/forge.h"
#include "tests/support/splits.h"

namespace rpcsieve::test {

// The toy version of an RPC PDU: bytes that begin with 05 00.
inline bool begins_as_rpc(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == 5 && bytes[1] == 0;
}

// pdu gives n bytes that begin as an RPC PDU does, other n bytes that do not.
inline Buffer other(std::size_t n) { return Buffer(n, 'x'); }
inline Buffer pdu(std::size_t n) { return hex("05 00") + other(n - 2); }

// Player runs the bytes of a connection through a Framer and a Channel, as the engine does, and
// prints the events: "data 0 lsarpc c>s 72", "closed 0", "encrypted 7", "compressed", "logoff 7",
// "setup 7 c>s id=1 asked 40" with the length of the token, or an account in clear, and, if it
// asks for them, "file SHARE | PATH access=…". It does not mind that both directions come through
// one Framer.
class Player {
 public:
  explicit Player(const Limits& limits = Limits(), bool files = false)
      : channel_(std::make_shared<smb::Channel>(limits, *counters_, begins_as_rpc, files)) {}

  Units operator()(Bytes bytes) {
    framer_.push(bytes, {});
    return drain();
  }
  // lose says that n bytes were lost.
  Units lose(std::uint64_t n) {
    framer_.gap(n);
    return drain();
  }
  // cut plays one message of which only the first n bytes were captured.
  Units cut(const Buffer& wire, std::size_t n) {
    Units units = (*this)(Bytes(wire).first(n));
    const Units rest = lose(wire.size() - n);
    units.insert(units.end(), rest.begin(), rest.end());
    return units;
  }

  // end says that no more messages come.
  Units end() {
    channel_->end();
    Units units;
    while (const auto event = channel_->next()) units.push_back(print(*event));
    return units;
  }

  [[nodiscard]] std::uint64_t count(Counter counter) const { return (*counters_)[counter]; }
  smb::Channel& channel() { return *channel_; }

 private:
  Units drain() {
    Units units;
    while (const auto frame = framer_.next(smb::Framing{*channel_})) {
      channel_->push(*frame);
      while (const auto event = channel_->next()) units.push_back(print(*event));
    }
    return units;
  }

  std::string print(const smb::Event& event) const {
    using Kind = smb::Event::Kind;
    switch (event.kind) {
      case Kind::kPipeData:
        return fmt::format("data {} {} {} {}{}{}", event.pipe, channel_->pipe_name(event.pipe),
                           event.to_server ? "c>s" : "s>c", event.data.size(),
                           event.lost == 0 ? "" : fmt::format(" lost={}", event.lost),
                           event.after_loss ? " after-loss" : "");
      case Kind::kPipeClosed:
        return fmt::format("closed {}", event.pipe);
      case Kind::kEncrypted:
        return fmt::format("encrypted {}", event.session);
      case Kind::kLogoff:
        return fmt::format("logoff {}", event.session);
      case Kind::kSessionSetup:
        return print_setup(event);
      case Kind::kFileOpened:
        return print(*event.file);
      default:
        return "compressed";
    }
  }

  static std::string print_setup(const smb::Event& event) {
    static constexpr const char* kNames[] = {"asked", "goes on", "done", "refused"};
    std::string text =
        fmt::format("setup {} {} id={} {} {}", event.session, event.to_server ? "c>s" : "s>c",
                    event.id, kNames[static_cast<int>(event.setup)], event.data.size());
    if (event.lost > 0) text += fmt::format(" lost={}", event.lost);
    if (!event.account.empty() || !event.domain.empty())
      text += fmt::format(" account={}\\{}{}", plain(event.domain), plain(event.account),
                          event.utf16 ? " utf16" : "");
    return text;
  }
  // plain leaves out the zeros, so that both encodings read alike.
  static std::string plain(Bytes bytes) {
    std::string text(bytes.begin(), bytes.end());
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
    return text;
  }

  static std::string print(const smb::FileOpen& file) {
    std::string text = fmt::format(
        "file {} | {} access={:08x} disposition={}{}: ", file.share_known ? file.share.view() : "-",
        file.path_known ? file.path.view() : "?", file.opening.access, file.opening.disposition,
        file.opening.directory ? " directory" : "");
    const bool failed = file.status == smb::Operation::Status::kFailed;
    if (!file.answered) return text + "unanswered";
    text += fmt::format("{} {}{:08x}", failed ? "failed" : "done", file.dos_code ? "dos " : "",
                        file.code);
    if (!failed) text += fmt::format(" action={}", file.action);
    return text + (file.smb1 ? " smb1" : "");
  }

  // Shared, so that a Player can be copied into the helpers that take stages by value.
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  std::shared_ptr<smb::Channel> channel_;
  Framer framer_{counters_->memory()};
};

// play feeds the messages of a connection to a new Player, each in a piece of its own.
inline Units play(const std::vector<Buffer>& wire, const Limits& limits = Limits()) {
  Player player(limits);
  Units all;
  for (const Buffer& message : wire) {
    const Units units = player(message);
    all.insert(all.end(), units.begin(), units.end());
  }
  return all;
}

inline Buffer joined(const std::vector<Buffer>& wire) {
  Buffer all;
  for (const Buffer& message : wire) all = all + message;
  return all;
}

}  // namespace rpcsieve::test
