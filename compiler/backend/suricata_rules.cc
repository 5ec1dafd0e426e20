// A rule is `alert PROTOCOL FROM any -> TO any (OPTIONS)`. The options come in one order for all
// forms: what the alert says, the direction, what is looked for, and the labels.
#include "compiler/backend/suricata_rules.h"

#include <fmt/format.h>

#include "compiler/backend/classtype.h"
#include "compiler/backend/forms.h"
#include "compiler/backend/suricata_stub.h"
#include "compiler/backend/suricata_text.h"
#include "compiler/backend/suricata_wire.h"

namespace rpcsieve::compiler::suricata {
namespace {

// The prefilter of an offer of whatever interface: the end of the UUID of NDR [C706 §14], without
// which no client offers anything.
constexpr std::string_view kOfferSeed = " content:\"|9f e8 08 00 2b 10 48 60|\";";

// The prefilter of a request that has nothing better in its stub.
constexpr std::string_view kRequestStart = " content:\"|05 00 00|\";";

std::string opnum_list(const std::vector<OpnumRange>& opnums) {
  std::string out;
  for (const OpnumRange& range : opnums) {
    out += fmt::format("{}{}", out.empty() ? "" : ",", range.first);
    if (range.last != range.first) out += fmt::format("-{}", range.last);
  }
  return out;
}

// iface_options gives dcerpc.iface, twice for a range of versions. Suricata takes no space behind
// the comma, and has no word for a range.
std::string iface_options(const CallCondition& condition) {
  const std::string iface = fmt::format(" dcerpc.iface:{}", print(condition.interface));
  const unsigned first = condition.version_major_first, last = condition.version_major_last;
  if (first == last) return fmt::format("{},={};", iface, first);
  std::string out;
  if (first > 0) out += fmt::format("{},>{};", iface, first - 1);
  if (last < 0xffff) out += fmt::format("{},<{};", iface, last + 1);
  return out.empty() ? iface + ";" : out;
}

std::string opnum_option(const CallCondition& condition) {
  if (condition.opnums == std::vector{OpnumRange{}}) return "";
  return fmt::format(" dcerpc.opnum:{};", opnum_list(condition.opnums));
}

// transport_option narrows a rule on bytes to one transport.
std::string_view transport_option(const CallCondition& condition) {
  const bool smb = (condition.transports & kSmb) != 0;
  const bool tcp = (condition.transports & kTcp) != 0;
  if (smb && tcp) return "";
  return smb ? " app-layer-protocol:smb;" : " app-layer-protocol:!smb;";
}

// interface_seed gives the last eight bytes of the UUID, which are the same in both byte orders.
std::string interface_seed(const CallCondition& condition) {
  return hex_content(Bytes(condition.interface.bytes).last(8));
}

// sealed_options asks for auth level 6 in a request's verifier, which lies at
// frag_length - auth_length - 8 and says its level in its second byte [C706 §13.2.6.1]. Each
// relative option looks from behind the number that was read before it: from byte 8, 12 and 10.
std::string sealed_options(const CallCondition& condition, Contexts contexts) {
  return fmt::format(
      "{} pcre:\"/{}/s\"; byte_test:2,>,0,2,relative,little;"
      " byte_math:bytes 2,offset 2,oper +,rvalue 17,result tail,relative,endian little;"
      " byte_math:bytes 2,offset -4,oper -,rvalue tail,result level,relative,endian little;"
      " byte_test:1,=,6,level,relative;",
      kRequestStart, sealed_request(condition, contexts));
}

// quick_request looks for one operation without a regex, as there is one such rule for each
// detection: the engine's prefilter is told the rarest bytes of the header, the context id and the
// operation, unless they are zeros.
std::string quick_request(const CallCondition& condition, Contexts contexts) {
  const unsigned opnum = condition.opnums.front().first;
  const std::string number = fmt::format("{:02x} {:02x}", opnum & 0xff, opnum >> 8);
  const std::string_view zero_fast = opnum == 0 ? " fast_pattern;" : "";
  const std::string_view fast = opnum == 0 ? "" : " fast_pattern;";
  const std::string header = fmt::format(
      "{}{} content:\"|10 00 00 00|\"; distance:1; within:4; byte_test:1,&,1,-5,relative;",
      kRequestStart, zero_fast);
  if (contexts == Contexts::kZero)
    return fmt::format("{} content:\"|00 00 {}|\"; distance:12; within:4;{}", header, number, fast);
  return fmt::format(
      "{} content:!\"|00|\"; distance:12; within:1;"
      " content:\"|00 {}|\"; distance:13; within:3;{}",
      header, number, fast);
}

// whole_request looks for a request of one fragment in either byte order. Its first eight bytes are
// rare enough where no requests are expected.
std::string whole_request(const CallCondition& condition, Endian endian) {
  const unsigned opnum = condition.opnums.front().first;
  const bool little = endian == Endian::kLittle;
  return fmt::format(
      " content:\"|05 00 00 03 {} 00 00 00|\"; fast_pattern;"
      " content:\"|{:02x} {:02x}|\"; distance:14; within:2;",
      little ? "10" : "00", little ? opnum & 0xff : opnum >> 8, little ? opnum >> 8 : opnum & 0xff);
}

// packet_request looks for a request that is all of a packet: its frag_length is the payload's.
std::string packet_request(const CallCondition& condition) {
  const unsigned opnum = condition.opnums.front().first;
  return fmt::format(
      " content:\"|05 00 00|\"; depth:3; content:\"|10 00 00 00|\"; offset:4; depth:4;"
      " byte_test:1,&,1,3; content:\"|{:02x} {:02x}|\"; offset:22; depth:2;"
      " byte_jump:2,8,little,post_offset -11; isdataat:1,relative; isdataat:!2,relative;",
      opnum & 0xff, opnum >> 8);
}

constexpr std::string_view kToServer = " flow:to_server;", kToClient = " flow:to_client;";

class Writer {
 public:
  Writer(const Ir& ir, const Sids& sids, const Detection& detection, std::size_t alternative,
         std::set<std::string>& bits)
      : ir_(ir),
        sids_(sids),
        detection_(detection),
        condition_(detection.steps.front().calls[alternative]),
        alternative_(alternative),
        bits_(bits) {}

  Rules write(const Plan& plan) {
    if (plan.guarded) write_guarded();
    if (plan.app) write_app(plan.app_transports);
    if (plan.packet) write_packet();
    if (plan.raw || plan.sealed) {
      write_chain(plan, Contexts::kZero, "");
      write_chain(plan, Contexts::kOthers, "-n");
    }
    if (plan.quick) write_rare();
    if (plan.stub) add("stub", "tcp", request(Contexts::kAll));
    if (plan.udp) write_udp();
    return std::move(rules_);
  }

 private:
  // `alert dcerpc` takes RPC over SMB too; what is on TCP alone must be said by exclusion.
  void write_app(std::uint8_t transports) {
    const std::string_view protocol = transports == kSmb   ? "smb"
                                      : transports == kTcp ? "tcp"
                                                           : "dcerpc";
    const std::string_view only = transports == kTcp ? " app-layer-protocol:!smb;" : "";
    add("app", protocol, fmt::format("{}{}{}", kToServer, only, parser_options()));
  }

  // Over SMB the parser believes the last bind of a connection, whatever the pipe and the context.
  // That is right as long as every offer was of this interface. Offers of others are noted where
  // the parser itself cuts its messages (frames): such rules run just before those on its calls.
  void write_guarded() {
    const std::string bit = "rpcsieve.others." + print(condition_.interface);
    const std::string offer = fmt::format("{} pcre:\"/{}/s\"; flowbits:set,{}; noalert;",
                                          kOfferSeed, offer_of_others(condition_.interface), bit);
    for (const std::string_view version : {"1", "2"})
      share(fmt::format("guard-smb{}", version), "smb", fmt::format("{}{}", bit, version),
            fmt::format("{} frame:smb{}.data;{}", kToServer, version, offer));
    add("app-smb", "smb",
        fmt::format("{} flowbits:isnotset,{};{}", kToServer, bit, parser_options()));
  }

  // The same for a whole connection by TCP, by bytes. The offer and the request must fill a packet
  // each, so that nothing in a stub is taken for one; offers of others are looked for everywhere.
  void write_packet() {
    const std::string id = print(condition_.interface);
    const std::string only = "rpcsieve.only." + id, others = "rpcsieve.rivals." + id;
    constexpr std::string_view kAccepted = "rpcsieve.accepted";
    const std::string rival =
        fmt::format("{}{} pcre:\"/{}/s\"; flowbits:set,{}; noalert;", kToServer, kOfferSeed,
                    offer_of_others(condition_.interface), others);
    share("guard-stream", "tcp", others + " stream", rival);
    share("guard-packet", "tcp-pkt", others + " packet", rival);
    share("packet-bind", "tcp-pkt", only,
          fmt::format(
              "{}{} content:\"|05 00|\"; depth:2; pcre:\"/\\A{}/s\"; flowbits:set,{}; noalert;",
              kToServer, interface_seed(condition_), offer_of_one(condition_.interface), only));
    share("packet-ack", "tcp-pkt", std::string(kAccepted),
          fmt::format(
              "{} content:\"|05 00 0c|\"; depth:3; pcre:\"/\\A{}/s\"; flowbits:set,{}; noalert;",
              kToClient, acceptance(), kAccepted));
    add("packet", "tcp-pkt",
        fmt::format("{}{} flowbits:isset,{}; flowbits:isset,{}; flowbits:isnotset,{};", kToServer,
                    packet_request(condition_), only, kAccepted, others));
  }

  // A bind sets a flowbit and requests test it. It must be rules on bytes that set what rules on
  // bytes test: those of the parser run at other times. All detections of an interface share what
  // binds set.
  void write_chain(const Plan& plan, Contexts contexts, std::string_view suffix) {
    const std::string bit = bound(suffix);
    const std::string bind =
        fmt::format("{}{} pcre:\"/{}/s\"; flowbits:set,{}; noalert;", transport_option(condition_),
                    interface_seed(condition_), bind_header(condition_, contexts), bit);
    if (!share(fmt::format("raw-bind{}", suffix), "tcp", bit, bind)) return;
    const std::string isset = fmt::format(" flowbits:isset,{};", bit);
    if (plan.raw) add(fmt::format("raw{}", suffix), "tcp", chained(plan, contexts) + isset);
    if (plan.sealed)
      add(fmt::format("sealed{}", suffix), "tcp",
          isset + std::string(transport_option(condition_)) + sealed_options(condition_, contexts));
  }

  // Besides: big-endian requests, and those in the direction of answers, where they are if Suricata
  // took a connection that it met at its bind for one that the server opened.
  void write_rare() {
    const std::string bit = fmt::format(" flowbits:isset,{}|{};", bound(""), bound("-n"));
    add("raw-big", "tcp",
        fmt::format("{}{}{}", kToServer, whole_request(condition_, Endian::kBig), bit));
    add("raw-turned", "tcp",
        fmt::format("{}{}{}", kToClient, whole_request(condition_, Endian::kLittle), bit));
  }

  std::string chained(const Plan& plan, Contexts contexts) {
    if (!plan.quick) return request(contexts);
    return fmt::format("{}{}{}", kToServer, transport_option(condition_),
                       quick_request(condition_, contexts));
  }

  // bound names the flowbit that binds of this interface set.
  [[nodiscard]] std::string bound(std::string_view suffix) const {
    const unsigned first = condition_.version_major_first, last = condition_.version_major_last;
    const bool any = first == 0 && last == 0xffff;
    return fmt::format("rpcsieve.{}{}{}.bound{}", print(condition_.interface),
                       any ? "" : fmt::format(".v{}-{}", first, last), transport_suffix(), suffix);
  }

  [[nodiscard]] std::string_view transport_suffix() const {
    const std::string_view option = transport_option(condition_);
    return option.empty() ? "" : option.find('!') == std::string_view::npos ? ".smb" : ".tcp";
  }

  [[nodiscard]] std::string parser_options() const {
    return iface_options(condition_) + opnum_option(condition_) + stub_in_buffer(ir_, condition_);
  }

  std::string request(Contexts contexts) {
    const bool seeded = stub_shape(ir_, condition_).seeded;
    return fmt::format("{}{}{}", transport_option(condition_), seeded ? "" : kRequestStart,
                       stub_in_stream(ir_, condition_, request_header(condition_, contexts)));
  }

  // No `flow`: Suricata calls the side that it met first the client, and a datagram says itself
  // that it is a request.
  void write_udp() {
    add("udp", "udp",
        fmt::format("{} offset:32; depth:8;{}", interface_seed(condition_),
                    stub_in_datagram(ir_, condition_, datagram_header(condition_))));
  }

  // share adds a rule that notes something for every detection, from and to anybody, unless one of
  // this name is written already.
  bool share(std::string_view form, std::string_view protocol, const std::string& what,
             const std::string& options) {
    if (bits_.count(what) != 0) return true;
    if (!add_between(form, protocol, "any any -> any any", options)) return false;
    bits_.insert(what);
    return true;
  }

  // add gives back whether the rule is short enough to load.
  bool add(std::string_view form, std::string_view protocol, const std::string& options) {
    const std::string ends =
        fmt::format("{} any -> {} any", addresses(detection_.from).value_or(""),
                    addresses(detection_.to).value_or(""));
    return add_between(form, protocol, ends, options);
  }

  bool add_between(std::string_view form, std::string_view protocol, std::string_view ends,
                   const std::string& options) {
    const std::string name = form_name(form, alternative_);
    const std::string rule = fmt::format("alert {} {} (msg:\"{}\";{}{})", protocol, ends,
                                         message(detection_.title), options, labels(name));
    const bool fits = rule.size() <= kLongestRule;
    if (fits) rules_.text += rule + "\n";
    (fits ? rules_.forms : rules_.too_long).push_back(name);
    return fits;
  }

  std::string labels(const std::string& form) {
    const Sid sid = sids_.of(detection_.id, form);
    return fmt::format("{} classtype:{}; priority:{}; metadata:{}; sid:{}; rev:{};",
                       references(detection_.references), classtype(detection_.severity).name,
                       priority(detection_.severity), metadata(detection_, form), sid.sid, sid.rev);
  }

  const Ir& ir_;
  const Sids& sids_;
  const Detection& detection_;
  const CallCondition& condition_;
  const std::size_t alternative_;
  std::set<std::string>& bits_;
  Rules rules_;
};

}  // namespace

Rules write_rules(const Ir& ir, const Sids& sids, const Detection& detection,
                  std::size_t alternative, const Plan& plan, std::set<std::string>& shared) {
  return Writer(ir, sids, detection, alternative, shared).write(plan);
}

}  // namespace rpcsieve::compiler::suricata
