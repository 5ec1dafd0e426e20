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

// The prefilter of a request that has nothing better in its stub.
constexpr std::string_view kRequestStart = " content:\"|05 00 00|\";";

int priority(database::Severity severity) {
  switch (severity) {
    case database::Severity::kCritical:
    case database::Severity::kHigh:
      return 1;
    case database::Severity::kMedium:
      return 2;
    case database::Severity::kLow:
      return 3;
    case database::Severity::kInformational:
      break;
  }
  return 4;
}

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

class Writer {
 public:
  Writer(const Ir& ir, const Sids& sids, const Detection& detection, std::size_t alternative)
      : ir_(ir),
        sids_(sids),
        detection_(detection),
        condition_(detection.steps.front().calls[alternative]),
        alternative_(alternative) {}

  Rules write(const Plan& plan) {
    if (plan.app) write_app(plan.app_transports);
    if (plan.raw || plan.sealed) {
      write_chain(plan, Contexts::kZero, "");
      write_chain(plan, Contexts::kOthers, "-n");
    }
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
    add("app", protocol,
        std::string(only) + iface_options(condition_) + opnum_option(condition_) +
            stub_in_buffer(ir_, condition_));
  }

  // A bind sets a flowbit and requests test it. It must be rules on bytes that set what rules on
  // bytes test: those of the parser run at other times.
  void write_chain(const Plan& plan, Contexts contexts, std::string_view suffix) {
    const std::string bind_form = fmt::format("raw-bind{}", suffix);
    const std::string bit =
        fmt::format("rpcsieve.{}.{}", word(detection_.name), form_name(bind_form, alternative_));
    const std::string bind =
        fmt::format("{}{} pcre:\"/{}/s\"; flowbits:set,{}; noalert;", transport_option(condition_),
                    interface_seed(condition_), bind_header(condition_, contexts), bit);
    if (!add(bind_form, "tcp", bind)) return;
    const std::string bound = fmt::format(" flowbits:isset,{};", bit);
    if (plan.raw) add(fmt::format("raw{}", suffix), "tcp", bound + request(contexts));
    if (plan.sealed)
      add(fmt::format("sealed{}", suffix), "tcp",
          bound + std::string(transport_option(condition_)) + sealed_options(condition_, contexts));
  }

  std::string request(Contexts contexts) {
    const bool seeded = stub_shape(ir_, condition_).seeded;
    return fmt::format("{}{}{}", transport_option(condition_), seeded ? "" : kRequestStart,
                       stub_in_stream(ir_, condition_, request_header(condition_, contexts)));
  }

  void write_udp() {
    add("udp", "udp",
        interface_seed(condition_) + " offset:32; depth:8;" +
            stub_in_datagram(ir_, condition_, datagram_header(condition_)));
  }

  // add gives back whether the rule is short enough to load.
  bool add(std::string_view form, std::string_view protocol, const std::string& options) {
    const std::string name = form_name(form, alternative_);
    const std::string rule =
        fmt::format("alert {} {} any -> {} any (msg:\"{}\"; flow:to_server;{}{})", protocol,
                    addresses(detection_.from).value_or(""), addresses(detection_.to).value_or(""),
                    message(detection_.title), options, labels(name));
    const bool fits = rule.size() <= kLongestRule;
    if (fits) rules_.text += rule + "\n";
    (fits ? rules_.forms : rules_.too_long).push_back(name);
    return fits;
  }

  std::string labels(const std::string& form) {
    const Sid sid = sids_.of(detection_.id, form);
    std::string attack;
    for (const std::string& technique : detection_.attack)
      attack += fmt::format(", mitre_technique_id {}", word(technique));
    return fmt::format(
        "{} classtype:{}; priority:{}; metadata:rpcsieve_id {}, rpcsieve_form {}{}; sid:{}; "
        "rev:{};",
        references(detection_.references), classtype(detection_.severity).name,
        priority(detection_.severity), print(detection_.id), form, attack, sid.sid, sid.rev);
  }

  const Ir& ir_;
  const Sids& sids_;
  const Detection& detection_;
  const CallCondition& condition_;
  const std::size_t alternative_;
  Rules rules_;
};

}  // namespace

Rules write_rules(const Ir& ir, const Sids& sids, const Detection& detection,
                  std::size_t alternative, const Plan& plan) {
  return Writer(ir, sids, detection, alternative).write(plan);
}

}  // namespace rpcsieve::compiler::suricata
