#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpcsieve::page {

// Limits of one EVE line. Every byte of it is hostile: whoever could log on chose the user's name.
inline constexpr std::size_t kMaxDepth = 32;           // of objects and arrays
inline constexpr std::size_t kMaxTextBytes = 1024;     // of one fact; the rest is "…"
inline constexpr std::size_t kMaxFieldsOfEvent = 512;  // of one event; later ones are left out

// Field is one fact of an event: where it stands, "rpcsieve.user.name", and what is there as text.
struct Field {
  std::string path;
  std::string text;
};

// Event is one EVE event, made flat. An array's elements are joined by ", ", those of the objects
// in it field by field; null and empty texts are no facts.
class Event {
 public:
  explicit Event(std::vector<Field> fields) : fields_(std::move(fields)) {}

  // get gives the text at a path; empty if there is none. The view lives as long as the event.
  [[nodiscard]] std::string_view get(std::string_view path) const;
  // first gives the text at the first of the paths that has one.
  [[nodiscard]] std::string_view first(std::initializer_list<std::string_view> paths) const;
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// parse_event reads one line of an EVE file; nullopt if it is no JSON object (UTF-8), or is nested
// too deep.
std::optional<Event> parse_event(std::string_view line);

// cut gives at most kMaxTextBytes of well-formed UTF-8, with "…" for what is left out.
std::string cut(std::string_view text);

}  // namespace rpcsieve::page
