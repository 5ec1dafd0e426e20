// Addresses in normal form: masked, sorted, none inside another. IPv4 lives in IPv6's ::ffff:0:0/96
// (runtime/base/endpoint.h), so one comparison serves both.
#include "compiler/ir/addresses.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::uint8_t kV4Bits = 96;  // in front of an IPv4 address

// bits counts the prefix within the 128 bits.
std::uint8_t bits(const Cidr& net) {
  return static_cast<std::uint8_t>(net.prefix + (net.address.is_v4() ? kV4Bits : 0));
}

IpAddress masked(IpAddress address, std::size_t prefix) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const std::size_t kept = prefix > 8 * i ? std::min<std::size_t>(prefix - 8 * i, 8) : 0;
    address.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return address;
}

bool holds(const Cidr& outer, const Cidr& inner) {
  return bits(outer) <= bits(inner) && masked(inner.address, bits(outer)) == outer.address;
}

std::vector<Cidr> normal(std::vector<Cidr> nets) {
  // A net that holds another begins at or before it, so it is the last that was kept.
  std::sort(nets.begin(), nets.end());
  std::vector<Cidr> kept;
  for (const Cidr& net : nets)
    if (kept.empty() || !holds(kept.back(), net)) kept.push_back(net);
  return kept;
}

bool report_address(const Value& item, Diagnostics& out) {
  out.error("E028", item.span, fmt::format("'{}' is no address", item.text),
            "write one like 10.0.0.0/8 or 2001:db8::/32, a $VARIABLE, or 'any' alone for everyone");
  return false;
}

}  // namespace

std::optional<Cidr> parse_cidr(std::string_view text) {
  if (text.find_first_not_of("0123456789abcdefABCDEF.:/") != std::string_view::npos)
    return std::nullopt;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool dotted = text.find(':') == std::string_view::npos;
  const std::uint32_t most = dotted ? 32 : 128;
  const auto given = slash == text.size() ? most : parse_number(text.substr(slash + 1), most);
  if (!given) return std::nullopt;
  const std::uint32_t prefix = *given + (dotted ? kV4Bits : 0U);
  const IpAddress first = masked(*address, prefix);
  if (address->is_v4() || first.is_v4()) {
    if (prefix < kV4Bits) return std::nullopt;
    return Cidr{first, static_cast<std::uint8_t>(prefix - kV4Bits)};
  }
  const IpAddress v4 = make_v4(std::array<std::uint8_t, 4>{});
  if (masked(v4, prefix) == first) return std::nullopt;
  return Cidr{first, static_cast<std::uint8_t>(prefix)};
}

Addresses::Addresses(const Variables& variables, Diagnostics& out)
    : variables_(variables), out_(out) {
  for (const auto& [name, variable] : variables) {
    auto& nets = nets_[name];
    for (const Value& item : variable.addresses) {
      if (const auto net = parse_cidr(item.text)) {
        nets.push_back(*net);
      } else {
        report_address(item, out);
      }
    }
  }
}

bool Addresses::add_variable(const Value& item, std::vector<Cidr>& nets) {
  const std::string_view name = std::string_view(item.text).substr(1);
  if (const auto found = nets_.find(name); found != nets_.end()) {
    used_.emplace(name);
    nets.insert(nets.end(), found->second.begin(), found->second.end());
    return true;
  }
  std::vector<std::string_view> names;
  for (const auto& variable : variables_) names.emplace_back(variable.first);
  const std::string_view near = out_.suggest(name, names);
  out_.error("E029", item.span, fmt::format("undefined variable '{}'", item.text),
             near.empty() ? fmt::format("define it in variables.yaml ([] if nobody has the role), "
                                        "or give --var {}=",
                                        name)
                          : fmt::format("did you mean ${}?", near));
  return false;
}

bool Addresses::add(const Value& item, std::vector<Cidr>& nets) {
  if (item.text[0] == '$') return add_variable(item, nets);
  const auto net = parse_cidr(item.text);
  if (!net) return report_address(item, out_);
  nets.push_back(*net);
  return true;
}

AddressSet Addresses::lower(const std::optional<Choice>& choice, std::string_view key) {
  if (!choice) return {};
  if (!choice->negated && choice->items.size() == 1 && choice->items[0].text == "any") return {};
  AddressSet set;
  set.negated = choice->negated;
  bool sound = true;
  for (const Value& item : choice->items) {
    if (set.nets.size() > kMaxAddresses) break;
    sound = add(item, set.nets) && sound;
  }
  if (set.nets.size() > kMaxAddresses)
    out_.error("E019", choice->span,
               fmt::format("'{}' lists more than {} addresses", key, kMaxAddresses),
               "write networks in place of single addresses");
  set.nets = normal(std::move(set.nets));
  if (sound && set.nobody())
    out_.lint("L004", choice->items[0].span, fmt::format("'{}' matches nobody", key),
              "the variable is empty: the detection is silent until the site fills it in");
  return set;
}

void Addresses::finish() {
  for (const auto& [name, variable] : variables_)
    if (variable.from_command_line && used_.find(name) == used_.end())
      out_.warning("W004", variable.span, fmt::format("no detection uses ${}", name),
                   "look at the spelling");
}

}  // namespace rpcsieve::compiler
