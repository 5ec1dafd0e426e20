#include "compiler/catalog/catalog.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <charconv>

#include "compiler/catalog/tables.h"

// The tables are text with one row a line and one tab between columns. Reading them is one pass
// that copies no name: every string of the catalogue is a view of the text. The operations come in
// the order of the interfaces, so no row needs a search for the interface it belongs to.

namespace rpcsieve::compiler {
namespace {

// next_part cuts the text in front of the first separator off `left`.
std::string_view next_part(std::string_view& left, char separator) {
  const std::size_t end = std::min(left.find(separator), left.size());
  const std::string_view part = left.substr(0, end);
  left.remove_prefix(std::min(end + 1, left.size()));
  return part;
}

// next_field is the next column of a row; "-" stands for nothing.
std::string_view next_field(std::string_view& row) {
  const std::string_view field = next_part(row, '\t');
  return field == "-" ? std::string_view() : field;
}

// next_row is the next line that is not a comment; empty at the end.
std::string_view next_row(std::string_view& table) {
  while (!table.empty()) {
    const std::string_view row = next_part(table, '\n');
    if (!row.empty() && row.front() != '#') return row;
  }
  return {};
}

std::uint16_t number(std::string_view text) {
  std::uint16_t value = 0;
  [[maybe_unused]] const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  assert(result.ec == std::errc() && result.ptr == text.data() + text.size());
  return value;
}

std::vector<std::string_view> list(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) items.push_back(next_part(text, ','));
  return items;
}

database::Returns returns(std::string_view text) {
  using database::Returns;
  if (text == "ntstatus") return Returns::kNtStatus;
  if (text == "win32") return Returns::kWin32;
  if (text == "hresult") return Returns::kHresult;
  if (text == "nothing") return Returns::kNothing;
  assert(text.empty());
  return Returns::kUnknown;
}

Uuid uuid(std::string_view text) {
  const auto value = parse_uuid(text);
  assert(value);
  return value.value_or(Uuid{});
}

Interface read_interface(std::string_view row) {
  Interface interface;
  interface.uuid = uuid(next_field(row));
  std::string_view version = next_field(row);
  interface.version_major = number(next_part(version, '.'));
  interface.version_minor = number(version);
  interface.name = next_field(row);
  interface.aliases = list(next_field(row));
  interface.pipes = list(next_field(row));
  interface.source = next_field(row);
  return interface;
}

Operation read_operation(std::string_view row) {
  Operation operation;
  operation.number = number(next_field(row));
  operation.name = next_field(row);
  operation.returns = returns(next_field(row));
  operation.aliases = list(next_field(row));
  if (const std::string_view fixed = next_field(row); !fixed.empty())
    operation.fixed_bytes = number(fixed);
  return operation;
}

void read_operations(std::string_view table, std::vector<Interface>& interfaces) {
  auto interface = interfaces.begin();
  for (auto row = next_row(table); !row.empty(); row = next_row(table)) {
    const std::string_view name = next_field(row);
    while (interface->name != name) {
      ++interface;
      assert(interface != interfaces.end());
    }
    interface->operations.push_back(read_operation(row));
  }
}

// take_mark removes the "=" in front of a pipe's name and says whether there was one.
bool take_mark(std::string_view& pipe) {
  if (!pipe.starts_with('=')) return false;
  pipe.remove_prefix(1);
  return true;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// has_name is true of interfaces and operations alike.
template <typename Named>
bool has_name(const Named& named, std::string_view name) {
  return same(named.name, name) ||
         std::any_of(named.aliases.begin(), named.aliases.end(),
                     [&](std::string_view alias) { return same(alias, name); });
}

}  // namespace

const Catalog& Catalog::builtin() {
  static const Catalog catalog = parse(kInterfaceTable, kOperationTable);
  return catalog;
}

Catalog Catalog::parse(std::string_view interfaces, std::string_view operations) {
  Catalog catalog;
  for (auto row = next_row(interfaces); !row.empty(); row = next_row(interfaces)) {
    catalog.interfaces_.push_back(read_interface(row));
  }
  read_operations(operations, catalog.interfaces_);
  for (Interface& interface : catalog.interfaces_) {
    for (std::string_view& pipe : interface.pipes) {
      if (take_mark(pipe)) catalog.pipes_.push_back({pipe, &interface});
    }
  }
  std::sort(catalog.pipes_.begin(), catalog.pipes_.end(),
            [](const ImpliedPipe& a, const ImpliedPipe& b) { return a.pipe < b.pipe; });
  return catalog;
}

std::span<const Interface> Catalog::interfaces() const { return interfaces_; }

const Interface* Catalog::find(const Uuid& uuid) const {
  const auto at = std::lower_bound(
      interfaces_.begin(), interfaces_.end(), uuid,
      [](const Interface& interface, const Uuid& u) { return interface.uuid < u; });
  return at != interfaces_.end() && at->uuid == uuid ? &*at : nullptr;
}

const Interface* Catalog::find_name(std::string_view name) const {
  const auto at = std::find_if(interfaces_.begin(), interfaces_.end(),
                               [&](const Interface& i) { return has_name(i, name); });
  return at != interfaces_.end() ? &*at : nullptr;
}

std::vector<std::string_view> Catalog::names() const {
  std::vector<std::string_view> all;
  for (const Interface& interface : interfaces_) {
    all.push_back(interface.name);
    all.insert(all.end(), interface.aliases.begin(), interface.aliases.end());
  }
  return all;
}

std::span<const ImpliedPipe> Catalog::implied_pipes() const { return pipes_; }

const Operation* find_operation(const Interface& interface, std::string_view name) {
  const auto at = std::find_if(interface.operations.begin(), interface.operations.end(),
                               [&](const Operation& o) { return has_name(o, name); });
  return at != interface.operations.end() ? &*at : nullptr;
}

const Operation* find_operation(const Interface& interface, std::uint16_t number) {
  const auto at = std::lower_bound(
      interface.operations.begin(), interface.operations.end(), number,
      [](const Operation& operation, std::uint16_t n) { return operation.number < n; });
  return at != interface.operations.end() && at->number == number ? &*at : nullptr;
}

}  // namespace rpcsieve::compiler
