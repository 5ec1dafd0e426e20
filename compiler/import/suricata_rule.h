#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"

namespace rpcsieve::compiler {

// SuricataOption is one `name:value;` of a rule; the value is as written, quotes and all.
struct SuricataOption {
  std::string name, value;
  Span span;
};

// SuricataRule is a rule as written.
struct SuricataRule {
  std::string action, protocol, source, source_ports, direction, destination, destination_ports;
  std::vector<SuricataOption> options;
  Span span;
};

// parse_suricata_rule reads one line; nullopt, with an error (E064), if it is no rule.
std::optional<SuricataRule> parse_suricata_rule(std::string_view line, const Span& span,
                                                Diagnostics& out);

// SuricataContent is what `content:` looks for.
struct SuricataContent {
  std::string bytes;
  bool negated = false;
};

// parse_content reads a content's value: [!]"text with |68 65 78| and \-escapes"; nullopt if it is
// none.
std::optional<SuricataContent> parse_content(std::string_view value);

// unquoted gives a value without quotes and escapes.
std::string unquoted(std::string_view value);

}  // namespace rpcsieve::compiler
