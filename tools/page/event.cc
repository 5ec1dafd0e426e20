// An EVE event is read by the library's events, without its tree: that is fast, and nothing nests
// deeper here than the number that counts it. The library refuses what is not UTF-8, so every text
// that comes out is.
#include "tools/page/event.h"

#include <nlohmann/json.hpp>

namespace rpcsieve::page {
namespace {

using nlohmann::json;

// Flattener hears the parser. path_ is where it is; ends_ are the lengths of the paths around it,
// one for each object or array that is open.
class Flattener : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return add(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return add(std::to_string(value)); }
  bool number_float(double, const std::string& as_written) override { return add(as_written); }
  bool string(std::string& value) override { return add(value); }
  bool binary(json::binary_t&) override { return false; }  // there is none in JSON
  bool start_object(std::size_t) override { return begin(); }
  bool start_array(std::size_t) override { return !ends_.empty() && begin(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

  bool key(std::string& name) override {
    path_.resize(ends_.back());
    if (!path_.empty()) path_ += '.';
    path_ += cut(name);
    return true;
  }

  std::vector<Field> take() { return std::move(fields_); }

 private:
  bool begin() {
    ends_.push_back(path_.size());
    return ends_.size() <= kMaxDepth;
  }
  bool end() {
    path_.resize(ends_.back());
    ends_.pop_back();
    return true;
  }

  // add adds a value, or one more of the array that is open. A document that is no object has none.
  bool add(std::string_view text) {
    if (ends_.empty()) return false;
    if (text.empty()) return true;
    for (Field& field : fields_) {
      if (field.path == path_) return join(field, text);
    }
    if (fields_.size() < kMaxFieldsOfEvent) fields_.push_back({path_, cut(text)});
    return true;
  }
  static bool join(Field& field, std::string_view text) {
    if (field.text.size() < kMaxTextBytes) field.text = cut(field.text + ", " + cut(text));
    return true;
  }

  std::string path_;
  std::vector<std::size_t> ends_;
  std::vector<Field> fields_;
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string_view Event::get(std::string_view path) const {
  for (const Field& field : fields_) {
    if (field.path == path) return field.text;
  }
  return {};
}

std::string_view Event::first(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths) {
    if (const auto text = get(path); !text.empty()) return text;
  }
  return {};
}

std::optional<Event> parse_event(std::string_view line) {
  Flattener flattener;
  if (!json::sax_parse(line, &flattener)) return std::nullopt;
  return Event(flattener.take());
}

std::string cut(std::string_view text) {
  if (text.size() <= kMaxTextBytes) return std::string(text);
  std::size_t end = kMaxTextBytes;
  while (end > 0 && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace rpcsieve::page
