// One filter for all events of a detection: a frame is shown if it is one of them. That a count was
// reached, or a sequence completed, is for the reader to see.
#include "compiler/backend/wireshark.h"

#include <fmt/format.h>

#include <sstream>

#include "compiler/backend/verdicts.h"
#include "compiler/backend/wireshark_filter.h"
#include "compiler/backend/wireshark_text.h"

namespace rpcsieve::compiler {
namespace {

using wireshark::Filter;

std::vector<Filter> filters_of(const Ir& ir, const Detection& detection) {
  std::vector<Filter> all;
  for (const Step& step : detection.steps) {
    for (const CallCondition& call : step.calls)
      all.push_back(wireshark::filter(ir, call, detection.sealed));
    for (const BindCondition& bind : step.binds) all.push_back(wireshark::filter(bind));
    for (const FileCondition& file : step.files) all.push_back(wireshark::filter(file));
  }
  return all;
}

// Maker makes the filter and the verdict of one detection.
class Maker {
 public:
  Maker(const Ir& ir, const Detection& detection, Profile profile)
      : ir_(ir), detection_(detection), precise_(profile == Profile::kPrecise) {}

  Verdict make(std::string& text) {
    const std::string filter = whole();
    if (filter.empty()) return make_verdict(detection_, {}, reasons_);
    text += fmt::format("# {}: {}\n{}\n", detection_.name, detection_.title, filter);
    return make_verdict(detection_, {"filter"}, reasons_);
  }

 private:
  std::string whole() {
    if (detection_.from.nobody() || detection_.to.nobody()) {
      reasons_.refused("nobody has an address that `from` or `to` asks for");
      return "";
    }
    if (detection_.steps.size() > 1)
      reasons_.wider("the steps of the sequence are shown each by itself, in whatever order");
    if (detection_.count) reasons_.wider("each event is shown, they are not counted");
    if (precise_ && reasons_.has_wider()) {
      reasons_.refuse_wider();
      return "";
    }
    const std::string events = events_text();
    return events.empty() ? ""
                          : wireshark::all_of({wireshark::addresses("src", detection_.from),
                                               wireshark::addresses("dst", detection_.to), events});
  }

  // events_text joins the events; the precise profile leaves out those that would show more.
  std::string events_text() {
    std::vector<std::string> events;
    for (Filter& filter : filters_of(ir_, detection_)) {
      const bool kept = !precise_ || !filter.reasons.has_wider();
      if (!kept) filter.reasons.refuse_wider();
      if (kept) events.push_back(std::move(filter.text));
      reasons_.add_all(filter.reasons);
    }
    if (events.size() > 1)
      for (std::string& event : events) event = fmt::format("({})", event);
    return wireshark::any_of(events);
  }

  const Ir& ir_;
  const Detection& detection_;
  const bool precise_;
  Reasons reasons_;
};

}  // namespace

Emitted emit_wireshark(const Ir& ir, Profile profile) {
  Emitted out;
  for (const Detection& detection : ir.detections)
    out.verdicts.push_back(Maker(ir, detection, profile).make(out.text));
  return out;
}

std::string wireshark_dfilters(const std::string& filters) {
  std::string out, comment, filter;
  std::istringstream lines(filters);
  while (std::getline(lines, comment) && std::getline(lines, filter))
    out += fmt::format("\"{}\" {}\n", comment.substr(2, comment.find(':') - 2), filter);
  return out;
}

}  // namespace rpcsieve::compiler
