#include "tests/support/rules.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>

#include "compiler/backend/backend.h"
#include "tests/support/forge.h"

namespace rpcsieve::test {

using compiler::Cidr;
using compiler::Ir;
using compiler::Pattern;

namespace {

constexpr std::string_view kInterfaces =
    "12345778-1234-abcd-ef00-0123456789ab\t0.0\tlsarpc\t-\t=lsarpc,lsass\tMS-LSAD\n"
    "367abb81-9844-35f1-ad32-98f038001003\t2.0\tsvcctl\t-\t=svcctl,ntsvcs\tMS-SCMR\n"
    "86d35949-83c9-4044-b424-db363231fd0c\t1.0\ttwo\t-\t-\tnone\n"
    "86d35949-83c9-4044-b424-db363231fd0c\t3.0\ttwo3\t-\t-\tnone\n";
constexpr std::string_view kOperations =
    "lsarpc\t28\tLsarOpenSecret\tntstatus\t-\n"
    "lsarpc\t43\tLsarRetrievePrivateData\tntstatus\t-\n"
    "svcctl\t12\tRCreateServiceW\twin32\t-\n"
    "two\t0\tFirst\thresult\t-\n"
    "two3\t0\tThird\tnothing\t-\n";

Uuid uuid(std::string_view text) { return parse_uuid(text).value(); }

Uuid id_of(std::string_view name) {
  Uuid id;
  std::copy_n(name.begin(), std::min(name.size(), id.bytes.size()), id.bytes.begin());
  return id;
}

Cidr cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  Cidr net;
  net.address = parse_address(text.substr(0, slash)).value();
  const std::string_view prefix = text.substr(slash + 1);
  std::from_chars(prefix.data(), prefix.data() + prefix.size(), net.prefix);
  return net;
}

compiler::AddressSet addresses(const std::vector<std::string_view>& nets, bool negated) {
  compiler::AddressSet set;
  set.negated = negated;
  for (const std::string_view net : nets) set.nets.push_back(cidr(net));
  std::sort(set.nets.begin(), set.nets.end());
  return set;
}

std::uint32_t number(const Pattern& pattern, std::vector<Pattern>& all) {
  const auto known = std::find(all.begin(), all.end(), pattern);
  if (known != all.end()) return static_cast<std::uint32_t>(known - all.begin());
  all.push_back(pattern);
  return static_cast<std::uint32_t>(all.size() - 1);
}

compiler::Clause number(const Rule::Clause& clause, compiler::Span& place,
                        std::vector<Pattern>& all) {
  compiler::Clause out;
  for (const Rule::Term& term : clause) {
    ++place.column;
    out.any.push_back({number(term.pattern, all), term.negated, place});
  }
  return out;
}

}  // namespace

const compiler::Catalog& small_catalog() {
  static const compiler::Catalog catalog = compiler::Catalog::parse(kInterfaces, kOperations);
  return catalog;
}

Pattern text(std::string_view value) {
  Pattern pattern;
  pattern.bytes.assign(value.begin(), value.end());
  return pattern;
}

Pattern utf16(std::string_view value) {
  Pattern pattern;
  pattern.bytes = Wire().utf16(value).build();
  pattern.utf16 = true;
  return pattern;
}

Pattern bytes(std::string_view hex_digits) {
  Pattern pattern;
  pattern.bytes = hex(hex_digits);
  return pattern;
}

Pattern regex(std::string_view value) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::kRegex;
  pattern.regex = value;
  return pattern;
}

Pattern nocase(Pattern pattern) {
  pattern.nocase = true;
  return pattern;
}

Rule::Rule(std::string_view name) {
  detection_.name = name;
  detection_.id = id_of(name);
  detection_.title = name;
  detection_.steps.emplace_back();
}

Rule& Rule::call(std::string_view interface, std::vector<compiler::OpnumRange> opnums) {
  compiler::CallCondition condition;
  condition.interface = uuid(interface);
  condition.opnums = std::move(opnums);
  step().calls.push_back(std::move(condition));
  stubs_.emplace_back();
  return *this;
}

Rule& Rule::bind(std::string_view interface, compiler::BindResult result) {
  compiler::BindCondition condition;
  condition.interface = uuid(interface);
  condition.result = result;
  step().binds.push_back(std::move(condition));
  return *this;
}

Rule& Rule::file(std::string_view name, std::string_view share, std::uint8_t access) {
  compiler::FileCondition condition;
  condition.name = name;
  condition.whole_path = name.find('\\') != std::string_view::npos;
  condition.share = share;
  condition.access = access;
  step().files.push_back(std::move(condition));
  return *this;
}

Rule& Rule::next_step() {
  detection_.steps.emplace_back();
  return *this;
}

Rule& Rule::within(std::int64_t us, std::uint8_t by) {
  detection_.within_us = us;
  detection_.by = by;
  return *this;
}

Rule& Rule::count(std::uint32_t at_least, std::int64_t within_us, std::uint8_t by) {
  detection_.count = compiler::Count{at_least, within_us, by};
  return *this;
}

Rule& Rule::versions(std::uint16_t first, std::uint16_t last) {
  const auto set = [&](auto& condition) {
    condition.version_major_first = first;
    condition.version_major_last = last;
  };
  step().binds.empty() ? set(last_call()) : set(step().binds.back());
  return *this;
}

Rule& Rule::transports(std::uint8_t bits) {
  (step().binds.empty() ? last_call().transports : step().binds.back().transports) = bits;
  return *this;
}

Rule& Rule::pipes(std::vector<std::string> names) {
  (step().binds.empty() ? last_call().pipes : step().binds.back().pipes) = std::move(names);
  return *this;
}

Rule& Rule::object(std::string_view value) {
  last_call().object = uuid(value);
  return *this;
}

Rule& Rule::outcomes(std::uint8_t bits) {
  (step().files.empty() ? last_call().outcomes : step().files.back().outcomes) = bits;
  return *this;
}

Rule& Rule::auth(std::vector<std::uint8_t> types, std::uint8_t levels) {
  last_call().auth_types = std::move(types);
  last_call().auth_levels = levels;
  return *this;
}

Rule& Rule::clause(Clause clause) {
  stubs_.back().push_back(std::move(clause));
  return *this;
}

Rule& Rule::stub(Pattern pattern) { return clause({{std::move(pattern), false}}); }
Rule& Rule::stub_not(Pattern pattern) { return clause({{std::move(pattern), true}}); }

Rule& Rule::stub_any(std::vector<Pattern> patterns) {
  Clause any;
  for (Pattern& pattern : patterns) any.push_back({std::move(pattern), false});
  return clause(std::move(any));
}

Rule& Rule::from(std::vector<std::string_view> nets) {
  detection_.from = addresses(nets, false);
  return *this;
}

Rule& Rule::from_not(std::vector<std::string_view> nets) {
  detection_.from = addresses(nets, true);
  return *this;
}

Rule& Rule::to(std::vector<std::string_view> nets) {
  detection_.to = addresses(nets, false);
  return *this;
}

Rule& Rule::sealed(database::Sealed policy) {
  detection_.sealed = policy;
  return *this;
}

Rule& Rule::severity(database::Severity severity) {
  detection_.severity = severity;
  return *this;
}

Rule& Rule::attack(std::vector<std::string> tags) {
  detection_.attack = std::move(tags);
  return *this;
}

Rule& Rule::title(std::string_view title) {
  detection_.title = title;
  return *this;
}

Ir ir(const std::vector<Rule>& rules) {
  const auto source = std::make_shared<const compiler::Source>(compiler::Source{"rules", ""});
  Ir out;
  for (const Rule& rule : rules) {
    compiler::Detection detection = rule.detection_;
    detection.span = {source, static_cast<std::uint32_t>(out.detections.size() + 1), 0, 1};
    compiler::Span place = detection.span;
    auto stub = rule.stubs_.begin();
    for (compiler::Step& step : detection.steps)
      for (compiler::CallCondition& call : step.calls)
        for (const Rule::Clause& clause : *stub++)
          call.stub.push_back(number(clause, place, out.patterns));
    out.detections.push_back(std::move(detection));
  }
  return out;
}

std::vector<std::uint8_t> compile(const Ir& ir) {
  compiler::Diagnostics out;
  const auto sids = compiler::Sids::assign(ir, nullptr, out);
  const auto file = compiler::emit_database(ir, sids, small_catalog(), {}, out);
  for (const auto& diagnostic : out.sorted()) throw std::runtime_error(diagnostic.message);
  return file.value();
}

Ir fixture_rules() {
  Rule key_read("backup-key-read");
  key_read.title("Backup key read").severity(database::Severity::kCritical);
  key_read.attack({"T1003.004", "T1555"});
  key_read.call(kLsarpc, {{43, 43}}).pipes({"lsarpc", "lsass"});
  key_read.stub(utf16("G$BCKUPKEY_")).stub_not(text("quiet"));
  key_read.from_not({"10.0.0.1/32", "2001:db8::/32"});
  Rule service("service");
  service.call(kSvcctl, {{12, 12}, {24, 24}}).versions(2, 2).transports(compiler::kSmb);
  service.call(kForeign).object("00000000-0000-0000-0000-000000000007");
  service.sealed(database::Sealed::kIgnore).to({"10.0.0.0/24"});
  Rule zero_end("zero-end");
  zero_end.call(kLsarpc, {{20, 50}}).stub_any({regex("\\x00{8}$"), nocase(text("Zero"))});
  Rule retries("retries");
  retries.bind(kLsarpc, compiler::BindResult::kRejected).pipes({"lsarpc", "lsass"}).versions(0, 2);
  retries.count(3, 60'000'000, compiler::kByClient);
  Rule planted("planted");
  planted.file("*.exe", "admin$", compiler::kWrite).next_step();
  planted.call(kTwoVersions, {{0, 0}}).auth({10}, 1U << 6).versions(1, 1);
  planted.outcomes(compiler::bit(database::Result::kSuccess));
  planted.within(10'000'000, compiler::kByClient | compiler::kByServer);
  return ir({key_read, service, zero_end, retries, planted});
}

}  // namespace rpcsieve::test
