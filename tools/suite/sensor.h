#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/backend/backend.h"

namespace rpcsieve::suite {

// Fired says which detections alerted on a capture, by name, and by which forms of their rules.
using Fired = std::map<std::string, std::set<std::string>>;

// SensorAlert is one alert of an engine: between whom, of which detection, by which form of its
// rules.
struct SensorAlert {
  std::string source, destination;  // addresses, as the engine writes them
  std::string detection;
  std::string form;
};

// Claims are what an engine's rules say of themselves (docs/FIDELITY.md), by detection.
class Claims {
 public:
  Claims() = default;
  explicit Claims(const std::vector<compiler::Verdict>& verdicts);

  // refused gives the detections of which there are no rules.
  [[nodiscard]] const std::set<std::string>& refused() const { return refused_; }
  // may_miss and may_add say whether rules admit that they alert on less, or on more, than their
  // detection: they may do both.
  [[nodiscard]] bool may_miss(const std::string& detection) const;
  [[nodiscard]] bool may_add(const std::string& detection) const;

 private:
  std::set<std::string> refused_;
  std::map<std::string, std::vector<std::string>> reasons_;
};

// Sensor is another engine, with rules that are compiled for it.
class Sensor {
 public:
  virtual ~Sensor() = default;

  [[nodiscard]] const std::string& engine() const { return engine_; }  // "suricata7"
  [[nodiscard]] const Claims& claims() const { return claims_; }
  // alerts reads a capture; nullopt and why in `error` if that fails. Of detections that are not in
  // `about` nothing need be told, unless it is empty. Several threads may call it.
  [[nodiscard]] virtual std::optional<std::vector<SensorAlert>> alerts(
      const std::string& capture, const std::set<std::string>& about, std::string& error) const = 0;
  // asks_few says whether a run takes the longer, the more detections it is about: then it is
  // better to start the engine more often.
  [[nodiscard]] virtual bool asks_few() const { return false; }
  // run tells which detections alerted on it.
  [[nodiscard]] std::optional<Fired> run(const std::string& capture, std::string& error) const;

 protected:
  Sensor(std::string engine, Claims claims)
      : engine_(std::move(engine)), claims_(std::move(claims)) {}

 private:
  std::string engine_;
  Claims claims_;
};

}  // namespace rpcsieve::suite
