// Each header is written once, for one byte order, as a list of fields; the other order is the same
// list again. `.{4}` is a field that is not looked at.
#include "compiler/backend/suricata_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/backend/suricata_text.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::compiler::suricata {
namespace {

std::string byte_class(unsigned first, unsigned last) {
  if (first == last) return fmt::format("\\x{:02x}", first);
  return first == 0 && last == 0xff ? "." : fmt::format("[\\x{:02x}-\\x{:02x}]", first, last);
}

std::string two_bytes(const std::string& high, const std::string& low, Endian endian) {
  return endian == Endian::kLittle ? low + high : high + low;
}

// add_range appends alternatives for one range: the part of the first high byte, the whole high
// bytes between, the part of the last.
void add_range(std::vector<std::string>& out, OpnumRange range, Endian endian) {
  unsigned first = range.first;
  const unsigned last = range.last;
  while (first <= last) {
    const unsigned high = first >> 8;
    const bool from_zero = (first & 0xff) == 0;
    const unsigned whole = ((last + 1) >> 8);  // high bytes below this one end within the range
    const unsigned end_high = from_zero && whole > high ? whole - 1 : high;
    const unsigned end = std::min(last, end_high << 8 | 0xff);
    out.push_back(
        two_bytes(byte_class(high, end_high), byte_class(first & 0xff, end & 0xff), endian));
    first = end + 1;
  }
}

std::string uuid(const Uuid& value, Endian endian) {
  return hex_escapes(wire_bytes(value, endian));
}

std::string context_id(Contexts contexts, Endian endian) {
  switch (contexts) {
    case Contexts::kZero:
      return number({{0, 0}}, endian);
    case Contexts::kOthers:
      return number({{1, 0xffff}}, endian);
    case Contexts::kAll:
      break;
  }
  return "..";
}

std::string major_version(const CallCondition& condition, Endian endian) {
  return number({{condition.version_major_first, condition.version_major_last}}, endian);
}

// version is the 32-bit one of a syntax, major in its low half.
std::string version(const CallCondition& condition, Endian endian) {
  const std::string major = major_version(condition, endian);
  return endian == Endian::kLittle ? major + ".." : ".." + major;
}

// either joins the same fields in both byte orders.
template <class Fields>
std::string either(Fields fields) {
  return "(?:" + fields(Endian::kLittle) + "|" + fields(Endian::kBig) + ")";
}

// drep is the data representation: integer order, ASCII, IEEE [C706 §14.1].
std::string drep(Endian endian) {
  return endian == Endian::kLittle ? R"(\x10\x00{3})" : R"(\x00{4})";
}

// A context element is 24 bytes and 20 for each of its transfer syntaxes. How many it says it has
// decides how long it is, so that there is one way only to step over it.
constexpr std::string_view kOtherContexts = R"((?:..(?:\x01.{41}|\x02.{61}|\x03.{81})){0,63}?)";

// Bind-time feature negotiation [MS-RPCE §3.3.1.5.3] looks like a context but carries no calls, and
// its id may be used again.
constexpr Uuid kFeatures = {{0x6c, 0xb7, 0x1c, 0x2c, 0x98, 0x12, 0x45, 0x40}};  // the rest is flags

std::string no_features(Endian endian) {
  const auto bytes = wire_bytes(kFeatures, endian);
  return "(?!" + hex_escapes(Bytes(bytes).first(8)) + ")";
}

constexpr std::string_view kRequest = R"(\x05[\x00\x01]\x00)";

// The flags of a first fragment, without and with PFC_OBJECT_UUID. A character class cannot ask for
// the bit PFC_FIRST_FRAG; it leaves out what later fragments have, none and PFC_LAST_FRAG.
constexpr std::string_view kPlainFlags = R"([\x01\x03-\x7f])";
constexpr std::string_view kObjectFlags = R"([\x81\x83-\xff])";

// request_fields runs from drep to the opnum, and on through a required object UUID.
std::string request_fields(const CallCondition& condition, Contexts contexts, Endian endian) {
  const std::string object = condition.object ? uuid(*condition.object, endian) : "";
  return drep(endian) + ".{12}" + context_id(contexts, endian) + number(condition.opnums, endian) +
         object;
}

// An offer's bytes up to the number of its contexts.
constexpr std::string_view kOffer = R"(\x05\x00[\x0b\x0e].\x10\x00{3}.{16})";

// all_offer matches a list of one to four contexts that offer the interface, each with up to three
// transfer syntaxes; its first group is one context.
std::string all_offer(const Uuid& interface) {
  const std::string offered = uuid(interface, Endian::kLittle);
  const std::string context =
      fmt::format(R"((..(?:\x01.{0}.{{24}}|\x02.{0}.{{44}}|\x03.{0}.{{64}})))", offered);
  return fmt::format(
      R"((?:\x01.{{3}}{}|\x02.{{3}}(?1){{2}}|\x03.{{3}}(?1){{3}}|\x04.{{3}}(?1){{4}}))", context);
}

// secondary_address matches the server's port as text, its length before it, up to the next
// multiple of four bytes from the PDU's beginning, where the 26th byte is the first of the text.
std::string secondary_address() {
  constexpr unsigned kLongest = 8, kText = 26;
  std::vector<std::string> all;
  for (unsigned n = 0; n <= kLongest; ++n) {
    const unsigned end = (kText + n + 3) / 4 * 4;
    all.push_back(fmt::format("\\x{:02x}\\x00.{{{}}}", n, end - kText));
  }
  return fmt::format("(?:{})", fmt::join(all, "|"));
}

}  // namespace

std::string number(const std::vector<OpnumRange>& ranges, Endian endian) {
  std::vector<std::string> all;
  for (const OpnumRange& range : ranges) add_range(all, range, endian);
  return all.size() == 1 ? all.front() : fmt::format("(?:{})", fmt::join(all, "|"));
}

std::string bind_header(const CallCondition& condition, Contexts contexts) {
  return R"(\x05[\x00\x01][\x0b\x0e].)" + either([&](Endian endian) {
           return drep(endian) + ".{20}" + std::string(kOtherContexts) +
                  context_id(contexts, endian) + "[^\\x00]." + uuid(condition.interface, endian) +
                  version(condition, endian) + no_features(endian);
         });
}

std::string request_header(const CallCondition& condition, Contexts contexts) {
  const auto fields = [&](Endian endian) { return request_fields(condition, contexts, endian); };
  if (condition.object) return fmt::format("{}{}{}", kRequest, kObjectFlags, either(fields));
  return fmt::format("{}(?:{}|({})){}(?(1).{{16}})", kRequest, kPlainFlags, kObjectFlags,
                     either(fields));  // an object UUID is stepped over
}

std::string sealed_request(const CallCondition& condition, Contexts contexts) {
  const std::string flags = condition.object ? std::string(kObjectFlags)
                                             : fmt::format("(?:{}|{})", kPlainFlags, kObjectFlags);
  const std::string begin = drep(Endian::kLittle);
  const std::string ahead =
      request_fields(condition, contexts, Endian::kLittle).substr(begin.size());
  return fmt::format("{}{}{}(?={})", kRequest, flags, begin, ahead);
}

std::string offer_of_one(const Uuid& interface) {
  return fmt::format("{}{}", kOffer, all_offer(interface));
}

std::string offer_of_others(const Uuid& interface) {
  return fmt::format("{}(?!{})", kOffer, all_offer(interface));
}

std::string acceptance() {
  return fmt::format(R"(\x05\x00\x0c.{{21}}{}.{{4}}(?:.{{24}}){{0,3}}?\x00\x00)",
                     secondary_address());
}

// A request as the engine's own reader takes it (runtime/dcerpc/datagram.cc): what no request has
// in its flags, data representation and activity would be an alert about nothing.
std::string datagram_header(const CallCondition& condition) {
  return R"(\A\x04\x00.[\x00-\x03])" + either([&](Endian endian) {
           const std::string order = endian == Endian::kLittle ? R"([\x10\x11])" : R"([\x00\x01])";
           const std::string object = condition.object ? uuid(*condition.object, endian) : ".{16}";
           return order + R"([\x00-\x03]\x00.)" + object + uuid(condition.interface, endian) +
                  R"((?!\x00{16}).{20})" + version(condition, endian) + ".{4}" +
                  number(condition.opnums, endian) + R"(.{6}\x00\x00..)";
         });
}

}  // namespace rpcsieve::compiler::suricata
