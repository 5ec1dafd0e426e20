#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "compiler/diagnostic.h"

namespace rpcsieve::test {

// source makes a file of the author's, named spec.yaml.
inline std::shared_ptr<const compiler::Source> source(std::string text) {
  return std::make_shared<const compiler::Source>(compiler::Source{"spec.yaml", std::move(text)});
}

// codes gives what was said as "E010@3:5 E021@7:9", for expectations of one line.
inline std::string codes(const compiler::Diagnostics& diagnostics) {
  std::string out;
  for (const auto& d : diagnostics.sorted()) {
    out += out.empty() ? "" : " ";
    out += d.code + "@" + std::to_string(d.span.line) + ":" + std::to_string(d.span.column);
  }
  return out;
}

// detection gives a sound detection with the given `when` (flow style), the only one of its file
// unless more are appended; lines 1 to 13, `when` on the last.
inline std::string detection(std::string_view when, std::string_view name = "example") {
  return "rpcsieve: 1\n"
         "detections:\n"
         "  - name: " +
         std::string(name) +
         "\n"
         "    id: 00000000-0000-4000-8000-000000000001\n"
         "    title: An example\n"
         "    description: What it means.\n"
         "    status: test\n"
         "    severity: medium\n"
         "    attack: [T1003.004]\n"
         "    references: [\"https://example.org\"]\n"
         "    falsepositives: [\"none known\"]\n"
         "    when:\n"
         "      " +
         std::string(when) + "\n";
}

}  // namespace rpcsieve::test
