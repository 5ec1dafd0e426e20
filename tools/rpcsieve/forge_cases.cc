#include "tools/rpcsieve/forge_cases.h"

#include <algorithm>
#include <filesystem>

#include "tools/cases/cases.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {
namespace {

constexpr Timestamp kEpoch{1'700'000'000'000'000};

bool wants(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

bool write(const cases::Case& one, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const forge::Buffer capture = forge::pcap_of(forge::tell(one.story, kEpoch));
  return replace_file(folder + "/" + one.name + ".pcap",
                      std::string(capture.begin(), capture.end()));
}

}  // namespace

Status write_cases(const compiler::Ir& ir, const Sieve& sieve, const std::string& folder,
                   const std::vector<std::string>& detections,
                   const std::vector<std::string>& transports) {
  cases::Judge judge(sieve.database, *sieve.matcher);
  cases::CaseMaker maker(ir, judge);
  Status status = Status::kDone;
  Table summary = {{"DETECTION", "ALERTS", "QUIET", "REFUSED"}};
  for (const compiler::Detection& detection : ir.detections) {
    if (!wants(detections, detection.name)) continue;
    const cases::Cases cases = maker.cases_of(detection);
    std::size_t alerts = 0, quiet = 0;
    for (const cases::Case& one : cases.all) {
      if (!wants(transports, forge::name(one.transport))) continue;
      if (!write(one, folder + "/" + detection.name)) return Status::kFailed;
      ++(one.alerts ? alerts : quiet);
    }
    for (const std::string& why : cases.refused)
      complain("{}: cannot be forged: {}", detection.name, why);
    if (!cases.refused.empty()) status = Status::kBad;
    summary.push_back({detection.name, std::to_string(alerts), std::to_string(quiet),
                       std::to_string(cases.refused.size())});
  }
  say(print(summary));
  return status;
}

}  // namespace rpcsieve::cli
