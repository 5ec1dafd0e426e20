#include "tools/suite/matrix.h"

#include <fmt/format.h>

#include <algorithm>

namespace rpcsieve::suite {
namespace {

// Cell is a detection in an engine.
struct Cell {
  std::uint32_t wanted = 0, fired = 0, unwanted = 0;
};

std::string print(const Cell& cell) {
  std::string text = fmt::format("{}/{}", cell.fired, cell.wanted);
  if (cell.unwanted > 0) text += fmt::format(" +{}", cell.unwanted);
  return text;
}

std::vector<std::string> engines_of(const std::vector<Verdict>& verdicts) {
  std::vector<std::string> engines;
  for (const Verdict& verdict : verdicts)
    if (std::find(engines.begin(), engines.end(), verdict.engine) == engines.end())
      engines.push_back(verdict.engine);
  return engines;
}

// escape makes text harmless in HTML and XML. What XML 1.0 has no form for becomes a space.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

std::string html_table(const Rows& rows) {
  std::string out = "<table>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += "<tr>";
    for (const std::string& cell : rows[i])
      out += fmt::format("<{0}>{1}</{0}>", i == 0 ? "th" : "td", escape(cell));
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

constexpr std::string_view kPage = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>rpcsieve test</title>
<style>
:root {{ color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }}
body {{ margin: 2rem auto; max-width: 70rem; padding: 0 1rem }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ border: 1px solid #8888; padding: .25rem .6rem; text-align: left }}
li {{ font-family: ui-monospace, monospace }}
</style></head><body>
<h1>rpcsieve test</h1>
<p>{} cases, {} failed</p>
<h2>Detections</h2>
<p>Captures on which each alerted, of those on which it must; + on so many others.</p>
{}<h2>Forms of rules</h2>
{}<h2>Failures</h2>
<ul>
{}</ul>
</body></html>
)";

}  // namespace

Rows matrix_of(const std::vector<Verdict>& verdicts) {
  const auto engines = engines_of(verdicts);
  std::map<std::string, std::map<std::string, Cell>> cells;
  for (const Verdict& verdict : verdicts) {
    for (const auto& [detection, fired] : verdict.wanted) {
      Cell& cell = cells[detection][verdict.engine];
      ++cell.wanted;
      cell.fired += fired ? 1 : 0;
    }
    for (const std::string& detection : verdict.unwanted)
      ++cells[detection][verdict.engine].unwanted;
  }
  Rows rows = {{"DETECTION"}};
  rows[0].insert(rows[0].end(), engines.begin(), engines.end());
  for (auto& [detection, of_engine] : cells) {
    rows.push_back({detection});
    for (const std::string& engine : engines) rows.back().push_back(print(of_engine[engine]));
  }
  return rows;
}

Rows forms_of(const std::vector<Verdict>& verdicts) {
  struct Share {
    std::uint32_t alerted = 0, alone = 0, unwanted = 0;
  };
  std::map<std::pair<std::string, std::string>, Share> shares;
  for (const Verdict& verdict : verdicts) {
    for (const auto& [detection, forms] : verdict.forms) {
      const bool is_unwanted = std::find(verdict.unwanted.begin(), verdict.unwanted.end(),
                                         detection) != verdict.unwanted.end();
      for (const std::string& form : forms) {
        Share& share = shares[{verdict.engine, form}];
        ++share.alerted;
        share.alone += forms.size() == 1 ? 1 : 0;
        share.unwanted += is_unwanted ? 1 : 0;
      }
    }
  }
  Rows rows = {{"ENGINE", "FORM", "ALERTED", "ALONE", "UNWANTED"}};
  for (const auto& [name, share] : shares)
    rows.push_back({name.first, name.second, std::to_string(share.alerted),
                    std::to_string(share.alone), std::to_string(share.unwanted)});
  return rows;
}

std::string html(const std::vector<Verdict>& verdicts) {
  std::string failures;
  std::size_t failed = 0;
  for (const Verdict& verdict : verdicts) {
    failed += verdict.wrong.empty() ? 0 : 1;
    for (const std::string& wrong : verdict.wrong)
      failures += fmt::format("<li>{}: {}: {}</li>\n", escape(verdict.engine),
                              escape(verdict.capture), escape(wrong));
  }
  return fmt::format(kPage, verdicts.size(), failed, html_table(matrix_of(verdicts)),
                     html_table(forms_of(verdicts)), failures);
}

std::string junit(const std::vector<Verdict>& verdicts) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const std::string& engine : engines_of(verdicts)) {
    std::size_t tests = 0, failures = 0;
    std::string cases;
    for (const Verdict& verdict : verdicts) {
      if (verdict.engine != engine) continue;
      ++tests;
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escape(engine),
                           escape(verdict.capture));
      if (verdict.wrong.empty()) {
        cases += "/>\n";
        continue;
      }
      ++failures;
      cases += fmt::format(">\n      <failure message=\"{}\">", escape(verdict.wrong.front()));
      for (const std::string& wrong : verdict.wrong) cases += escape(wrong) + "\n";
      cases += "</failure>\n    </testcase>\n";
    }
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
                       escape(engine), tests, failures, cases);
  }
  return out + "</testsuites>\n";
}

}  // namespace rpcsieve::suite
