#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "runtime/base/bytes.h"
#include "runtime/base/memory.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve {

// Frame is one message of a protocol that prefixes each with its length.
struct Frame {
  Bytes bytes;            // its leading bytes, as far as they were wanted and captured
  std::size_t total = 0;  // its length on the wire
  Timestamp time;         // when its first byte was captured (after loss: or bytes just before it)
  bool cut = false;       // bytes that were wanted are missing behind `bytes`
};

// Framer cuts a stream of bytes into the frames of one protocol. It is one of the two places that
// meet a unit cut at an arbitrary byte (the other is stream::Duplex); all parsers see frames. A
// frame that lies whole within one push is handed out as a view of it; only others are copied, and
// only their wanted bytes.
//
// Protocol says how (see dcerpc/framing.h and smb/nbss.h):
//   std::size_t header_bytes   bytes that total() needs
//   std::optional<std::size_t> total(Bytes header)   length of the frame that begins with these
//       bytes, never below header_bytes; nullopt: no frame of this protocol begins here
//   std::size_t judged_bytes   leading bytes that keep() may look at; fewer if the frame is shorter
//   std::size_t keep(Bytes head, std::size_t total)   how many of the frame's bytes are wanted
//   std::size_t marker_bytes   bytes that find() needs to be sure
//   std::size_t find(Bytes bytes)   after loss: offset of the next plausible frame, or, if there is
//       none, of the first byte that might still begin one
//
// Usage: push or gap, then next() until it is empty, each time.
class Framer {
 public:
  explicit Framer(Memory& memory) : held_(memory) {}

  // push hands over the stream's next bytes. They must live until next() has returned nullopt.
  void push(Bytes bytes, Timestamp time) {
    input_ = bytes;
    time_ = time;
  }

  // gap says that n bytes of the stream were lost here. A loss within a frame cuts it; one that
  // reaches beyond its end also makes the framer look for the next plausible frame.
  void gap(std::uint64_t n) {
    if (n == 0) return;
    end();
    const auto inside = static_cast<std::size_t>(std::min<std::uint64_t>(n, skip_));
    skip_ -= inside;
    if (n > inside) lost_ = true;
  }

  // end says that nothing follows for now: next() then gives the frame that was under way, cut.
  void end() {
    cut_ = total_ > 0;
    if (cut_) {
      skip_ = total_ - held_.size();
    } else {
      lost_ = lost_ || !held_.empty();
      held_.clear();
    }
  }

  // next gives the next frame, or nullopt when more bytes are needed. Its bytes live until the
  // following call of any member.
  template <class Protocol>
  std::optional<Frame> next(const Protocol& protocol) {
    if (given_) release();
    if (cut_) return give(held_);
    if (!skipped()) return std::nullopt;
    while (total_ == 0) {
      if (lost_ && !resynchronise(protocol)) return std::nullopt;
      if (!begin(protocol) && !lost_) return std::nullopt;
    }
    if (keep_ == 0 && !judge(protocol)) return std::nullopt;
    const Bytes wanted = gather(keep_);
    if (wanted.size() < keep_) return std::nullopt;
    return give(wanted);
  }

  // lost is true while the framer looks for a plausible frame.
  [[nodiscard]] bool lost() const { return lost_; }
  // foreign counts the places where the protocol refused a frame; each made the framer lost.
  [[nodiscard]] std::uint32_t foreign() const { return foreign_; }
  // resynchronised counts the plausible frames that ended a search.
  [[nodiscard]] std::uint32_t resynchronised() const { return resynchronised_; }

  // reset forgets everything but the memory that it holds, if that is not much.
  void reset() {
    Vector<std::uint8_t> held(held_.get_allocator());
    if (held_.capacity() <= kKeptBytes) held.swap(held_);
    held.clear();
    *this = Framer(std::move(held));
  }

 private:
  // A PDU of a usual size, cut in two, is held without asking for memory.
  static constexpr std::size_t kKeptBytes = 1 << 13;

  explicit Framer(Vector<std::uint8_t> held) : held_(std::move(held)) {}

  // begin learns the length of the frame that begins here; false: bytes are short, or lost_.
  template <class Protocol>
  bool begin(const Protocol& protocol) {
    const Bytes header = gather(protocol.header_bytes);
    if (header.size() < protocol.header_bytes) return false;
    if (const auto total = protocol.total(header)) {
      total_ = *total;
      return true;
    }
    ++foreign_;
    lost_ = true;
    // The refused place must not be found again.
    if (held_.empty()) {
      input_ = input_.subspan(1);
    } else {
      drop_held(1);
    }
    return false;
  }

  // judge learns how much of the frame is wanted; false: bytes are short.
  template <class Protocol>
  bool judge(const Protocol& protocol) {
    const std::size_t need = std::min(total_, protocol.judged_bytes);
    const Bytes head = gather(need);
    if (head.size() < need) return false;
    // A short frame is kept whole, whatever the protocol wants of it.
    keep_ = need == total_ ? need : std::clamp(protocol.keep(head, total_), need, total_);
    return true;
  }

  // resynchronise drops bytes up to the next plausible frame; false: none is in sight.
  template <class Protocol>
  bool resynchronise(const Protocol& protocol) {
    if (!held_.empty() && !search_held(protocol)) return false;
    if (held_.empty()) {
      input_ = input_.subspan(protocol.find(input_));
      if (input_.size() < protocol.marker_bytes) {
        hold(input_.size());
        return false;
      }
    }
    lost_ = false;
    ++resynchronised_;
    return true;
  }

  // search_held drops held bytes up to the first that may begin a frame, with as many of the input
  // behind them as it takes to be sure; false: these are too few, and are held as well.
  template <class Protocol>
  bool search_held(const Protocol& protocol) {
    const std::size_t old = held_.size();
    const Bytes more = input_.first(std::min(input_.size(), protocol.marker_bytes));
    append(held_, more);
    const std::size_t at = std::min(protocol.find(held_), old);
    const bool sure = held_.size() - at >= protocol.marker_bytes;
    if (sure) {
      held_.resize(old);
    } else {
      input_ = {};
      if (at == old) began_ = time_;
    }
    drop_held(at);
    return sure;
  }

  // gather gives the first n bytes of the frame under way, or fewer if they have not all come. It
  // copies them only if they came in more than one push.
  Bytes gather(std::size_t n) {
    if (held_.empty() && input_.size() >= n) return input_.first(n);
    if (held_.size() < n) hold(std::min(n - held_.size(), input_.size()));
    return Bytes(held_).first(std::min(n, held_.size()));
  }

  void hold(std::size_t n) {
    if (held_.empty()) began_ = time_;
    append(held_, input_.first(n));
    input_ = input_.subspan(n);
  }

  void drop_held(std::size_t n) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(n));
  }

  // give hands a frame out. Its bytes stay where they are until release().
  Frame give(Bytes bytes) {
    given_ = true;
    return {bytes, total_, held_.empty() ? time_ : began_, cut_};
  }

  // release lets go of the frame that was given and sets about passing over the rest of it. What
  // was held to find it may reach into the next one.
  void release() {
    if (cut_) {
      held_.clear();
    } else if (held_.empty()) {
      skip_ = total_ - keep_;
      input_ = input_.subspan(keep_);
    } else {
      const std::size_t n = std::min(held_.size(), total_);
      skip_ = total_ - n;
      drop_held(n);
    }
    total_ = keep_ = 0;
    given_ = cut_ = false;
  }

  // skipped passes over what is left of an earlier frame; false: it is not over yet.
  bool skipped() {
    const std::size_t n = std::min(skip_, input_.size());
    input_ = input_.subspan(n);
    skip_ -= n;
    return skip_ == 0;
  }

  Vector<std::uint8_t> held_;  // leading bytes of the frame under way, when it came in pieces
  Bytes input_;                // what push() gave and is not used yet
  Timestamp time_;             // of input_
  Timestamp began_;            // of held_[0]
  std::size_t total_ = 0;      // length of the frame under way; 0 before it is known
  std::size_t keep_ = 0;       // how much of it is wanted; 0 before it is known
  std::size_t skip_ = 0;       // bytes of an earlier frame that are still to pass
  std::uint32_t foreign_ = 0;
  std::uint32_t resynchronised_ = 0;
  bool given_ = false;  // the frame under way was handed out; its bytes must stay
  bool cut_ = false;    // ... or is to be, as far as it came
  bool lost_ = false;
};

}  // namespace rpcsieve
