#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tools/forge/dcerpc_builder.h"
#include "tools/forge/wire.h"

namespace rpcsieve::forge {

inline const Syntax kEpm = {parse_uuid("e1af8308-5d1f-11c9-91a4-08002b14a0fa").value(), 3, 0};

// Answers of the endpoint mapper [C706 appendix O]:
//   epm::Answer().tower(epm::tcp_tower(kLsarpc, 49664)).map()
namespace epm {

// Towers say where an interface is [C706 appendix L].
Buffer tcp_tower(const Syntax& interface, std::uint16_t port, std::string_view address = "0.0.0.0");
Buffer udp_tower(const Syntax& interface, std::uint16_t port, std::string_view address = "0.0.0.0");
Buffer pipe_tower(const Syntax& interface, std::string_view pipe, std::string_view host = "");
// local_tower is of a server's own, which no network reaches.
Buffer local_tower(const Syntax& interface, std::string_view name);

// Answer builds the stub of a response.
class Answer {
 public:
  Answer& big_endian() { return endian_ = Endian::kBig, *this; }
  Answer& ndr64() { return wide_ = true, *this; }
  Answer& tower(const Buffer& octets) { return entry({}, "", octets); }
  Answer& entry(const Uuid& object, std::string_view annotation, const Buffer& octets);
  // nothing adds an entry without a tower.
  Answer& nothing() { return entry({}, "", {}); }
  Answer& status(std::uint32_t value) { return status_ = value, *this; }

  [[nodiscard]] Buffer map() const { return build(false); }
  [[nodiscard]] Buffer lookup() const { return build(true); }

 private:
  struct Entry {
    Uuid object;
    std::string_view annotation;
    Buffer tower;
  };

  [[nodiscard]] Buffer build(bool lookup) const;
  void size(Wire& wire, std::uint64_t value) const;
  void begin(Wire& wire, const Entry& entry) const;

  Endian endian_ = Endian::kLittle;
  bool wide_ = false;
  std::uint32_t status_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace epm
}  // namespace rpcsieve::forge
