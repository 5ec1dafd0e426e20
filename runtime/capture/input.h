#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace rpcsieve::capture {

// Input is a file's content behind a stdio stream, decompressed if gzip made it. The stream owns
// nothing: the Input must outlive it, and whoever took it closes it.
class Input {
 public:
  // open returns nullptr and says why in `error` if the file cannot be opened; "-" is standard
  // input.
  static std::unique_ptr<Input> open(const std::string& path, std::string& error);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input();

  // stream makes the stream, with a buffer of its own; nullptr if memory is short.
  std::FILE* stream();
  // failure says what went wrong while reading (an I/O error, broken or cut compressed data); empty
  // as long as nothing did.
  [[nodiscard]] std::string failure() const;
  // is_zstd says whether the file begins like one of zstd's, which nothing here decompresses.
  [[nodiscard]] bool is_zstd() const;
  // progress is how much of the file was read, 0 to 1; 0 if its size is not known.
  [[nodiscard]] double progress() const;

 private:
  struct State;
  explicit Input(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::capture
