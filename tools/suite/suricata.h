#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "tools/suite/process.h"

namespace rpcsieve::suite {

// Fired says which detections alerted on a capture, by name, and by which forms of their rules.
using Fired = std::map<std::string, std::set<std::string>>;

// SensorAlert is one alert of an engine, between whom, and which form of a detection's rules gave
// it.
struct SensorAlert {
  std::string source, destination;  // addresses, as the engine writes them
  std::string detection;
  std::string form;
};

// Suricata runs generated rules in the real engine.
class Suricata {
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

  // refused gives the detections of which there are no rules.
  [[nodiscard]] const std::set<std::string>& refused() const { return refused_; }
  // may_miss and may_add say whether a detection's rules admit that they alert on less, or on more,
  // than the detection: they may do both.
  [[nodiscard]] bool may_miss(const std::string& detection) const;
  [[nodiscard]] bool may_add(const std::string& detection) const;

  // run reads a capture; nullopt and why in `error` if that fails. Several threads may call it.
  [[nodiscard]] std::optional<Fired> run(const std::string& capture, std::string& error) const;
  // alerts reads a capture likewise, and gives each alert.
  [[nodiscard]] std::optional<std::vector<SensorAlert>> alerts(const std::string& capture,
                                                               std::string& error) const;

 private:
  explicit Suricata(Program program) : program_(std::move(program)) {}

  Program program_;
  Scratch scratch_;
  std::map<std::string, std::string> names_;  // of the detections, by their ids
  std::set<std::string> refused_;
  std::map<std::string, std::vector<std::string>> reasons_;  // of its verdicts, by detection
};

}  // namespace rpcsieve::suite
