// The door of security tokens. The input is two tokens of one exchange: the first byte says whose
// they are, the second how long the first one is. Whatever they say, names are well-formed.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "runtime/auth/exchange.h"

namespace {

using namespace rpcsieve;
using auth::Identity;
using auth::Text;

void require(bool holds) {
  if (!holds) std::abort();
}

// Reading a well-formed text again changes nothing.
void check(const Text& text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.view().data());
  require(auth::read_utf8(Bytes(bytes, text.view().size())) == text);
}

void check(const Identity& who) {
  for (const Text* text : {&who.name, &who.domain, &who.workstation, &who.realm, &who.service})
    check(*text);
  require(!who.is_machine() || !who.name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes input(data + 2, size - 2);
  const std::size_t first = std::min<std::size_t>(data[1], input.size());
  const auto package = (data[0] & 1) != 0 ? auth::Package::kNetlogon : auth::Package::kGeneric;
  auth::Exchange exchange;
  exchange.push(input.first(first), (data[0] & 2) != 0, package);
  check(exchange.identity());
  exchange.push(input.subspan(first), (data[0] & 4) != 0, package);
  check(exchange.identity());
  return 0;
}
