#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tools/page/facts.h"

namespace rpcsieve::page {

// Techniques counts alerts by ATT&CK technique, and by the tactic that their rule names.
class Techniques {
 public:
  void add(const Facts& facts);
  // layer gives them as a layer of the ATT&CK Navigator, file format 4.5: a technique's score is
  // its number of alerts, its comment says of which detections. A technique without a tactic is
  // shown under each that it belongs to, as that format says.
  [[nodiscard]] std::string layer(std::string_view description) const;

 private:
  struct Key {
    std::string technique;
    std::string tactic;  // one of ATT&CK's, or empty
    auto operator<=>(const Key&) const = default;
  };
  using Detections = std::map<std::string, std::uint64_t>;

  std::map<Key, Detections> alerts_;
};

}  // namespace rpcsieve::page
