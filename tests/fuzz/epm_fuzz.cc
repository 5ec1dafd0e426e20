// The door of the endpoint mapper's answers. The first byte of the input says which operation, byte
// order and transfer syntax the rest is read as.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "runtime/dcerpc/endpoint_map.h"

namespace rpcsieve::dcerpc {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(std::string_view view, Bytes bytes) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  return view.empty() ||
         (view.data() >= begin && view.data() + view.size() <= begin + bytes.size());
}

void check(const MappedEndpoint& endpoint, Bytes stub) {
  const bool pipe = endpoint.protocol == MappedEndpoint::Protocol::kPipe;
  require(!endpoint.interface.uuid.is_nil());
  require(pipe == (endpoint.port == 0) && pipe == !endpoint.pipe.empty());
  for (const auto view : {endpoint.pipe, endpoint.host, endpoint.annotation})
    require(lies_in(view, stub));
}

}  // namespace
}  // namespace rpcsieve::dcerpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rpcsieve;
  using namespace rpcsieve::dcerpc;
  if (size == 0) return 0;
  const Bytes stub(data + 1, size - 1);
  const auto opnum = static_cast<std::uint16_t>((data[0] & 1) != 0 ? kEptMap : kEptLookup);
  const Endian endian = (data[0] & 2) != 0 ? Endian::kBig : Endian::kLittle;
  const auto transfer = static_cast<TransferSyntax>(data[0] >> 2 & 3);
  std::vector<MappedEndpoint> out;
  const bool read = read_endpoints(opnum, {stub, endian, transfer}, out);
  require(read || out.empty());
  require(out.size() <= stub.size() / 20);
  for (const MappedEndpoint& endpoint : out) check(endpoint, stub);
  return 0;
}
