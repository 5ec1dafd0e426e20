// The one place that compiles with Hyperscan. A pattern goes through the same door twice: alone, so
// that each mistake is found and none hides another, and with all others, for the database.
//
// Every pattern sees dots match all bytes, reports once a stub, and, where the author says so,
// takes ASCII letters in either case. No pattern may match the empty stub, so the matcher need not
// scan one.
#include "compiler/backend/patterns.h"

#include <fmt/format.h>
#include <hs/hs.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <numeric>

#include "compiler/backend/backend.h"
#include "compiler/backend/expression.h"

namespace rpcsieve::compiler {
namespace {

struct Free {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  void operator()(hs_expr_info_t* info) const { std::free(info); }
  void operator()(char* bytes) const { std::free(bytes); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// Fault is what Hyperscan says against one of several expressions; -1: against all together.
struct Fault {
  std::string message;
  int expression = -1;
};

Fault take(hs_compile_error_t* error) {
  const Owned<hs_compile_error_t> owned(error);
  return {owned->message, owned->expression};
}

std::uint32_t flags(const Pattern& pattern) {
  return HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH | (pattern.nocase ? HS_FLAG_CASELESS : 0U);
}

// generic_platform is every processor that Hyperscan runs on.
hs_platform_info_t generic_platform() { return {HS_TUNE_FAMILY_GENERIC, 0, 0, 0}; }

// host_platform is this processor, but for features that a database's header cannot name.
hs_platform_info_t host_platform() {
  hs_platform_info_t platform = generic_platform();
  hs_populate_platform(&platform);
  platform.cpu_features &= HS_CPU_FEATURES_AVX2 | HS_CPU_FEATURES_AVX512;
  return platform;
}

database::Platform named(const hs_platform_info_t& platform) {
  if ((platform.cpu_features & HS_CPU_FEATURES_AVX512) != 0) return database::Platform::kAvx512;
  if ((platform.cpu_features & HS_CPU_FEATURES_AVX2) != 0) return database::Platform::kAvx2;
  return database::Platform::kGeneric;
}

Owned<hs_database_t> compile(const std::vector<CompiledPattern>& patterns,
                             const hs_platform_info_t& platform, Fault& fault) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  for (const CompiledPattern& pattern : patterns) {
    expressions.push_back(pattern.expression.c_str());
    flags.push_back(pattern.flags);
  }
  std::vector<unsigned> ids(patterns.size());
  std::iota(ids.begin(), ids.end(), 0U);

  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                       static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, &platform, &database,
                       &error) != HS_SUCCESS)
    fault = take(error);
  return Owned<hs_database_t>(database);
}

// Shape is what Hyperscan knows of an expression without compiling it.
struct Shape {
  bool may_be_empty = false;
  bool at_end = false;
};

std::optional<Shape> find_shape(const std::string& expression, std::uint32_t flags, Fault& fault) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(expression.c_str(), flags, &info, &error) != HS_SUCCESS) {
    fault = take(error);
    return std::nullopt;
  }
  const Owned<hs_expr_info_t> owned(info);
  return Shape{owned->min_width == 0, owned->matches_at_eod != 0};
}

int mark(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  *static_cast<bool*>(context) = true;
  return 0;
}

// Everything finds expressions that match whatever there is: . or [\s\S]{2}. It tries stubs of two
// lengths, of each byte alone and of many; an expression that asks for anything misses one.
class Everything {
 public:
  bool matched_by(const hs_database_t* database) {
    hs_scratch_t* scratch = scratch_.release();
    const bool grown = hs_alloc_scratch(database, &scratch) == HS_SUCCESS;
    scratch_.reset(scratch);
    if (!grown) return false;
    for (int byte = 0; byte < 256; ++byte) {
      std::array<char, 64> same{}, rising{};
      same.fill(static_cast<char>(byte));
      std::iota(rising.begin(), rising.end(), static_cast<char>(byte));
      for (const std::size_t n : {same.size() - 1, same.size()})
        if (!found(database, same.data(), n) || !found(database, rising.data(), n)) return false;
    }
    return true;
  }

 private:
  bool found(const hs_database_t* database, const char* data, std::size_t n) {
    bool matched = false;
    hs_scan(database, data, static_cast<unsigned>(n), 0, scratch_.get(), mark, &matched);
    return matched;
  }

  Owned<hs_scratch_t> scratch_;
};

// find_places gives for each pattern where it stands in the rules.
std::vector<std::vector<Span>> find_places(const Ir& ir) {
  std::vector<std::vector<Span>> places(ir.patterns.size());
  for (const Detection& detection : ir.detections)
    for (const Step& step : detection.steps)
      for (const CallCondition& call : step.calls)
        for (const Clause& clause : call.stub)
          for (const Term& term : clause.any) places.at(term.pattern).push_back(term.span);
  return places;
}

// Complaint is what is wrong with one pattern; no code: nothing is.
struct Complaint {
  std::string_view code;
  std::string message, hint;
};

Complaint refused(const Pattern& pattern, const Fault& fault) {
  return {"E040", fmt::format("Hyperscan refuses {}: {}", quote(pattern), fault.message),
          "regexes are of Hyperscan's subset of PCRE, over bytes: docs/RULES.md"};
}

Complaint unsupported(const Pattern& pattern, const std::string& what) {
  return {"E042", fmt::format("the regex {} holds {}", quote(pattern), what),
          "stubs are bytes: write the pattern without it"};
}

Complaint matches_everything(const Pattern& pattern) {
  return {"E041", fmt::format("the pattern {} matches every stub", quote(pattern)),
          "leave it out, or say what the stub must hold"};
}

// Judge looks at each pattern alone. It asks about a regex as it was written first, so that an
// offset in the answer is one in the author's text.
class Judge {
 public:
  Complaint judge(const Pattern& pattern) {
    // A literal of moderate length is beyond doubt.
    constexpr std::size_t kSurelyShort = 1000;
    const bool literal = pattern.kind == Pattern::Kind::kLiteral;
    if (literal && pattern.bytes.empty()) return matches_everything(pattern);
    if (literal && pattern.bytes.size() <= kSurelyShort) return {};
    if (const std::string what = find_unsupported(pattern.regex); !what.empty())
      return unsupported(pattern, what);
    Fault fault;
    if (!literal && !find_shape(pattern.regex, flags(pattern), fault))
      return refused(pattern, fault);
    return judge_expression(pattern);
  }

 private:
  Complaint judge_expression(const Pattern& pattern) {
    const CompiledPattern compiled{expression(pattern), flags(pattern), false};
    Fault fault;
    const auto shape = find_shape(compiled.expression, compiled.flags, fault);
    if (!shape) return refused(pattern, fault);
    if (shape->may_be_empty) return matches_everything(pattern);
    const auto database = compile({compiled}, generic_platform(), fault);
    if (!database) return refused(pattern, fault);
    return everything_.matched_by(database.get()) ? matches_everything(pattern) : Complaint{};
  }

  Everything everything_;
};

void complain(const Complaint& complaint, const std::vector<Span>& places, Diagnostics& out) {
  for (const Span& place : places)
    out.error(complaint.code, place, complaint.message, complaint.hint);
}

void complain(const Fault& fault, const Ir& ir, Diagnostics& out) {
  if (fault.expression >= 0) {
    const auto at = static_cast<std::size_t>(fault.expression);
    complain(refused(ir.patterns.at(at), fault), find_places(ir).at(at), out);
  } else {
    out.error(
        "E043", ir.detections.front().span,
        fmt::format("Hyperscan refuses the patterns of all detections together: {}", fault.message),
        "compile them into several databases");
  }
}

// describe gives an Ir's patterns as Hyperscan takes them. Only a regex can look at the end.
std::vector<CompiledPattern> describe(const Ir& ir) {
  std::vector<CompiledPattern> patterns;
  for (const Pattern& pattern : ir.patterns) {
    CompiledPattern compiled{expression(pattern), flags(pattern), false};
    Fault ignored;  // compile() meets it again, and says which pattern it is
    if (pattern.kind == Pattern::Kind::kRegex)
      if (const auto shape = find_shape(compiled.expression, compiled.flags, ignored))
        compiled.at_end = shape->at_end;
    patterns.push_back(std::move(compiled));
  }
  return patterns;
}

std::vector<std::uint8_t> serialize(const hs_database_t* database) {
  char* bytes = nullptr;
  std::size_t length = 0;
  hs_serialize_database(database, &bytes, &length);
  const Owned<char> owned(bytes);
  return {bytes, bytes + length};
}

}  // namespace

void check_patterns(const Ir& ir, Diagnostics& out) {
  const auto places = find_places(ir);
  Judge judge;
  for (std::size_t i = 0; i < ir.patterns.size(); ++i)
    if (const Complaint complaint = judge.judge(ir.patterns[i]); !complaint.code.empty())
      complain(complaint, places[i], out);
}

std::optional<CompiledPatterns> compile_patterns(const Ir& ir, bool for_this_host,
                                                 Diagnostics& out) {
  CompiledPatterns compiled;
  compiled.patterns = describe(ir);
  if (compiled.patterns.empty()) return compiled;
  const hs_platform_info_t platform = for_this_host ? host_platform() : generic_platform();
  Fault fault;
  const auto database = compile(compiled.patterns, platform, fault);
  if (!database) {
    complain(fault, ir, out);
    return std::nullopt;
  }
  compiled.hyperscan = serialize(database.get());
  compiled.platform = named(platform);
  return compiled;
}

}  // namespace rpcsieve::compiler
