#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/uuid.h"
#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// Operation is one method of an interface. `returns` says what ends its response stub;
// `fixed_bytes` how much of its request's stub has the same offsets in every call, in NDR and NDR64
// alike.
struct Operation {
  std::uint16_t number = 0;
  std::string_view name;
  database::Returns returns = database::Returns::kUnknown;
  std::optional<std::uint16_t> fixed_bytes;  // not known, if nothing
  std::vector<std::string_view> aliases;     // other names in use: DRSGetNCChanges, CreateServiceW
};

// Interface is one RPC interface as its specification names it.
struct Interface {
  Uuid uuid;
  std::uint16_t version_major = 0;
  std::uint16_t version_minor = 0;
  std::string_view name;                  // the name that specs use: lsarpc
  std::vector<std::string_view> aliases;  // others that specs may use
  std::vector<std::string_view> pipes;    // well-known pipes, lower case; its own come first
  std::string_view source;                // the specification: "MS-SAMR"; or "undocumented; …"
  std::vector<Operation> operations;      // by number
};

// ImpliedPipe is a pipe name that stands for one interface when no bind was captured: the
// interface's own pipe, not a shared one such as lsass or ntsvcs.
struct ImpliedPipe {
  std::string_view pipe;
  const Interface* interface;
};

// Catalog is the table of names: compiler/catalog/interfaces.tsv and operations.tsv, built in.
// Immutable; all views live for ever. Moved, never copied: its pointers are into itself.
class Catalog {
 public:
  Catalog(Catalog&&) = default;
  Catalog& operator=(Catalog&&) = default;

  static const Catalog& builtin();

  // parse reads tables of that form. They are part of the program: they must be well-formed, and
  // must outlive the catalogue, whose names are views of them.
  static Catalog parse(std::string_view interfaces, std::string_view operations);

  [[nodiscard]] std::span<const Interface> interfaces() const;  // by UUID, then version
  // find looks up a UUID; nullptr if the catalogue lacks it.
  [[nodiscard]] const Interface* find(const Uuid& uuid) const;
  // find_name looks up a name or alias, in either case; nullptr if there is none.
  [[nodiscard]] const Interface* find_name(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;         // all names and aliases
  [[nodiscard]] std::span<const ImpliedPipe> implied_pipes() const;  // by name

 private:
  Catalog() = default;
  std::vector<Interface> interfaces_;
  std::vector<ImpliedPipe> pipes_;
};

// find_operation looks up an operation by name or alias (either case) or by number; nullptr if
// there is none.
const Operation* find_operation(const Interface& interface, std::string_view name);
const Operation* find_operation(const Interface& interface, std::uint16_t number);

}  // namespace rpcsieve::compiler
