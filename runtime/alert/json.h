#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rpcsieve::alert {

// JsonWriter appends JSON objects to a string, without spaces and in the order of the calls. Keys
// are literals of ours and stand as they are; values may hold anything: control characters are
// escaped, and every byte that is not part of well-formed UTF-8 becomes U+FFFD.
class JsonWriter {
 public:
  // The string must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object();
  void begin_object(std::string_view key);
  void end_object() { out_ += '}'; }
  void begin_array(std::string_view key);
  void end_array() { out_ += ']'; }

  void text(std::string_view key, std::string_view value);
  // text_or_null writes null for an empty text.
  void text_or_null(std::string_view key, std::string_view value);
  void number(std::string_view key, std::uint64_t value);
  void boolean(std::string_view key, bool value);
  void null(std::string_view key);
  // raw adds a member that is JSON already.
  void raw(std::string_view key, std::string_view json);
  // element adds a text to the array that was begun.
  void element(std::string_view value);

 private:
  char* extend(std::size_t n);
  [[nodiscard]] bool needs_comma() const;
  void separate();
  void begin_field(std::string_view key);
  void quote(std::string_view value);

  std::string& out_;
};

}  // namespace rpcsieve::alert
