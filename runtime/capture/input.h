#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "runtime/base/bytes.h"

namespace rpcsieve::capture {

// Input is a file's content, decompressed if gzip made it: to be read, or behind a stdio stream.
class Input {
 public:
  // open returns nullptr and says why in `error` if the file cannot be opened; "-" is standard
  // input.
  static std::unique_ptr<Input> open(const std::string& path, std::string& error);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input();

  // peek gives the first n bytes of the content, fewer if there are not so many, without taking
  // them: they are what is read first. To be called before anything is read.
  Bytes peek(std::size_t n);
  // read puts the next bytes of the content there, and gives their number: less than n only at the
  // end, or where failure() says why.
  std::size_t read(std::uint8_t* to, std::size_t n);
  // stream makes a stream of the content, with a buffer of its own; nullptr if memory is short. It
  // owns nothing: the Input must outlive it, and whoever took it closes it.
  std::FILE* stream();
  // failure says what went wrong while reading (an I/O error, broken or cut compressed data); empty
  // as long as nothing did.
  [[nodiscard]] std::string failure() const;
  // is_zstd says whether the file begins like one of zstd's, which nothing here decompresses.
  [[nodiscard]] bool is_zstd();
  // progress is how much of the file was read, 0 to 1; 0 if its size is not known.
  [[nodiscard]] double progress() const;

 private:
  struct State;
  explicit Input(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::capture
