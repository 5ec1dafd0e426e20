// Numbers that stay. A SIEM knows a rule by its sid, so a number that was given out once is written
// to sids.lock and never means anything else. What is not in the lock is numbered anew each time,
// in an order that depends on nothing but the ids; so everyone who compiles the same rules with
// the same lock gets the same numbers. A rev is counted from the lock too: it is one more than
// there as long as the detection means something else than it did when the lock was written.
#include "compiler/backend/sids.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "compiler/backend/forms.h"
#include "compiler/ir/meaning.h"

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

// is_marker says whether a line is one of those that version control leaves around a conflict.
bool is_marker(std::string_view text, char sign) {
  const std::string_view head = text.substr(0, 7);
  return head.size() == 7 && head.find_first_not_of(sign) == std::string_view::npos;
}

bool is_any_marker(std::string_view text) {
  return is_marker(text, '<') || is_marker(text, '|') || is_marker(text, '=') ||
         is_marker(text, '>');
}

// LineReader cuts a lock into lines. What two sides of a merge disagree about is one mistake: the
// lines between the markers are passed over, whatever they are worth.
class LineReader {
 public:
  LineReader(const Source& lock, Diagnostics& out)
      : source_(std::make_shared<const Source>(lock)), out_(out) {}

  std::vector<Line> read() {
    std::string_view left = source_->text;
    for (std::uint32_t number = 1; !left.empty(); ++number) {
      const std::size_t end = std::min(left.find('\n'), left.size());
      add(number, left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
    }
    return std::move(lines_);
  }

 private:
  void add(std::uint32_t number, std::string_view text) {
    if (is_any_marker(text)) {
      if (!in_conflict_)
        out_.error("E054", place(source_, number, 0, 7), "an unfinished merge",
                   "keep the lines of both sides, each sid once, and give the loser a free one");
      in_conflict_ = !is_marker(text, '>');
    } else if (Line line = split(source_, number, text); !in_conflict_ && !line.tokens.empty()) {
      lines_.push_back(std::move(line));
    }
  }

  std::shared_ptr<const Source> source_;
  Diagnostics& out_;
  std::vector<Line> lines_;
  bool in_conflict_ = false;
};

// parse_number reads a whole token as a number from 1 up.
template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (fault != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

// LockReader collects the entries of a lock, each sid and each key once.
class LockReader {
 public:
  explicit LockReader(Diagnostics& out) : out_(out) {}

  void read(const Line& line) {
    if (line.tokens.size() != 4 && line.tokens.size() != 5) {
      out_.error("E050", line.span, "a line of sids.lock has four parts, or five",
                 "write: ID FORM SID REV");
      return;
    }
    const auto id = parse_uuid(line.tokens[0].text);
    if (!id) out_.error("E050", line.tokens[0].span, "not a UUID", "write the id of the detection");
    const auto sid = number(line.tokens[2], "sid");
    const auto rev = number(line.tokens[3], "rev");
    const auto meaning = line.tokens.size() == 5 ? read_meaning(line.tokens[4]) : 0;
    check_form(line.tokens[1]);
    if (id && sid && rev && meaning)
      add(line, {*id, std::string(line.tokens[1].text)}, {{*sid, *rev}, *meaning});
  }

  std::map<Sids::Key, Sids::Entry> entries;

 private:
  std::optional<std::uint32_t> number(const Token& token, std::string_view what) {
    const auto value = parse_number<std::uint32_t>(token.text, 10);
    if (!value)
      out_.error("E050", token.span, fmt::format("not a {}", what),
                 "it is a number from 1 to 4294967295");
    return value;
  }

  std::optional<std::uint64_t> read_meaning(const Token& token) {
    const auto value = parse_number<std::uint64_t>(token.text, 16);
    if (!value)
      out_.error("E050", token.span, "not the mark of a meaning",
                 "leave it out; compile --update-lock writes it");
    return value;
  }

  void check_form(const Token& token) {
    if (is_form(token.text)) return;
    out_.warning("W050", token.span, fmt::format("unknown form '{}'", token.text),
                 "its sid stays reserved");
  }

  void add(const Line& line, Sids::Key key, Sids::Entry entry) {
    const std::uint32_t sid = entry.sid.sid;
    if (!sids_.insert(sid).second)
      out_.error("E051", line.tokens[2].span, fmt::format("sid {} stands twice", sid),
                 "give each form a sid of its own");
    if (!entries.emplace(std::move(key), entry).second)
      out_.error("E052", line.span, "this form of the detection has a sid already",
                 "remove one of the lines");
  }

  Diagnostics& out_;
  std::set<std::uint32_t> sids_;
};

// FreeSids gives the free numbers in rising order.
class FreeSids {
 public:
  explicit FreeSids(const std::map<Sids::Key, Sids::Entry>& taken) {
    for (const auto& [key, entry] : taken) taken_.insert(entry.sid.sid);
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

// refresh notes what a detection means now, in a number of the lock.
void refresh(Sids::Entry& entry, std::uint64_t meaning) {
  const bool changed = entry.meaning != 0 && entry.meaning != meaning;
  if (changed && entry.sid.rev < std::numeric_limits<std::uint32_t>::max()) ++entry.sid.rev;
  entry.meaning = meaning;
}

}  // namespace

Sids Sids::assign(const Ir& ir, const Source* lock, Diagnostics& out) {
  LockReader reader(out);
  if (lock != nullptr)
    for (const Line& line : LineReader(*lock, out).read()) reader.read(line);

  std::map<Key, Entry> missing;
  for (const Detection& detection : ir.detections) {
    const std::uint64_t meaning = meaning_of(detection, ir);
    for (std::string& form : forms_of(detection)) {
      Key key{detection.id, std::move(form)};
      const auto locked = reader.entries.find(key);
      if (locked == reader.entries.end())
        missing.emplace(std::move(key), Entry{{}, meaning});
      else
        refresh(locked->second, meaning);
    }
  }

  FreeSids free(reader.entries);
  Sids sids;
  sids.entries_ = std::move(reader.entries);
  for (auto& [key, entry] : missing) entry.sid = {free.next(), 1};
  sids.entries_.merge(missing);  // moves the nodes: there may be a million
  return sids;
}

Sid Sids::of(const Uuid& id, std::string_view form) const {
  const auto found = entries_.find({id, std::string(form)});
  assert(found != entries_.end());
  return found == entries_.end() ? Sid{} : found->second.sid;
}

std::string print(const Sids& sids) {
  std::string text = "# The numbers of the rules: ID FORM SID REV MEANING. Never reuse a sid.\n";
  for (const auto& [key, entry] : sids.all()) {
    text += fmt::format("{} {} {} {}", print(key.first), key.second, entry.sid.sid, entry.sid.rev);
    if (entry.meaning != 0) text += fmt::format(" {:016x}", entry.meaning);
    text += '\n';
  }
  return text;
}

}  // namespace rpcsieve::compiler
