// Operation numbers: names, numbers and ranges, given or excluded, become sorted ranges.
#include "compiler/ir/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::uint32_t kMostOpnum = 0xffff;  // 16 bits [C706 §12.6.4.9]

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// is_number tells a number, well-formed or not, from a name.
bool is_number(std::string_view text) {
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  return !text.empty() && is_digit(text[0]);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<OpnumRange> read_range(const Value& value, Diagnostics& out) {
  const std::string_view text = value.text;
  const std::size_t dash = text.find('-', 1);
  const auto first = parse_number(trimmed(text.substr(0, dash)), kMostOpnum);
  const auto last = dash == std::string_view::npos
                        ? first
                        : parse_number(trimmed(text.substr(dash + 1)), kMostOpnum);
  if (!first || !last) {
    out.error(
        "E023", value.span, fmt::format("'{}' is no operation number", text),
        "write a decimal number from 0 to 65535 without zeros in front, or a range \"28-30\"");
    return std::nullopt;
  }
  if (*first > *last) {
    out.error("E024", value.span, fmt::format("the range {} is empty", text),
              fmt::format("did you mean {}-{}?", *last, *first));
    return std::nullopt;
  }
  return OpnumRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

// listed joins names, of many the first ones.
std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMost = 10;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(names.size(), kMost));
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + shown, ", "),
                     names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : "");
}

// report_name says that no interface has an operation of that name.
void report_name(const Value& value, const std::vector<const Interface*>& tables,
                 Diagnostics& out) {
  std::vector<std::string_view> interfaces, names;
  for (const Interface* table : tables) {
    if (!table) continue;
    interfaces.push_back(table->name);
    for (const Operation& operation : table->operations) names.push_back(operation.name);
  }
  std::string hint = "the catalogue knows none of its operations: give the number";
  if (!names.empty()) hint = fmt::format("'rpcsieve catalog {}' lists them", interfaces[0]);
  if (const std::string_view near = out.suggest(value.text, names); !near.empty()) {
    for (const Interface* table : tables)
      if (const Operation* operation = table ? find_operation(*table, near) : nullptr)
        hint = fmt::format("did you mean {} ({})?", near, operation->number);
  }
  const std::string whose =
      interfaces.empty() ? "this interface" : fmt::format("interface {}", listed(interfaces));
  out.error("E021", value.span, fmt::format("unknown operation '{}' of {}", value.text, whose),
            hint);
}

void check_name(const Value& value, const std::vector<const Interface*>& tables, Diagnostics& out) {
  const auto has_it = [&](const Interface* table) {
    return table && find_operation(*table, value.text);
  };
  if (std::none_of(tables.begin(), tables.end(), has_it)) report_name(value, tables, out);
}

// check_table warns of numbers that an interface's specification does not have.
void check_table(const OpnumRange& range, const Value& value,
                 const std::vector<const Interface*>& tables, Diagnostics& out) {
  std::vector<std::string_view> lacking;
  const Operation* last = nullptr;
  for (const Interface* table : tables) {
    if (!table || table->operations.empty() || range.last <= table->operations.back().number)
      continue;
    lacking.push_back(table->name);
    if (!last) last = &table->operations.back();
  }
  if (lacking.empty()) return;
  out.warning("W001", value.span,
              fmt::format("{} {} no operation {}", listed(lacking),
                          lacking.size() == 1 ? "has" : "have", range.last),
              fmt::format("{} table ends at {} ({})",
                          lacking.size() == 1 ? "its" : std::string(lacking.front()) + "'s",
                          last->number, last->name));
}

std::vector<OpnumRange> merged(std::vector<OpnumRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const OpnumRange& a, const OpnumRange& b) { return a.first < b.first; });
  std::vector<OpnumRange> out;
  for (const OpnumRange& range : ranges) {
    if (!out.empty() && range.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

}  // namespace

std::vector<OpnumRange> complement(const std::vector<OpnumRange>& ranges) {
  std::vector<OpnumRange> out;
  std::uint32_t next = 0;
  for (const OpnumRange& range : ranges) {
    if (range.first > next)
      out.push_back(
          {static_cast<std::uint16_t>(next), static_cast<std::uint16_t>(range.first - 1)});
    next = range.last + 1U;
  }
  if (next <= kMostOpnum) out.push_back({static_cast<std::uint16_t>(next), kMostOpnum});
  return out;
}

Operations::Operations(const std::optional<Choice>& choice,
                       const std::vector<const Interface*>& tables, bool complete,
                       Diagnostics& out) {
  if (!choice) return;
  negated_ = choice->negated;
  for (const Value& value : choice->items) {
    if (!is_number(value.text)) {
      if (complete && !tables.empty()) check_name(value, tables, out);
      items_.push_back({std::nullopt, value});
    } else if (const auto range = read_range(value, out)) {
      check_table(*range, value, tables, out);
      items_.push_back({range, value});
    }
  }
  if (choice->negated && !tables.empty() && of(tables[0]).empty())
    out.error("E037", choice->span, "no operation is left", "exclude fewer, or leave the call out");
}

std::vector<OpnumRange> Operations::of(const Interface* table) const {
  std::vector<OpnumRange> ranges;
  for (const Item& item : items_) {
    if (item.range) {
      ranges.push_back(*item.range);
    } else if (const Operation* named = table ? find_operation(*table, item.value.text) : nullptr) {
      ranges.push_back({named->number, named->number});
    }
  }
  ranges = merged(std::move(ranges));
  return negated_ ? complement(ranges) : ranges;
}

}  // namespace rpcsieve::compiler
