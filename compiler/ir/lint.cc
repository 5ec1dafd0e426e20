// Two things that only show when everything has its meaning.
//
// A detection is shadowed when another one, at least as severe, alerts wherever it does. To compare
// all pairs of 10,000 detections would take minutes, so conditions are filed under what a shadowed
// one must share with them: the interface, one operation and one pattern. Of what lies in one place
// only the first few are compared, so the advice may be incomplete, but it is never slow.
#include "compiler/ir/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace rpcsieve::compiler {
namespace {

constexpr std::uint8_t kPrivacy = 1U << 6, kUnprotected = 3;  // bits of levels

void never(const Span& span, std::string_view why, std::string_view hint, Diagnostics& out) {
  out.warning("W005", span, fmt::format("this never holds: {}", why), std::string(hint));
}

// sole gives the term of a clause that has one.
const Term* sole(const Clause& clause, bool negated) {
  const bool fits = clause.any.size() == 1 && clause.any[0].negated == negated;
  return fits ? clause.any.data() : nullptr;
}

// implies: wherever one pattern is, the other is too.
bool implies(const Pattern& one, const Pattern& other) {
  if (one == other) return true;
  if (one.kind != Pattern::Kind::kLiteral || other.kind != Pattern::Kind::kLiteral) return false;
  if (one.nocase && !other.nocase) return false;
  return std::search(one.bytes.begin(), one.bytes.end(), other.bytes.begin(), other.bytes.end()) !=
         one.bytes.end();
}

// check_stub looks for what must be there and must not.
void check_stub(const Ir& ir, const CallCondition& call, Diagnostics& out) {
  for (const Clause& clause : call.stub) {
    const Term* absent = sole(clause, true);
    if (!absent) continue;
    for (const Clause& other : call.stub) {
      const Term* present = sole(other, false);
      if (present && implies(ir.patterns[present->pattern], ir.patterns[absent->pattern]))
        never(absent->span, "another item asks for a text that holds this one",
              "leave one of the two out", out);
    }
  }
}

void check_call(const Ir& ir, const Detection& detection, const CallCondition& call,
                Diagnostics& out) {
  check_stub(ir, call, out);
  if (call.auth_types == std::vector<std::uint8_t>{0} && (call.auth_levels & kUnprotected) == 0)
    never(detection.span, "without an authentication type there is no level",
          "leave 'type: none' or 'level' out", out);
  if (call.auth_levels == kPrivacy && !call.stub.empty() &&
      detection.sealed == database::Sealed::kIgnore)
    never(detection.span, "at level privacy no stub condition can be read",
          "write 'sealed: alert', or leave 'stub' out", out);
}

void check_detection(const Ir& ir, const Detection& detection, Diagnostics& out) {
  for (const Step& step : detection.steps) {
    for (const CallCondition& call : step.calls) check_call(ir, detection, call, out);
    for (const BindCondition& bind : step.binds)
      if (bind.transports == kUdp)
        never(detection.span, "there is no bind over UDP", "look for a call, or leave udp out",
              out);
    for (const FileCondition& file : step.files)
      if (file.share == "ipc$")
        never(detection.span, "what is opened on IPC$ are pipes, no files",
              "look for a bind with 'pipe'", out);
  }
}

// covers: what fits the narrow one fits the wide one. An empty list stands for everything.
template <class T>
bool covers(const std::vector<T>& wide, const std::vector<T>& narrow) {
  return wide.empty() ||
         (!narrow.empty() && std::includes(wide.begin(), wide.end(), narrow.begin(), narrow.end()));
}

bool covers(const std::vector<OpnumRange>& wide, const std::vector<OpnumRange>& narrow) {
  return std::all_of(narrow.begin(), narrow.end(), [&](const OpnumRange& range) {
    return std::any_of(wide.begin(), wide.end(), [&](const OpnumRange& other) {
      return other.first <= range.first && range.last <= other.last;
    });
  });
}

bool covers(std::uint8_t wide, std::uint8_t narrow) { return (narrow & ~wide) == 0; }

bool covers(const AddressSet& wide, const AddressSet& narrow) {
  return wide.everyone() || (wide.negated == narrow.negated && wide.nets == narrow.nets);
}

bool covers(const Clause& wide, const Clause& narrow) {
  return std::all_of(narrow.any.begin(), narrow.any.end(), [&](const Term& term) {
    return std::any_of(wide.any.begin(), wide.any.end(), [&](const Term& other) {
      return term.pattern == other.pattern && term.negated == other.negated;
    });
  });
}

bool covers_stub(const CallCondition& wide, const CallCondition& narrow) {
  return std::all_of(wide.stub.begin(), wide.stub.end(), [&](const Clause& clause) {
    return std::any_of(narrow.stub.begin(), narrow.stub.end(),
                       [&](const Clause& other) { return covers(clause, other); });
  });
}

bool covers(const CallCondition& wide, const CallCondition& narrow) {
  return wide.interface == narrow.interface &&
         wide.version_major_first <= narrow.version_major_first &&
         wide.version_major_last >= narrow.version_major_last &&
         covers(wide.opnums, narrow.opnums) && covers(wide.transports, narrow.transports) &&
         covers(wide.pipes, narrow.pipes) && (!wide.object || wide.object == narrow.object) &&
         covers(wide.outcomes, narrow.outcomes) && covers(wide.auth_types, narrow.auth_types) &&
         covers(wide.auth_levels, narrow.auth_levels) && covers_stub(wide, narrow);
}

// covers_around compares what holds for all conditions of a detection. Without stub conditions
// `sealed` has no effect, so only a wide one that ignores misses something.
bool covers_around(const Detection& wide, const Detection& narrow) {
  return wide.severity >= narrow.severity && covers(wide.from, narrow.from) &&
         covers(wide.to, narrow.to) &&
         (wide.sealed == database::Sealed::kAlert || wide.sealed == narrow.sealed);
}

// is_single: one call is enough for an alert. Others are told from their steps on purpose.
bool is_single(const Detection& detection) {
  return detection.steps.size() == 1 && !detection.count && !detection.steps[0].calls.empty();
}

class Shadows {
 public:
  explicit Shadows(const Ir& ir) {
    for (const Detection& detection : ir.detections)
      if (is_single(detection))
        for (const CallCondition& call : detection.steps[0].calls) file(detection, call);
  }

  // find gives a detection that alerts wherever this one does; nullptr if none was found.
  [[nodiscard]] const Detection* find(const Detection& narrow) const {
    const Detection* found = nullptr;
    for (const CallCondition& call : narrow.steps[0].calls) {
      const Detection* one = find(narrow, call);
      if (!one || (found && one != found)) return nullptr;
      found = one;
    }
    return found;
  }

 private:
  static constexpr std::uint32_t kEvery = 0x10000;    // no operation has this number
  static constexpr std::uint32_t kNone = 0xffffffff;  // no pattern has this one
  static constexpr std::size_t kCompared = 32;
  static constexpr unsigned kNarrow = 8;  // operations of a range that are filed one by one

  using Key = std::tuple<Uuid, std::uint32_t, std::uint32_t>;
  struct Filed {
    const Detection* detection;
    const CallCondition* call;
  };

  void file(const Detection& detection, const CallCondition& call) {
    for (const OpnumRange& range : call.opnums) {
      const bool wide = range.last - range.first >= static_cast<int>(kNarrow);
      for (std::uint32_t opnum = range.first; opnum <= (wide ? range.first : range.last); ++opnum)
        file(detection, call, wide ? kEvery : opnum);
    }
  }

  void file(const Detection& detection, const CallCondition& call, std::uint32_t opnum) {
    if (call.stub.empty()) return put({call.interface, opnum, kNone}, {&detection, &call});
    for (const Term& term : call.stub[0].any)
      put({call.interface, opnum, term.pattern}, {&detection, &call});
  }

  void put(const Key& key, const Filed& one) {
    auto& all = filed_[key];
    if (all.size() < kCompared) all.push_back(one);
  }

  [[nodiscard]] const Detection* find(const Detection& narrow, const CallCondition& call) const {
    if (call.opnums.empty()) return nullptr;
    for (const std::uint32_t opnum : {std::uint32_t{call.opnums[0].first}, kEvery}) {
      if (const auto* found = find(narrow, call, opnum, kNone)) return found;
      for (const Clause& clause : call.stub)
        for (const Term& term : clause.any)
          if (const auto* found = find(narrow, call, opnum, term.pattern)) return found;
    }
    return nullptr;
  }

  [[nodiscard]] const Detection* find(const Detection& narrow, const CallCondition& call,
                                      std::uint32_t opnum, std::uint32_t pattern) const {
    const auto all = filed_.find({call.interface, opnum, pattern});
    if (all == filed_.end()) return nullptr;
    for (const Filed& one : all->second)
      if (one.detection != &narrow && covers_around(*one.detection, narrow) &&
          covers(*one.call, call))
        return one.detection;
    return nullptr;
  }

  std::map<Key, std::vector<Filed>> filed_;
};

void check_shadows(const Ir& ir, Diagnostics& out) {
  const Shadows shadows(ir);
  for (const Detection& detection : ir.detections) {
    const Detection* wide = is_single(detection) ? shadows.find(detection) : nullptr;
    if (!wide) continue;
    // Of two that are the same, the second is told.
    if (shadows.find(*wide) == &detection && detection.name < wide->name) continue;
    out.lint("L005", detection.span,
             fmt::format("'{}' alerts wherever this one does, and is no less severe", wide->name),
             "leave one of them out, or make this one say more");
  }
}

}  // namespace

void lint(const Ir& ir, Diagnostics& out) {
  for (const Detection& detection : ir.detections) check_detection(ir, detection, out);
  check_shadows(ir, out);
}

}  // namespace rpcsieve::compiler
