#include "tools/forge/stub_maker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace rpcsieve::forge {
namespace {

Wanted text(std::string_view value) { return {Wire().text(value).build(), "", std::string(value)}; }
Wanted regex(std::string_view value) { return {{}, std::string(value), std::string(value)}; }

bool anything(const Buffer&) { return true; }

bool holds(const Buffer& stub, std::string_view wanted) {
  const Buffer bytes = Wire().text(wanted).build();
  return std::search(stub.begin(), stub.end(), bytes.begin(), bytes.end()) != stub.end();
}

// made prints a stub with its zeros as dots; what cannot be made says why.
std::string made(const std::vector<Clause>& clauses,
                 const std::function<bool(const Buffer&)>& judge = anything) {
  std::string why;
  const auto stub = make_stub(clauses, judge, why);
  if (!stub) return "refused: " + why;
  std::string out(stub->begin(), stub->end());
  std::replace(out.begin(), out.end(), '\0', '.');
  return out;
}

const std::string kHandle(24, '.');

TEST(StubMaker, LaysOutWhatMustBeThere) {
  EXPECT_EQ(made({}), kHandle);
  EXPECT_EQ(made({{{text("one")}}}), kHandle + "one.....");
  EXPECT_EQ(made({{{text("one")}}, {{text("two")}}}), kHandle + "one..two........");
  EXPECT_EQ(made({{{regex("^head")}}, {{text("x")}}, {{regex("tail$")}}}),
            "head" + kHandle + "x...tail");
  EXPECT_EQ(made({{{regex("^all$")}}}), "all");
}

TEST(StubMaker, LaysPatternsOfOneEndOverOneAnother) {
  EXPECT_EQ(made({{{regex("^..b")}}, {{regex("^a.b.d")}}}), "axbxd" + kHandle + "...");
  EXPECT_EQ(made({{{regex("b.$")}}, {{regex("c$")}}}), kHandle + "bc");
  EXPECT_EQ(made({{{regex("^a.$")}}, {{regex("^.b$")}}}), "ab");
}

TEST(StubMaker, TakesTheFirstChoiceThatCanBeHad) {
  EXPECT_EQ(made({{{text("one"), text("two")}}}), kHandle + "one.....");
  EXPECT_EQ(made({{{regex("(?=x)y"), text("two")}}}), kHandle + "two.....");
  const auto without_one = [](const Buffer& stub) { return !holds(stub, "one"); };
  EXPECT_EQ(made({{{text("one"), text("two")}}}, without_one), kHandle + "two.....");
}

TEST(StubMaker, LeavesOutWhatNeedNotBeThere) { EXPECT_EQ(made({{{text("one")}, true}}), kHandle); }

TEST(StubMaker, SaysWhatCannotBeHad) {
  EXPECT_EQ(made({{{text("one")}}, {{regex("(?=x)y")}}}),
            "refused: (?=x)y: cannot make this kind of group");
  constexpr std::string_view kTogether =
      "refused: none of the stubs that were tried fulfils all stub conditions together";
  EXPECT_EQ(made({{{regex("^a")}}, {{regex("^b")}}}), kTogether);
  EXPECT_EQ(made({{{regex("^a$")}}, {{regex("^bc$")}}}), kTogether);
}

TEST(StubMaker, TriesSoManyStubs) {
  const std::vector<Clause> clauses(40, {{text("one"), text("two"), text("three")}});
  std::size_t asked = 0;
  const auto never = [&](const Buffer&) { return ++asked == 0; };
  EXPECT_EQ(made(clauses, never).substr(0, 7), "refused");
  EXPECT_EQ(asked, kMaxStubs);
}

// nearly prints what becomes of a sample, one after the other.
std::string nearly(const Wanted& wanted, std::vector<Sample> (*change)(const Sample&)) {
  std::string why, out;
  for (const Sample& other : change(sample_of(wanted, why).value())) {
    out += out.empty() ? "" : " ";
    out += std::string(other.bytes.begin(), other.bytes.end());
  }
  std::replace(out.begin(), out.end(), '\0', '.');
  return out;
}

TEST(StubMaker, ChangesOneByteOfAWish) {
  EXPECT_EQ(nearly(text("ab"), off_by_one), "ac aa a. ax bb `b .b xb");
  EXPECT_EQ(nearly(regex("a."), off_by_one), "bx `x .x xx");
  EXPECT_EQ(nearly(text("ab"), beyond), "");
  EXPECT_EQ(nearly(regex("x[0-9][a-c]{2}."), beyond), "x0adx x0dax x:aax");
  EXPECT_EQ(nearly(regex("[\\xf0-\\xff]"), beyond), "");
}

}  // namespace
}  // namespace rpcsieve::forge
