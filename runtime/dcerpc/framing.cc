// How PDUs follow one another. In step, a header only has to be one that can be parsed: a hostile
// length or flag must not make the framer lose the stream. Out of step, and at a flow's beginning,
// every field of the header has to make sense, since random bytes are to be told from RPC.
#include "runtime/dcerpc/framing.h"

#include <algorithm>
#include <cstring>

#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {
namespace {

// minimum_length is the least frag_length of a type, without verifier [C706 §12.6.4].
std::size_t minimum_length(PduType type) {
  switch (type) {
    case PduType::kRequest:
    case PduType::kResponse:
      return 24;
    case PduType::kFault:
    case PduType::kBind:
    case PduType::kAlterContext:
    case PduType::kBindAck:
    case PduType::kAlterContextResponse:
      return 28;
    case PduType::kBindNak:
      return 18;
    default:
      return 16;
  }
}

bool plausible_lengths(const PduHeader& header) {
  if (header.frag_length < minimum_length(header.type)) return false;
  if (header.auth_length == 0) return true;
  return header.auth_length + kSecTrailerBytes <= header.frag_length - kHeaderBytes;
}

// plausible_byte judges one byte of a header, as far as it can be judged alone.
bool plausible_byte(std::size_t at, std::uint8_t value) {
  switch (at) {
    case 0:
      return value == 5;
    case 1:
      return value <= 1;
    case 2:
      return is_pdu_type(value);
    case 4:  // byte order, ASCII or EBCDIC [C706 §14.1]
      return (value & 0xee) == 0;
    case 5:  // IEEE, VAX, Cray or IBM floating point
      return value <= 3;
    case 6:
    case 7:  // reserved
      return value == 0;
    default:
      return true;
  }
}

}  // namespace

bool plausible(Bytes bytes) {
  const std::size_t judged = std::min(bytes.size(), std::size_t{8});
  for (std::size_t i = 0; i < judged; ++i)
    if (!plausible_byte(i, bytes[i])) return false;
  if (bytes.size() < Framing::header_bytes) return true;
  const auto header = parse_header(bytes);
  return header && plausible_lengths(*header);
}

std::optional<std::size_t> Framing::total(Bytes header) const {
  const auto parsed = parse_header(header);
  if (!parsed) return std::nullopt;
  return parsed->frag_length;
}

// All of it: a request's stub is matched, a response's last bytes are its return code.
std::size_t Framing::keep(Bytes, std::size_t total) const { return total; }

std::size_t Framing::find(Bytes bytes) const {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const void* version = std::memchr(bytes.data() + at, 5, bytes.size() - at);
    if (version == nullptr) return bytes.size();
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(version) - bytes.data());
    if (plausible(bytes.subspan(at))) return at;
    ++at;
  }
  return bytes.size();
}

bool is_from_client(Bytes pdu) {
  const auto header = parse_header(pdu);
  if (!header) return false;
  switch (header->type) {
    case PduType::kRequest:
    case PduType::kBind:
    case PduType::kAlterContext:
    case PduType::kAuth3:
    case PduType::kCancel:
    case PduType::kOrphaned:
      return true;
    default:
      return false;
  }
}

}  // namespace rpcsieve::dcerpc
