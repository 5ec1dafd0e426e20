// Numbers that stay. A SIEM knows a rule by its sid, so a number that was given out once is written
// to sids.lock and never means anything else. What is not in the lock is numbered anew each time,
// in an order that depends on nothing but the ids; so everyone who compiles the same rules with
// the same lock gets the same numbers.
#include "compiler/backend/sids.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "compiler/backend/forms.h"

namespace rpcsieve::compiler {
namespace {

struct Token {
  std::string_view text;
  Span span;
};

// Line is one line of the lock that holds an entry.
struct Line {
  std::vector<Token> tokens;
  Span span;  // from the first token to the last
};

Span place(const std::shared_ptr<const Source>& source, std::uint32_t line, std::size_t begin,
           std::size_t end) {
  return {source, line, static_cast<std::uint32_t>(begin + 1),
          static_cast<std::uint32_t>(end - begin)};
}

Line split(const std::shared_ptr<const Source>& source, std::uint32_t number,
           std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  text = text.substr(0, text.find('#'));
  Line line;
  std::size_t begin = text.find_first_not_of(kBlanks);
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    line.tokens.push_back({text.substr(begin, end - begin), place(source, number, begin, end)});
    begin = text.find_first_not_of(kBlanks, end);
  }
  if (!line.tokens.empty()) {
    line.span = line.tokens.front().span;
    const Span& last = line.tokens.back().span;
    line.span.length = last.column + last.length - line.span.column;
  }
  return line;
}

std::vector<Line> read_lines(const Source& lock) {
  const auto source = std::make_shared<const Source>(lock);
  std::vector<Line> lines;
  std::string_view left = source->text;
  for (std::uint32_t number = 1; !left.empty(); ++number) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    Line line = split(source, number, left.substr(0, end));
    if (!line.tokens.empty()) lines.push_back(std::move(line));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return lines;
}

// parse_number reads a whole token as a decimal number from 1 up.
std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

// LockReader collects the entries of a lock, each sid and each key once.
class LockReader {
 public:
  explicit LockReader(Diagnostics& out) : out_(out) {}

  void read(const Line& line) {
    if (line.tokens.size() != 4) {
      out_.error("E050", line.span, "a line of sids.lock has four parts", "write: ID FORM SID REV");
      return;
    }
    const auto id = parse_uuid(line.tokens[0].text);
    if (!id) out_.error("E050", line.tokens[0].span, "not a UUID", "write the id of the detection");
    const auto sid = number(line.tokens[2], "sid");
    const auto rev = number(line.tokens[3], "rev");
    check_form(line.tokens[1]);
    if (id && sid && rev) add(line, {*id, std::string(line.tokens[1].text)}, {*sid, *rev});
  }

  std::map<Sids::Key, Sid> entries;

 private:
  std::optional<std::uint32_t> number(const Token& token, std::string_view what) {
    const auto value = parse_number(token.text);
    if (!value)
      out_.error("E050", token.span, fmt::format("not a {}", what),
                 "it is a number from 1 to 4294967295");
    return value;
  }

  void check_form(const Token& token) {
    if (is_form(token.text)) return;
    out_.warning("W050", token.span, fmt::format("unknown form '{}'", token.text),
                 "its sid stays reserved");
  }

  void add(const Line& line, Sids::Key key, Sid sid) {
    if (!sids_.insert(sid.sid).second)
      out_.error("E051", line.tokens[2].span, fmt::format("sid {} stands twice", sid.sid),
                 "give each form a sid of its own");
    if (!entries.emplace(std::move(key), sid).second)
      out_.error("E052", line.span, "this form of the detection has a sid already",
                 "remove one of the lines");
  }

  Diagnostics& out_;
  std::set<std::uint32_t> sids_;
};

// FreeSids gives the free numbers in rising order.
class FreeSids {
 public:
  explicit FreeSids(const std::map<Sids::Key, Sid>& taken) {
    for (const auto& [key, sid] : taken) taken_.insert(sid.sid);
  }
  std::uint32_t next() {
    while (taken_.count(next_) != 0) ++next_;
    return next_++;
  }

 private:
  std::set<std::uint32_t> taken_;
  std::uint32_t next_ = kFirstFreeSid;
};

// forms_of names every form that a detection may take.
std::vector<std::string> forms_of(const Detection& detection) {
  std::vector<std::string> names = {form_name("native", 0)};
  std::size_t calls = 0;
  for (const Step& step : detection.steps) calls += step.calls.size();
  for (std::size_t i = 0; i < calls; ++i)
    for (const std::string_view form : kForms)
      if (form != "native") names.push_back(form_name(form, i));
  return names;
}

}  // namespace

Sids Sids::assign(const Ir& ir, const Source* lock, Diagnostics& out) {
  LockReader reader(out);
  if (lock != nullptr)
    for (const Line& line : read_lines(*lock)) reader.read(line);

  std::set<Key> missing;
  for (const Detection& detection : ir.detections)
    for (std::string& form : forms_of(detection))
      if (Key key{detection.id, std::move(form)}; reader.entries.count(key) == 0)
        missing.insert(std::move(key));

  FreeSids free(reader.entries);
  Sids sids;
  sids.sids_ = std::move(reader.entries);
  for (const Key& key : missing) sids.sids_.emplace(key, Sid{free.next(), 1});
  return sids;
}

Sid Sids::of(const Uuid& id, std::string_view form) const {
  const auto found = sids_.find({id, std::string(form)});
  assert(found != sids_.end());
  return found == sids_.end() ? Sid{} : found->second;
}

std::string print(const Sids& sids) {
  std::string text = "# The numbers of the rules: ID FORM SID REV. Never reuse a sid.\n";
  for (const auto& [key, sid] : sids.all())
    text += fmt::format("{} {} {} {}\n", print(key.first), key.second, sid.sid, sid.rev);
  return text;
}

}  // namespace rpcsieve::compiler
