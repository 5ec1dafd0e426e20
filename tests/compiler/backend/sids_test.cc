#include "compiler/backend/sids.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/backend/forms.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::string_view kIdOfA = "61000000-0000-0000-0000-000000000000";

struct Assigned {
  Sids sids;
  std::string complaints;  // "E050 2:1 message\n"
};

Assigned assign(const Ir& ir, const std::string& lock) {
  Diagnostics out;
  const Source source{"sids.lock", lock};
  Assigned assigned{Sids::assign(ir, lock.empty() ? nullptr : &source, out), ""};
  for (const Diagnostic& one : out.sorted())
    assigned.complaints += fmt::format("{} {}:{}+{} {}\n", one.code, one.span.line, one.span.column,
                                       one.span.length, one.message);
  return assigned;
}

Ir rules_a_and_b() {
  return test::ir({test::Rule("b").call(test::kLsarpc), test::Rule("a").call(test::kLsarpc)});
}

TEST(Sids, GivesFreeNumbersInOrderOfIdAndForm) {
  const Ir ir = rules_a_and_b();
  EXPECT_EQ(print(assign(ir, "").sids),
            "# The numbers of the rules: ID FORM SID REV. Never reuse a sid.\n"
            "61000000-0000-0000-0000-000000000000 app 9400000 1\n"
            "61000000-0000-0000-0000-000000000000 native 9400001 1\n"
            "61000000-0000-0000-0000-000000000000 raw 9400002 1\n"
            "61000000-0000-0000-0000-000000000000 raw-bind 9400003 1\n"
            "61000000-0000-0000-0000-000000000000 raw-bind-n 9400004 1\n"
            "61000000-0000-0000-0000-000000000000 raw-n 9400005 1\n"
            "61000000-0000-0000-0000-000000000000 sealed 9400006 1\n"
            "61000000-0000-0000-0000-000000000000 sealed-n 9400007 1\n"
            "61000000-0000-0000-0000-000000000000 stub 9400008 1\n"
            "61000000-0000-0000-0000-000000000000 udp 9400009 1\n"
            "62000000-0000-0000-0000-000000000000 app 9400010 1\n"
            "62000000-0000-0000-0000-000000000000 native 9400011 1\n"
            "62000000-0000-0000-0000-000000000000 raw 9400012 1\n"
            "62000000-0000-0000-0000-000000000000 raw-bind 9400013 1\n"
            "62000000-0000-0000-0000-000000000000 raw-bind-n 9400014 1\n"
            "62000000-0000-0000-0000-000000000000 raw-n 9400015 1\n"
            "62000000-0000-0000-0000-000000000000 sealed 9400016 1\n"
            "62000000-0000-0000-0000-000000000000 sealed-n 9400017 1\n"
            "62000000-0000-0000-0000-000000000000 stub 9400018 1\n"
            "62000000-0000-0000-0000-000000000000 udp 9400019 1\n");
}

TEST(Sids, KeepsWhatTheLockSaysAndNeverReusesASid) {
  const Ir ir = rules_a_and_b();
  const auto [sids, complaints] =
      assign(ir,
             "# comment\r\n"
             "\n"
             "61000000-0000-0000-0000-000000000000\tnative  77 3 # why\r\n"
             "99999999-0000-0000-0000-000000000000 app 9400000 2\n"
             "99999999-0000-0000-0000-000000000000 raw 9400002 2");
  EXPECT_EQ(complaints, "");
  EXPECT_EQ(sids.of(ir.detections[1].id, "native"), (Sid{77, 3}));
  EXPECT_EQ(sids.of(ir.detections[1].id, "app"), (Sid{9400001, 1}));
  EXPECT_EQ(sids.of(ir.detections[1].id, "raw"), (Sid{9400003, 1}));
}

TEST(Sids, ReadsBackWhatItPrints) {
  const Ir ir = rules_a_and_b();
  const Sids sids = assign(ir, std::string(kIdOfA) + " stub 5 9\n").sids;
  const auto [again, complaints] = assign(ir, print(sids));
  EXPECT_EQ(complaints, "");
  EXPECT_EQ(again.all(), sids.all());
}

struct LockCase {
  std::string_view name, lock, want;
};

const LockCase kLockCases[] = {
    {"three parts", "ID native 5\n", "E050 1:1+11 a line of sids.lock has four parts\n"},
    {"five parts", "  ID native 5 1 x # c\n", "E050 1:3+15 a line of sids.lock has four parts\n"},
    {"all parts bad", "ID native 0 x\n",
     "E050 1:1+2 not a UUID\nE050 1:11+1 not a sid\nE050 1:13+1 not a rev\n"},
    {"sid beyond 32 bits", "ID native 4294967296 1\n",
     "E050 1:1+2 not a UUID\nE050 1:11+10 not a sid\n"},
    {"signs and fractions", "ID native -5 1.5\n",
     "E050 1:1+2 not a UUID\nE050 1:11+2 not a sid\nE050 1:14+3 not a rev\n"},
    {"sid twice",
     "61000000-0000-0000-0000-000000000000 native 5 1\n"
     "61000000-0000-0000-0000-000000000000 app 5 1\n",
     "E051 2:42+1 sid 5 stands twice\n"},
    {"form twice",
     "61000000-0000-0000-0000-000000000000 native 5 1\n"
     "61000000-0000-0000-0000-000000000000 native 6 1\n",
     "E052 2:1+47 this form of the detection has a sid already\n"},
    {"unknown form", "61000000-0000-0000-0000-000000000000 nativ 5 1\n",
     "W050 1:38+5 unknown form 'nativ'\n"},
};

TEST(Sids, SaysWhatIsWrongWithALock) {
  for (const LockCase& c : kLockCases)
    EXPECT_EQ(assign(rules_a_and_b(), std::string(c.lock)).complaints, c.want) << c.name;
}

TEST(Sids, NumbersEveryAlternative) {
  const Ir ir = test::ir({test::Rule("a").call(test::kLsarpc).call(test::kSvcctl)});
  const Sids sids = assign(ir, "").sids;
  EXPECT_EQ(sids.all().size(), 2 * kForms.size() - 1) << "one native alert for both";
  EXPECT_EQ(sids.of(ir.detections[0].id, "app"), (Sid{9400000, 1}));
  EXPECT_EQ(sids.of(ir.detections[0].id, "app-2"), (Sid{9400001, 1}));
}

}  // namespace
}  // namespace rpcsieve::compiler
