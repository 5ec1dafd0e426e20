#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/base/bytes.h"

namespace rpcsieve::dcerpc {

// Fragments joins the body of a connectionless request or response, whose fragments may come in any
// order, and more than once [C706 §10.2.2]. The bytes that came first for a number count.
class Fragments {
 public:
  // What one fragment costs beside its bytes: empty ones are free to send.
  static constexpr std::size_t kOverheadBytes = 16;

  // add takes a fragment of `length` bytes, of which those behind `bytes` are missing. False: it is
  // not one of the body's, or came before.
  bool add(std::uint16_t number, bool last, Bytes bytes, std::size_t length);

  // whole says that every fragment came; some may be cut.
  [[nodiscard]] bool whole() const { return last_ && parts_.size() == std::size_t{*last_} + 1; }
  [[nodiscard]] std::size_t count() const { return parts_.size(); }
  // length is that of all fragments that came, as they were sent.
  [[nodiscard]] std::size_t length() const;
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  [[nodiscard]] std::size_t cost() const { return bytes_.size() + parts_.size() * kOverheadBytes; }

  // join gives the body up to the first missing byte. It lives until the next change.
  Bytes join();
  // joined_all says that join gave the body to its end.
  [[nodiscard]] bool joined_all() const { return whole() && joined_ == parts_.size(); }

  void reset();

 private:
  struct Part {
    std::uint16_t number;
    std::size_t begin, size;  // of its bytes in bytes_
    std::size_t length;       // as sent
  };

  [[nodiscard]] bool in_order() const;

  std::vector<Part> parts_;          // by number
  std::vector<std::uint8_t> bytes_;  // in the order of coming
  std::vector<std::uint8_t> sorted_;
  std::optional<std::uint16_t> last_;  // number of the last fragment, once that is known
  std::size_t joined_ = 0;             // parts whose every byte join gave
};

}  // namespace rpcsieve::dcerpc
