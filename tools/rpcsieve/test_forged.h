#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/cases/cases.h"
#include "tools/rpcsieve/console.h"
#include "tools/suite/matrix.h"
#include "tools/suite/native.h"
#include "tools/suite/sensor.h"

namespace rpcsieve::cli {

// ForgedTests are the cases of a suite that name no capture: theirs are forged, for every detection
// and each transport that it claims, and kept nowhere. Each judges the one detection that it is
// made for.
class ForgedTests {
 public:
  // Both must outlive the tests.
  ForgedTests(const compiler::Ir& ir, suite::Native& native);

  // add makes the captures that a case of a suite asks for; it complains of a name that no
  // detection has.
  Status add(const suite::Case& asked);
  // judge_native runs each capture by itself; what could not be forged is a case that fails.
  void judge_native(std::vector<suite::Verdict>& out) const;
  // judge_sensor runs merged captures, as few as there are processors unless cases share addresses
  // or the engine asks for few detections at once, since an engine takes its time to start. Of
  // rules that admit to be wider or narrower than their detection no more is asked than they claim;
  // what they did is in the verdicts all the same.
  void judge_sensor(const suite::Sensor& sensor, std::vector<suite::Verdict>& out) const;

 private:
  class Batch;
  struct Ran;
  static std::vector<Ran> run_all(const suite::Sensor& sensor, const std::vector<Batch>& batches);
  void judge_batch(const suite::Sensor& sensor, const Batch& batch, const Ran& ran,
                   std::vector<suite::Verdict>& out) const;

  // Test is a case as a suite would have it, and the story of its capture.
  struct Test {
    suite::Case wanted;
    forge::Story story;
  };
  struct Refusal {
    suite::Case wanted;
    std::string why;
  };

  const compiler::Ir& ir_;
  suite::Native& native_;
  cases::Judge judge_;
  cases::CaseMaker maker_;
  std::vector<Test> tests_;
  std::vector<Refusal> refusals_;
};

}  // namespace rpcsieve::cli
