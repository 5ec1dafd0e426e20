// The door for what authors write: any bytes are a file of detections, and of variables. Whatever
// they hold, there is an answer, each diagnostic points into the file, and it prints. What is
// replayed without sanitizers may not have taken over 100 MB.
#include <sys/resource.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/lower.h"
#include "compiler/spec/spec.h"

namespace {

using namespace rpcsieve::compiler;

void require(bool holds) {
  if (!holds) std::abort();
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// require_small looks at the peak of the whole run, so the input that exceeds it is where it stops.
void require_small() {
  constexpr long kKilobytes = 100'000;
  rusage used{};
  require(getrusage(RUSAGE_SELF, &used) == 0 && (kSanitized || used.ru_maxrss <= kKilobytes));
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    require(end != std::string_view::npos);
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

void check(const Diagnostic& diagnostic) {
  const Span& span = diagnostic.span;
  require(span.source && span.line >= 1 && span.column >= 1);
  const std::string_view line = line_of(span.source->text, span.line);
  require(span.column - 1 <= line.size() && span.length <= line.size() - (span.column - 1));
  require(diagnostic.level != Level::kError || !diagnostic.hint.empty());
  require(print(diagnostic).ends_with('\n'));
}

void check(const Ir& ir) {
  for (const Detection& detection : ir.detections)
    for (const Step& step : detection.steps)
      for (const CallCondition& call : step.calls)
        for (const Clause& clause : call.stub)
          for (const Term& term : clause.any) require(term.pattern < ir.patterns.size());
  require(ir.detections.empty() == print(ir).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = std::make_shared<const Source>(
      Source{"fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)});
  Diagnostics out;
  std::vector<Spec> specs;
  if (auto spec = parse(source, out)) specs.push_back(std::move(*spec));
  Variables variables;
  parse_variables(source, variables, out);
  check(lower(specs, Catalog::builtin(), variables, out));
  for (const Diagnostic& diagnostic : out.sorted()) check(diagnostic);
  require_small();
  return 0;
}
