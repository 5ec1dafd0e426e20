#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/compile.h"
#include "tools/suite/sensor.h"

namespace rpcsieve::suite {

inline constexpr std::string_view kTsharkEngine = "wireshark";

// Tshark shows what the generated display filters let through, which counts as alerts.
class Tshark : public Sensor {
 public:
  // find asks a program for its version; false if it is no tshark.
  static bool find(const std::string& command);

  static std::unique_ptr<Tshark> create(const std::string& command, const compiler::RuleSet& rules);

  [[nodiscard]] std::optional<std::vector<SensorAlert>> alerts(const std::string& capture,
                                                               const std::set<std::string>& about,
                                                               std::string& error) const override;
  [[nodiscard]] bool asks_few() const override { return true; }

 private:
  Tshark(std::string command, const compiler::Emitted& emitted);

  std::string command_;
  std::vector<std::pair<std::string, std::string>> filters_;  // detection, filter
};

}  // namespace rpcsieve::suite
