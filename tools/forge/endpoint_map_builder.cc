#include "tools/forge/endpoint_map_builder.h"

#include <initializer_list>

#include "runtime/base/endpoint.h"

namespace rpcsieve::forge::epm {
namespace {

// Protocol identifiers [C706 appendix I, MS-RPCE §2.1].
constexpr std::uint8_t kTcp = 0x07;
constexpr std::uint8_t kUdp = 0x08;
constexpr std::uint8_t kIp = 0x09;
constexpr std::uint8_t kConnectionless = 0x0a;
constexpr std::uint8_t kConnectionOriented = 0x0b;
constexpr std::uint8_t kLocal = 0x0c;
constexpr std::uint8_t kUuid = 0x0d;
constexpr std::uint8_t kPipe = 0x0f;
constexpr std::uint8_t kLocalName = 0x10;
constexpr std::uint8_t kNetbios = 0x11;

Buffer floor(std::uint8_t protocol, const Buffer& right) {
  return Wire().u16(1).u8(protocol).u16(right.size()).bytes(right).build();
}

Buffer floor(const Syntax& syntax) {
  return Wire()
      .u16(19)
      .u8(kUuid)
      .uuid(syntax.uuid)
      .u16(syntax.major)
      .u16(2)
      .u16(syntax.minor)
      .build();
}

Buffer big16(std::uint16_t value) { return Wire(Endian::kBig).u16(value).build(); }
Buffer name(std::string_view value) { return Wire().text(value).u8(0).build(); }
Buffer minor() { return Wire().u16(0).build(); }

Buffer v4(std::string_view address) {
  return Wire().bytes(Bytes(parse_address(address).value().bytes).last(4)).build();
}

Buffer tower(const Syntax& interface, std::initializer_list<Buffer> way) {
  Buffer out = Wire().u16(2 + way.size()).build() + floor(interface) + floor(kNdr);
  for (const Buffer& each : way) out = out + each;
  return out;
}

}  // namespace

Buffer tcp_tower(const Syntax& interface, std::uint16_t port, std::string_view address) {
  return tower(interface, {floor(kConnectionOriented, minor()), floor(kTcp, big16(port)),
                           floor(kIp, v4(address))});
}

Buffer udp_tower(const Syntax& interface, std::uint16_t port, std::string_view address) {
  return tower(interface, {floor(kConnectionless, minor()), floor(kUdp, big16(port)),
                           floor(kIp, v4(address))});
}

Buffer pipe_tower(const Syntax& interface, std::string_view pipe, std::string_view host) {
  return tower(interface, {floor(kConnectionOriented, minor()), floor(kPipe, name(pipe)),
                           floor(kNetbios, name(host))});
}

Buffer local_tower(const Syntax& interface, std::string_view endpoint) {
  return tower(interface, {floor(kLocal, minor()), floor(kLocalName, name(endpoint))});
}

Answer& Answer::entry(const Uuid& object, std::string_view annotation, const Buffer& octets) {
  entries_.push_back({object, annotation, octets});
  return *this;
}

void Answer::size(Wire& wire, std::uint64_t value) const {
  wire.align(wide_ ? 8 : 4);
  wide_ ? wire.u64(value) : wire.u32(value);
}

// begin writes an entry of ept_lookup up to the pointer to its tower.
void Answer::begin(Wire& wire, const Entry& entry) const {
  wire.align(wide_ ? 8 : 4).uuid(entry.object);
}

Buffer Answer::build(bool lookup) const {
  Wire wire(endian_);
  wire.zeros(20).u32(entries_.size());
  for (const std::size_t value : {entries_.size() + 3, std::size_t{0}, entries_.size()})
    size(wire, value);
  for (const Entry& entry : entries_) {
    if (lookup) begin(wire, entry);
    size(wire, entry.tower.empty() ? 0 : 3);
    if (!lookup) continue;
    size(wire, 0);
    size(wire, entry.annotation.size() + 1);
    wire.text(entry.annotation).u8(0);
  }
  for (const Entry& entry : entries_) {
    if (entry.tower.empty()) continue;
    size(wire, entry.tower.size());
    wire.u32(entry.tower.size()).bytes(entry.tower);
  }
  return wire.align(4).u32(status_).build();
}

}  // namespace rpcsieve::forge::epm
