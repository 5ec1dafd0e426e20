// A recursive descent that writes while it reads: each construct gives the sample of what it
// matches, sequences join samples, and a branch that cannot be had gives way to the next one.
#include "tools/forge/regex_sample.h"

#include <bitset>
#include <cctype>

namespace rpcsieve::forge {
namespace {

using Set = std::bitset<256>;

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// pick takes a byte that a person can read, if the set has one.
std::optional<std::uint8_t> pick(const Set& set) {
  for (int c = 'a'; c <= 'z'; ++c)
    if (set[static_cast<std::size_t>(c)]) return static_cast<std::uint8_t>(c);
  for (int c = '!'; c <= '~'; ++c)
    if (set[static_cast<std::size_t>(c)]) return static_cast<std::uint8_t>(c);
  for (std::size_t c = 0; c < set.size(); ++c)
    if (set[c]) return static_cast<std::uint8_t>(c);
  return std::nullopt;
}

Sample one(std::uint8_t byte, bool any = false) { return {{byte}, {any}, false, false, {byte}}; }

// one_of takes a byte of a set, and notes how far the set goes on from there.
std::optional<Sample> one_of(const Set& set) {
  const auto byte = pick(set);
  if (!byte) return std::nullopt;
  Sample sample = one(*byte, set.all());
  std::uint8_t& last = sample.last.front();
  while (last < 0xff && set[last + std::size_t{1}]) ++last;
  return sample;
}

// shorthand gives the set of \d and its like [pcrepattern(3)]; capitals are the complements.
std::optional<Set> shorthand(char letter) {
  Set set;
  for (int c = 0; c < 128; ++c) {
    const auto at = static_cast<std::size_t>(c);
    switch (std::tolower(byte_of(letter))) {
      case 'd':
        set[at] = std::isdigit(c) != 0;
        break;
      case 'w':
        set[at] = std::isalnum(c) != 0 || c == '_';
        break;
      case 's':
        set[at] = std::isspace(c) != 0;
        break;
      case 'h':
        set[at] = c == ' ' || c == '\t';
        break;
      case 'v':
        set[at] = c >= '\n' && c <= '\r';
        break;
      default:
        return std::nullopt;
    }
  }
  return std::isupper(byte_of(letter)) != 0 ? ~set : set;
}

// control gives the byte of \n and its like.
std::optional<std::uint8_t> control(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'f':
      return '\f';
    case 'a':
      return 7;
    case 'e':
      return 27;
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  Reader(std::string_view regex, std::string& why) : left_(regex), why_(why) {}

  std::optional<Sample> all() {
    auto found = branches(0);
    if (found && !left_.empty()) return refuse("a ) without its (");
    return found;
  }

 private:
  std::optional<Sample> refuse(std::string_view what) {
    why_ = what;
    fatal_ = true;
    return std::nullopt;
  }

  bool take(std::string_view text) {
    if (!left_.starts_with(text)) return false;
    left_.remove_prefix(text.size());
    return true;
  }

  char take() {
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }

  // branches reads alternatives up to a ) or the end, and gives the first that can be had.
  std::optional<Sample> branches(int depth) {
    if (depth > kMaxSampleNesting) return refuse("groups that are too deep");
    std::optional<Sample> found;
    do {
      auto branch = sequence(depth);
      if (fatal_) return std::nullopt;
      if (!found) found = std::move(branch);
    } while (take("|"));
    return found;
  }

  std::optional<Sample> sequence(int depth) {
    std::optional<Sample> all = Sample();
    while (!left_.empty() && left_.front() != '|' && left_.front() != ')') {
      const auto item = repeated(depth);
      if (fatal_) return std::nullopt;
      if (all && (!item || !join(*all, *item))) all.reset();
    }
    return all;
  }

  // join appends; false if anchors would stand amid the bytes.
  bool join(Sample& all, const Sample& next) {
    const bool amid = (next.at_begin && !all.bytes.empty()) || (all.at_end && !next.bytes.empty());
    if (amid || all.bytes.size() + next.bytes.size() > kMaxSampleBytes) {
      why_ = amid ? "an anchor amid what it matches" : "matches that are too long";
      return false;
    }
    all.bytes.insert(all.bytes.end(), next.bytes.begin(), next.bytes.end());
    all.any.insert(all.any.end(), next.any.begin(), next.any.end());
    all.last.insert(all.last.end(), next.last.begin(), next.last.end());
    all.at_begin = all.at_begin || next.at_begin;
    all.at_end = all.at_end || next.at_end;
    return true;
  }

  // repeated is an item as often as its quantifier wants it at least.
  std::optional<Sample> repeated(int depth) {
    auto item = atom(depth);
    if (fatal_) return std::nullopt;
    while (const auto times = quantifier()) {
      if (*times == 0) item = Sample();
      if (!item) continue;
      const Sample once = *item;
      if (once.bytes.empty()) continue;
      for (std::size_t i = 1; i < *times && item; ++i)
        if (!join(*item, once)) item.reset();
    }
    return item;
  }

  std::optional<std::size_t> quantifier() {
    std::optional<std::size_t> times;
    if (take("*") || take("?"))
      times = 0;
    else if (take("+"))
      times = 1;
    else
      times = braces();
    if (times && !take("?")) take("+");  // lazy or possessive: the least is the same
    return times;
  }

  // braces reads {n}, {n,} and {n,m}; any other brace is a character.
  std::optional<std::size_t> braces() {
    const auto end = left_.starts_with("{") ? left_.find('}') : std::string_view::npos;
    if (end == std::string_view::npos || end < 2) return std::nullopt;
    std::size_t least = 0;
    bool comma = false;
    for (std::size_t i = 1; i < end; ++i) {
      const char c = left_[i];
      if (c == ',' && !comma && i > 1) {
        comma = true;
      } else if (std::isdigit(byte_of(c)) == 0) {
        return std::nullopt;
      } else if (!comma && least <= kMaxSampleBytes) {
        least = least * 10 + static_cast<std::size_t>(c - '0');
      }
    }
    left_.remove_prefix(end + 1);
    return least;
  }

  std::optional<Sample> atom(int depth) {
    const char c = take();
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return of_set(set());
      case '\\':
        return escape();
      case '.':
        return one('x', true);
      case '^':
        return Sample{{}, {}, true, false, {}};
      case '$':
        return Sample{{}, {}, false, true, {}};
      case '*':
      case '+':
      case '?':
        return refuse("a quantifier of nothing");
      default:
        return one(byte_of(c));
    }
  }

  std::optional<Sample> of_set(const std::optional<Set>& set) {
    if (!set) return std::nullopt;
    if (auto found = one_of(*set)) return found;
    why_ = "a class without members";
    return std::nullopt;
  }

  std::optional<Sample> group(int depth) {
    if (take("?#")) {
      const auto end = left_.find(')');
      if (end == std::string_view::npos) return refuse("a comment without its )");
      left_.remove_prefix(end + 1);
      return Sample();
    }
    if (!head()) return refuse("this kind of group");
    if (take(")")) return Sample();
    auto found = branches(depth + 1);
    if (fatal_) return std::nullopt;
    if (!take(")")) return refuse("a ( without its )");
    return found;
  }

  // head reads what stands between ( and a group's pattern: names and flags. False: something else,
  // such as look-around.
  bool head() {
    if (left_.starts_with("*")) return false;
    if (!take("?") || take(":")) return true;
    take("P");
    if (left_.starts_with("<=") || left_.starts_with("<!")) return false;
    if (take("<")) return skip_past('>');
    if (take("'")) return skip_past('\'');
    while (!left_.empty() && std::string_view("ims-").find(left_.front()) != std::string_view::npos)
      take();
    return take(":") || left_.starts_with(")");
  }

  bool skip_past(char c) {
    const auto end = left_.find(c);
    if (end == std::string_view::npos) return false;
    left_.remove_prefix(end + 1);
    return true;
  }

  std::optional<Sample> escape() {
    if (left_.empty()) return refuse("a \\ at the end");
    if (take("Q")) return quoted();
    if (take("A")) return Sample{{}, {}, true, false, {}};
    if (take("z") || take("Z")) return Sample{{}, {}, false, true, {}};
    if (take("b") || take("B") || take("E")) return Sample();
    if (take("N")) return one('x');
    if (const auto set = shorthand(left_.front())) {
      take();
      return of_set(set);
    }
    if (const auto byte = escaped_byte(false)) return one(*byte);
    return std::nullopt;
  }

  // \Q…\E holds literal text [pcrepattern(3)].
  std::optional<Sample> quoted() {
    Sample all;
    while (!left_.empty() && !take("\\E"))
      if (!join(all, one(byte_of(take())))) return std::nullopt;
    return all;
  }

  // escaped_byte reads what stands behind a \ and means one byte.
  std::optional<std::uint8_t> escaped_byte(bool in_class) {
    if (left_.empty()) return refuse_byte("a \\ at the end");
    const char c = take();
    if (c == 'x') return hexadecimal();
    if (c == '0' || (is_octal(c) && (in_class || three_octal()))) return octal(c);
    if (c == 'c' && !left_.empty())
      return static_cast<std::uint8_t>(std::toupper(byte_of(take())) ^ 0x40);
    if (const auto byte = control(c)) return byte;
    if (in_class && c == 'b') return 8;
    if (std::isalnum(byte_of(c)) != 0) return refuse_byte(std::string("\\") + c);
    return byte_of(c);
  }

  std::optional<std::uint8_t> refuse_byte(std::string_view what) {
    refuse(what);
    return std::nullopt;
  }

  std::optional<std::uint8_t> hexadecimal() {
    const bool braced = take("{");
    unsigned value = 0;
    for (int i = 0; i < (braced ? 8 : 2); ++i) {
      if (left_.empty() || std::isxdigit(byte_of(left_.front())) == 0) break;
      const auto digit = std::tolower(byte_of(take()));
      value = value * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    if ((braced && !take("}")) || value > 0xff) return refuse_byte("characters beyond bytes");
    return static_cast<std::uint8_t>(value);
  }

  // three_octal says whether two more octal digits follow: \101 is a byte, \1 and \10 refer back.
  [[nodiscard]] bool three_octal() const {
    return left_.size() >= 2 && is_octal(left_[0]) && is_octal(left_[1]);
  }

  std::optional<std::uint8_t> octal(char first) {
    unsigned value = static_cast<unsigned>(first - '0');
    for (int i = 0; i < 2 && !left_.empty() && is_octal(left_.front()); ++i)
      value = value * 8 + static_cast<unsigned>(take() - '0');
    if (value > 0xff) return refuse_byte("characters beyond bytes");
    return static_cast<std::uint8_t>(value);
  }

  // set reads a class behind its [; a ] that comes first is a member.
  std::optional<Set> set() {
    Set members;
    const bool complement = take("^");
    for (bool first = true; first || !left_.starts_with("]"); first = false) {
      if (left_.empty()) return refuse_set("a [ without its ]");
      if (left_.starts_with("[:")) return refuse_set("named classes");
      if (take("\\")) {
        if (!left_.empty() && shorthand(left_.front())) {
          members |= *shorthand(take());
          continue;
        }
        const auto low = escaped_byte(true);
        if (!low || !range(members, *low)) return std::nullopt;
      } else if (!range(members, byte_of(take()))) {
        return std::nullopt;
      }
    }
    take("]");
    return complement ? ~members : members;
  }

  std::optional<Set> refuse_set(std::string_view what) {
    refuse(what);
    return std::nullopt;
  }

  // range adds a byte, or all up to another one behind a hyphen.
  bool range(Set& members, std::uint8_t low) {
    std::optional<std::uint8_t> high = low;
    if (left_.size() > 1 && left_[0] == '-' && left_[1] != ']') {
      take();
      high = take("\\") ? escaped_byte(true) : byte_of(take());
    }
    if (!high) return false;
    for (std::size_t c = low; c <= *high; ++c) members.set(c);
    return true;
  }

  std::string_view left_;
  std::string& why_;
  bool fatal_ = false;  // the expression is not understood: no branch can be had
};

}  // namespace

std::optional<Sample> sample(std::string_view regex, std::string& why) {
  return Reader(regex, why).all();
}

}  // namespace rpcsieve::forge
