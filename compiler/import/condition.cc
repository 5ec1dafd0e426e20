// Sigma's conditions by recursive descent: `or` binds least, then `and`, then `not`.
#include "compiler/import/condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/catalog/glob.h"

namespace rpcsieve::compiler {
namespace {

constexpr int kDeepest = 32;

struct Word {
  std::string_view text;
  std::size_t at = 0;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t length = 1;
    if (c != '(' && c != ')' && c != ' ' && c != '\n')
      length = std::min(text.find_first_of("() \n", at), text.size()) - at;
    if (c != ' ' && c != '\n') words.push_back({text.substr(at, length), at});
    at += length;
  }
  return words;
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& selections, ConditionFault& fault)
      : words_(words_of(text)), end_(text.size()), selections_(selections), fault_(fault) {}

  bool parse(Condition& out) {
    if (!alternatives(out, 0)) return false;
    return at_ == words_.size() || fail(fmt::format("'{}' is not expected here", peek()));
  }

 private:
  [[nodiscard]] std::string_view peek() const {
    return at_ < words_.size() ? words_[at_].text : std::string_view();
  }

  bool take(std::string_view word) {
    if (at_ == words_.size() || !glob_fits(word, words_[at_].text)) return false;
    ++at_;
    return true;
  }

  bool fail(std::string message) {
    fault_ = {at_ < words_.size() ? words_[at_].at : end_, std::move(message)};
    return false;
  }

  bool alternatives(Condition& out, int depth) {
    return chain(out, depth, "or", Condition::Kind::kOr, &Parser::conjunction);
  }
  bool conjunction(Condition& out, int depth) {
    return chain(out, depth, "and", Condition::Kind::kAnd, &Parser::factor);
  }

  // chain reads operands with one operator between them.
  bool chain(Condition& out, int depth, std::string_view word, Condition::Kind kind,
             bool (Parser::*operand)(Condition&, int)) {
    out.kind = kind;
    do {
      out.operands.emplace_back();
      if (!(this->*operand)(out.operands.back(), depth)) return false;
    } while (take(word));
    return true;
  }

  bool factor(Condition& out, int depth) {
    if (depth == kDeepest) return fail("the brackets are nested too deep");
    if (take("not")) {
      out.kind = Condition::Kind::kNot;
      out.operands.emplace_back();
      return factor(out.operands.back(), depth + 1);
    }
    if (take("(")) {
      if (!alternatives(out, depth + 1)) return false;
      return take(")") || fail("a bracket is not closed");
    }
    const bool counted = at_ + 1 < words_.size() && glob_fits("of", words_[at_ + 1].text);
    return counted ? quantified(out) : selection(out);
  }

  // quantified reads "1 of selection*".
  bool quantified(Condition& out) {
    const bool one = peek() == "1" || glob_fits("any", peek());
    if (!one && !glob_fits("all", peek())) return fail("only 1 of, any of and all of are known");
    out.kind = one ? Condition::Kind::kOr : Condition::Kind::kAnd;
    at_ += 2;
    const std::string_view pattern = peek();
    const bool them = glob_fits("them", pattern);
    for (std::size_t i = 0; i < selections_.size(); ++i)
      if (them ? selections_[i].front() != '_' : glob_fits(pattern, selections_[i]))
        out.operands.push_back({Condition::Kind::kSelection, i, {}});
    if (out.operands.empty()) return fail(fmt::format("no selection is called '{}'", pattern));
    ++at_;
    return true;
  }

  bool selection(Condition& out) {
    if (at_ == words_.size()) return fail("a selection is missing");
    const auto found = std::find(selections_.begin(), selections_.end(), peek());
    if (found == selections_.end()) return fail(fmt::format("no selection is called '{}'", peek()));
    out.selection = static_cast<std::size_t>(found - selections_.begin());
    ++at_;
    return true;
  }

  std::vector<Word> words_;
  std::size_t end_;
  std::size_t at_ = 0;
  const std::vector<std::string>& selections_;
  ConditionFault& fault_;
};

}  // namespace

bool parse_condition(std::string_view text, const std::vector<std::string>& selections,
                     Condition& condition, ConditionFault& fault) {
  return Parser(text, selections, fault).parse(condition);
}

}  // namespace rpcsieve::compiler
