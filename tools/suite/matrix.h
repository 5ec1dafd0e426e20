#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/suite/sensor.h"
#include "tools/suite/suite.h"

namespace rpcsieve::suite {

// Verdict is what became of one case in one engine.
struct Verdict {
  std::string engine;  // "native", "suricata7"
  std::string capture;
  compiler::Span span;                 // of the case
  std::vector<std::string> wrong;      // empty: it passed
  std::map<std::string, bool> wanted;  // detections that must alert: whether they did
  std::vector<std::string> unwanted;   // detections that must not, and did
  Fired forms;                         // of the rules that alerted
};

// judge compares what a sensor's rules reported with what a case wants: that a detection alerts is
// what can be asked of them, not how often. A divergence that is stated is no fault, and one that
// has healed is. Of the refused detections, which have no rules, nothing is asked; `believes`: nor
// is more than the rules claim.
Verdict judge(const Case& wanted, const std::string& engine, const Fired& fired,
              const Claims& claims = {}, bool believes = false);

// Rows are a table's, the first of them its heading.
using Rows = std::vector<std::vector<std::string>>;

// matrix_of gives the table detection × engine: on how many captures each alerted of those on which
// it must, how many it missed, and how many more it alerted on.
Rows matrix_of(const std::vector<Verdict>& verdicts);
// forms_of gives, for each form of a sensor's rules, on how many pairs of capture and detection it
// alerted, on how many no other form did, and on how many none should have.
Rows forms_of(const std::vector<Verdict>& verdicts);
// html gives both as a page of its own.
std::string html(const std::vector<Verdict>& verdicts);
// junit gives the verdicts as JUnit's XML: a suite per engine, a test per case.
std::string junit(const std::vector<Verdict>& verdicts);

}  // namespace rpcsieve::suite
