#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "tools/suite/process.h"
#include "tools/suite/sensor.h"

namespace rpcsieve::suite {

// Suricata runs generated rules in the real engine.
class Suricata : public Sensor {
 public:
  // find asks a program for its version; nullopt if it is none, or of a version that nothing is
  // compiled for.
  struct Program {
    std::string command;
    std::string target;   // "suricata7"
    std::string version;  // as it says
  };
  static std::optional<Program> find(const std::string& command);

  // create writes the rules where the engine finds them. It returns nullptr and what the engine
  // says in `error` if it does not load them without a word.
  static std::unique_ptr<Suricata> create(const Program& program, const compiler::RuleSet& rules,
                                          std::string& error);

  // alerts reads a capture in an engine of its own.
  [[nodiscard]] std::optional<std::vector<SensorAlert>> alerts(const std::string& capture,
                                                               const std::set<std::string>& about,
                                                               std::string& error) const override;

 private:
  Suricata(Program program, const compiler::Emitted& emitted)
      : Sensor(program.target, Claims(emitted.verdicts)), program_(std::move(program)) {}

  Program program_;
  Scratch scratch_;
  std::map<std::string, std::string> names_;  // of the detections, by their ids
};

}  // namespace rpcsieve::suite
