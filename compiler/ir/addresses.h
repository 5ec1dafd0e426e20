#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// parse_cidr reads an address or a CIDR of IPv4 or IPv6; nullopt for anything else. Bits behind the
// prefix are cleared. A prefix that covers IPv6 and the whole of IPv4 (::/0) is refused: `any` says
// that without doubt.
std::optional<Cidr> parse_cidr(std::string_view text);

// So many addresses may one `from` or `to` list, its variables written out.
inline constexpr std::size_t kMaxAddresses = 4096;

// Addresses gives `from` and `to` their meaning. It views the variables.
class Addresses {
 public:
  // All variables are checked at once, used or not.
  Addresses(const Variables& variables, Diagnostics& out);

  // lower gives the addresses that a choice stands for; nothing stands for everyone.
  AddressSet lower(const std::optional<Choice>& choice, std::string_view key);
  // finish warns of variables of the command line that no detection used.
  void finish();

 private:
  // These append what an item stands for; false: a mistake, reported.
  bool add(const Value& item, std::vector<Cidr>& nets);
  bool add_variable(const Value& item, std::vector<Cidr>& nets);

  const Variables& variables_;
  Diagnostics& out_;
  std::map<std::string, std::vector<Cidr>, std::less<>> nets_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace rpcsieve::compiler
