// An answer of the endpoint mapper is a handle, an array and a status; what the array's pointers
// point to follows it: towers. A tower is a list of floors, each of which names one protocol of the
// way to the interface; unlike the stub around it, it has a byte order of its own [C706 appendix
// L].
#include "runtime/dcerpc/endpoint_map.h"

#include <array>

#include "runtime/base/cursor.h"

namespace rpcsieve::dcerpc {
namespace {

// Protocol identifiers of floors [C706 appendix I, MS-RPCE §2.1].
constexpr std::uint8_t kUuidFloor = 0x0d;
constexpr std::uint8_t kConnectionless = 0x0a;
constexpr std::uint8_t kConnectionOriented = 0x0b;
constexpr std::uint8_t kTcpFloor = 0x07;
constexpr std::uint8_t kUdpFloor = 0x08;
constexpr std::uint8_t kIpFloor = 0x09;
constexpr std::uint8_t kPipeFloor = 0x0f;
constexpr std::uint8_t kNetbiosFloor = 0x11;

constexpr std::size_t kHandleBytes = 20;
// More entries than any server has interfaces; servers give 500 at a time at most.
constexpr std::uint64_t kMostEntries = 1 << 14;

// Ndr reads a stub as NDR or NDR64: they differ in the size of counts and pointers, and each value
// is aligned to its own size [C706 §14.2.2, MS-RPCE §2.2.5.3].
class Ndr {
 public:
  Ndr(Bytes stub, Endian endian, bool wide)
      : cursor_(stub, endian), length_(stub.size()), wide_(wide) {}

  std::uint32_t u32() {
    align(4);
    return cursor_.u32();
  }
  // size reads a count, an offset or a pointer.
  std::uint64_t size() {
    align_to_size();
    return wide_ ? cursor_.u64() : cursor_.u32();
  }
  void align_to_size() { align(wide_ ? 8 : 4); }
  Uuid uuid() { return read_uuid(cursor_); }
  void skip(std::size_t n) { cursor_.skip(n); }
  Bytes take(std::uint64_t n) { return cursor_.take(n); }
  [[nodiscard]] bool ok() const { return cursor_.ok(); }
  [[nodiscard]] bool done() const { return cursor_.done(); }

 private:
  void align(std::size_t n) { cursor_.align(length_ - cursor_.size(), n); }

  Cursor cursor_;
  std::size_t length_;
  bool wide_;
};

std::string_view text(Bytes bytes) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.substr(0, all.find('\0'));
}

// Floor is a protocol and its address; the data of a UUID floor precede those of the protocol.
struct Floor {
  std::uint8_t protocol = 0;
  Bytes left, right;
};

Floor read_floor(Cursor& tower) {
  Floor floor;
  Cursor left = tower.sub(tower.u16());
  floor.protocol = left.u8();
  floor.left = left.rest();
  floor.right = tower.take(tower.u16());
  return floor;
}

bool read_interface(const Floor& floor, InterfaceId& interface) {
  Cursor left(floor.left, Endian::kLittle), right(floor.right, Endian::kLittle);
  interface.uuid = read_uuid(left);
  interface.version_major = left.u16();
  interface.version_minor = right.u16();
  return floor.protocol == kUuidFloor && left.ok() && right.ok() && !interface.uuid.is_nil();
}

// read_port reads the port of a floor, which is in the network's byte order.
bool read_port(const Floor& floor, MappedEndpoint& out) {
  Cursor cursor(floor.right, Endian::kBig);
  out.port = cursor.u16();
  return cursor.ok() && out.port != 0;
}

bool read_address(const Floor& floor, MappedEndpoint& out) {
  if (floor.protocol != kIpFloor || floor.right.size() != 4) return false;
  if (Cursor(floor.right, Endian::kBig).u32() != 0) out.address = make_v4(floor.right);
  return true;
}

// read_way reads the floors above the interface: how to get there.
bool read_way(const std::array<Floor, 3>& floors, MappedEndpoint& out) {
  const auto& [rpc, transport, network] = floors;
  if (transport.protocol == kPipeFloor && rpc.protocol == kConnectionOriented) {
    out.protocol = MappedEndpoint::Protocol::kPipe;
    out.pipe = text(transport.right);
    if (network.protocol == kNetbiosFloor) out.host = text(network.right);
    return !out.pipe.empty();
  }
  const bool tcp = transport.protocol == kTcpFloor && rpc.protocol == kConnectionOriented;
  const bool udp = transport.protocol == kUdpFloor && rpc.protocol == kConnectionless;
  out.protocol = tcp ? MappedEndpoint::Protocol::kTcp : MappedEndpoint::Protocol::kUdp;
  return (tcp || udp) && read_port(transport, out) && read_address(network, out);
}

// read_tower reads a tower; false if it does not lead to an interface in one of the known ways.
bool read_tower(Bytes octets, MappedEndpoint& out) {
  Cursor cursor(octets, Endian::kLittle);
  if (cursor.u16() < 5) return false;
  const Floor interface = read_floor(cursor);
  read_floor(cursor);  // the transfer syntax
  std::array<Floor, 3> way;
  for (Floor& floor : way) floor = read_floor(cursor);
  return cursor.ok() && read_interface(interface, out.interface) && read_way(way, out);
}

// Entry is an element of the array, before what it points to is read.
struct Entry {
  Uuid object;
  std::string_view annotation;
  bool has_tower = false;
};

Entry read_entry(std::uint16_t opnum, Ndr& ndr) {
  Entry entry;
  if (opnum == kEptLookup) {
    ndr.align_to_size();  // the structure's alignment
    entry.object = ndr.uuid();
  }
  entry.has_tower = ndr.size() != 0;
  if (opnum == kEptLookup) {
    ndr.size();  // offset
    entry.annotation = text(ndr.take(ndr.size()));
  }
  return entry;
}

bool read_array(std::uint16_t opnum, Ndr& ndr, std::vector<Entry>& entries) {
  ndr.skip(kHandleBytes);
  const std::uint32_t count = ndr.u32();
  const std::uint64_t most = ndr.size();
  const std::uint64_t offset = ndr.size();
  const std::uint64_t actual = ndr.size();
  if (!ndr.ok() || offset != 0 || actual != count || actual > most || actual > kMostEntries) {
    return false;
  }
  while (entries.size() < actual && ndr.ok()) entries.push_back(read_entry(opnum, ndr));
  return ndr.ok();
}

bool read(std::uint16_t opnum, Ndr ndr, std::vector<MappedEndpoint>& out) {
  std::vector<Entry> entries;
  if (!read_array(opnum, ndr, entries)) return false;
  std::vector<MappedEndpoint> found;
  for (const Entry& entry : entries) {
    if (!entry.has_tower) continue;
    const std::uint64_t size = ndr.size();
    const std::uint32_t length = ndr.u32();
    const Bytes octets = ndr.take(length);
    if (!ndr.ok() || size != length) return false;
    MappedEndpoint endpoint;
    endpoint.object = entry.object;
    endpoint.annotation = entry.annotation;
    if (read_tower(octets, endpoint)) found.push_back(endpoint);
  }
  ndr.u32();  // status
  if (!ndr.done()) return false;
  out.insert(out.end(), found.begin(), found.end());
  return true;
}

}  // namespace

bool read_endpoints(std::uint16_t opnum, const Response& response,
                    std::vector<MappedEndpoint>& out) {
  if (opnum != kEptLookup && opnum != kEptMap) return false;
  const auto try_as = [&](TransferSyntax transfer, bool wide) {
    if (response.transfer != transfer && response.transfer != TransferSyntax::kUnknown)
      return false;
    return read(opnum, Ndr(response.stub, response.endian, wide), out);
  };
  return try_as(TransferSyntax::kNdr, false) || try_as(TransferSyntax::kNdr64, true);
}

}  // namespace rpcsieve::dcerpc
