// rpcsieve diff: what changes for a deployment between two versions of its rules.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/rpcsieve/changes.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"
#include "tools/rpcsieve/targets.h"

namespace rpcsieve::cli {
namespace {

using compiler::RuleSet;
using compiler::Sid;
using nlohmann::ordered_json;

struct DiffOptions {
  RuleOptions before, after;
  std::string target;
  bool json = false;
};

// headline says in one word, and a sign, what became of a detection.
std::string headline(const Change& change) {
  if (change.is_added()) return fmt::format("+ {}: added", change.after);
  if (change.is_removed()) return fmt::format("- {}: removed", change.before);
  std::string what;
  const auto say = [&](std::string_view word) {
    what += fmt::format("{}{}", what.empty() ? "" : ", ", word);
  };
  if (change.is_renamed()) say(fmt::format("renamed from {}", change.before));
  if (!change.meaning.empty()) say("alerts on something else");
  if (!change.metadata.empty()) say("described otherwise");
  if (what.empty()) say("numbers only");
  return fmt::format("~ {}: {}", change.after, what);
}

std::string print_lines(const LineChanges& changes) {
  std::string out;
  for (const std::string& line : changes.removed) out += fmt::format("    - {}\n", line);
  for (const std::string& line : changes.added) out += fmt::format("    + {}\n", line);
  return out;
}

// print_numbers gives one line for all forms whose numbers change in the same way.
std::string print_numbers(const Change& change) {
  std::map<std::string, std::string> forms_by_change;
  for (const auto& [form, before, after] : change.numbers) {
    std::string what;
    if (before && after && before->sid == after->sid)
      what = fmt::format("rev {} becomes {}", before->rev, after->rev);
    else if (before && after)
      what = "another sid";
    else
      what = after ? "new sids" : "sids out of use";
    std::string& forms = forms_by_change[what];
    const bool shows_sid = !before || !after || before->sid != after->sid;
    forms += (forms.empty() ? "" : ", ") + form;
    if (shows_sid && before) forms += fmt::format(" {}", before->sid);
    if (shows_sid && before && after) forms += " ->";
    if (shows_sid && after) forms += fmt::format(" {}", after->sid);
  }
  std::string out;
  for (const auto& [what, forms] : forms_by_change) out += fmt::format("    {}: {}\n", what, forms);
  const bool must_rise = !change.meaning.empty() && !change.is_added() && !change.is_removed();
  if (must_rise && change.numbers.empty())
    out += "    no rev rises: the new rules have no sids.lock that knows the old meaning\n";
  return out;
}

std::string print(const Change& change) {
  const bool both = !change.is_added() && !change.is_removed();
  return headline(change) + "\n" +
         (both ? print_lines(change.meaning) + print_lines(change.metadata) : "") +
         print_numbers(change);
}

std::string summary(const std::vector<Change>& changes) {
  const auto count = [&](auto is) { return std::count_if(changes.begin(), changes.end(), is); };
  const auto added = count([](const Change& c) { return c.is_added(); });
  const auto removed = count([](const Change& c) { return c.is_removed(); });
  return fmt::format("{} added, {} removed, {} changed", added, removed,
                     static_cast<std::ptrdiff_t>(changes.size()) - added - removed);
}

ordered_json to_json(const std::optional<Sid>& sid) {
  return sid ? ordered_json{{"sid", sid->sid}, {"rev", sid->rev}} : ordered_json();
}

ordered_json to_json(const LineChanges& changes) {
  return {{"removed", changes.removed}, {"added", changes.added}};
}

ordered_json to_json(const Change& change) {
  ordered_json numbers = ordered_json::array();
  for (const auto& [form, before, after] : change.numbers)
    numbers.push_back({{"form", form}, {"before", to_json(before)}, {"after", to_json(after)}});
  const auto name = [](const std::string& text) {
    return text.empty() ? ordered_json() : ordered_json(text);
  };
  return {{"id", rpcsieve::print(change.id)},     {"before", name(change.before)},
          {"after", name(change.after)},          {"meaning", to_json(change.meaning)},
          {"metadata", to_json(change.metadata)}, {"numbers", std::move(numbers)}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

LineChanges rule_changes(const RuleSet& before, const RuleSet& after, const std::string& target) {
  if (target.empty()) return {};
  return line_changes(lines_of(rules_for(before, target).value_or("")),
                      lines_of(rules_for(after, target).value_or("")));
}

std::string print_text(const std::vector<Change>& changes, const LineChanges& rules,
                       const std::string& target) {
  std::string out;
  for (const Change& change : changes) out += print(change);
  out += summary(changes) + "\n";
  if (target.empty()) return out;
  out +=
      fmt::format("{}: {} rules go, {} come\n", target, rules.removed.size(), rules.added.size());
  return out + print_lines(rules);
}

std::string print_json(const std::vector<Change>& changes, const LineChanges& rules,
                       const std::string& target) {
  ordered_json detections = ordered_json::array();
  for (const Change& change : changes) detections.push_back(to_json(change));
  ordered_json all = {{"detections", std::move(detections)}};
  if (!target.empty()) all["rules"] = to_json(rules);
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Status diff(DiffOptions options) {
  Status status = Status::kDone;
  options.after.variables = options.before.variables;
  const auto before = load_rules(options.before, status);
  const auto after = load_rules(options.after, status);
  if (!before || !after) return status;
  const auto changes = changes_between(*before, *after);
  const auto rules = rule_changes(*before, *after, options.target);
  Output out("-");
  out.write(options.json ? print_json(changes, rules, options.target)
                         : print_text(changes, rules, options.target));
  return out.close() ? Status::kDone : Status::kFailed;
}

std::string check_target(const std::string& target) {
  if (rules_for({}, target)) return "";
  return fmt::format("there is no target {} whose rules are text", target);
}

}  // namespace

void add_diff(CLI::App& app, Status& status) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "Say what changes between two versions of rules");
  options->before.paths.resize(1);
  options->after.paths.resize(1);
  command->add_option("OLD", options->before.paths[0], "Detections as they were: a file or folder")
      ->required();
  command->add_option("NEW", options->after.paths[0], "Detections as they will be")->required();
  command->add_option("-t,--target", options->target, "Also say which rules for this sensor differ")
      ->type_name("TARGET")
      ->check(CLI::Validator(check_target, ""));
  command->add_flag("--json", options->json, "Print one JSON object");
  options->before.add_variables(*command);
  command->footer("Example:\n  rpcsieve diff deployed/rules/ rules/ -t suricata7");
  command->callback([options, &status] { status = diff(*options); });
}

}  // namespace rpcsieve::cli
