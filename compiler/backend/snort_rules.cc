// A rule is `alert PROTOCOL FROM any -> TO PORTS (OPTIONS)`. Snort 3 finds a rule by the service of
// a flow, on whatever port; Snort 2.9 wants ports, and services as metadata.
#include "compiler/backend/snort_rules.h"

#include <fmt/format.h>

#include "compiler/backend/classtype.h"
#include "compiler/backend/forms.h"
#include "compiler/backend/snort_stub.h"
#include "compiler/backend/suricata_stub.h"
#include "compiler/backend/suricata_text.h"
#include "compiler/backend/suricata_wire.h"

namespace rpcsieve::compiler::snort {
namespace {

using suricata::Contexts;

// The verifier of a sealed request: its type, level 6, its padding and context id
// [MS-RPCE §2.2.2.11], then a token of NTLM [MS-NLMP §2.2.2.9.1], Kerberos [RFC 4121 §4.2.6.2,
// RFC 2743 §3.1] or Netlogon [MS-NRPC §2.2.1.3.2].
constexpr std::string_view kSealedVerifier =
    R"([\x09\x0a\x10\x44]\x06[\x00-\x0f]\x00.{4}(?:\x01\x00{3}|\x05\x04|\x60|\x77\x00\x7a\x00|\x13\x00\x1a\x00))";

constexpr std::array<std::uint8_t, 3> kRequestStart = {5, 0, 0};

std::string header_addresses(const AddressSet& set) {
  return suricata::addresses(set, suricata::Negation::kEveryFamily).value_or("");
}

// Target is where a form looks: the header's protocol and what tells the flows apart.
struct Target {
  std::string_view protocol = "tcp";
  std::uint8_t transports = 0;  // of the engine's parser; 0 for rules on bytes
};

class Writer {
 public:
  Writer(Dialect dialect, const Ir& ir, const Sids& sids, const Detection& detection,
         std::size_t alternative)
      : dialect_(dialect),
        ir_(ir),
        sids_(sids),
        detection_(detection),
        condition_(detection.steps.front().calls[alternative]),
        alternative_(alternative) {}

  Rules write(const Plan& plan) {
    const std::string parsed = iface(dialect_, condition_) + opnum(dialect_, condition_) +
                               stub_in_buffer(dialect_, ir_, condition_);
    if (plan.app != 0) add("app", {"tcp", plan.app}, " flow:to_server,established;" + parsed);
    if (plan.raw || plan.sealed) {
      write_chain(plan, Contexts::kZero, "");
      write_chain(plan, Contexts::kOthers, "-n");
    }
    if (plan.stub) add("stub", {}, " flow:to_server;" + request(Contexts::kAll));
    if (plan.udp) add("udp", {"udp", kUdp}, " flow:to_server;" + parsed);
    return std::move(rules_);
  }

 private:
  // write_chain lets a bind set a flowbit, and requests behind it alert.
  void write_chain(const Plan& plan, Contexts contexts, std::string_view suffix) {
    const std::string form = fmt::format("raw-bind{}", suffix);
    const std::string bit = fmt::format("rpcsieve.{}.{}", suricata::word(detection_.name),
                                        form_name(form, alternative_));
    add_silent(form,
               fmt::format(" flow:to_server;{} pcre:\"/{}/s\"; flowbits:set,{}; "
                           "flowbits:noalert;",
                           interface_seed(), suricata::bind_header(condition_, contexts), bit));
    const std::string bound = fmt::format(" flow:to_server; flowbits:isset,{};", bit);
    if (plan.raw) add(fmt::format("raw{}", suffix), {}, bound + request(contexts));
    if (plan.sealed)
      add(fmt::format("sealed{}", suffix), {},
          fmt::format("{}{} pcre:\"/{}.*?{}/s\";", bound, request_seed(),
                      suricata::request_header(condition_, contexts), kSealedVerifier));
  }

  [[nodiscard]] std::string request_seed() const { return content(dialect_, kRequestStart); }

  [[nodiscard]] std::string request(Contexts contexts) const {
    const bool seeded = suricata::stub_shape(ir_, condition_).seeded;
    return (seeded ? "" : request_seed()) +
           stub_behind(dialect_, ir_, condition_, suricata::request_header(condition_, contexts));
  }

  // The last eight bytes of the UUID are the same in both byte orders.
  [[nodiscard]] std::string interface_seed() const {
    return content(dialect_, Bytes(condition_.interface.bytes).last(8));
  }

  void add(std::string_view form, Target target, const std::string& options) {
    const std::string count =
        detection_.count ? detection_filter(dialect_, *detection_.count) : std::string();
    add_rule(form, target, options + count);
  }
  void add_silent(std::string_view form, const std::string& options) {
    add_rule(form, {}, options);
  }

  void add_rule(std::string_view form, Target target, const std::string& options) {
    const std::string name = form_name(form, alternative_);
    rules_.text +=
        fmt::format("alert {} {} any -> {} {} (msg:\"{}\";{}{}{})\n", target.protocol,
                    header_addresses(detection_.from), header_addresses(detection_.to),
                    ports(target.transports), suricata::message(detection_.title),
                    service(target.transports), options, labels(name, target.transports));
    rules_.forms.push_back(name);
  }

  [[nodiscard]] std::string_view ports(std::uint8_t transports) const {
    if (dialect_ == Dialect::kSnort3 || transports == 0) return "any";
    if (transports == kSmb) return "[139,445]";
    if (transports == kTcp) return "[135,593,1024:]";
    return transports == kUdp ? "[135,1024:]" : "[135,139,445,593,1024:]";
  }

  static std::vector<std::string> services(std::uint8_t transports) {
    std::vector<std::string> all;
    if ((transports & kSmb) != 0) all.emplace_back("netbios-ssn");
    if ((transports & (kTcp | kUdp)) != 0) all.emplace_back("dcerpc");
    return all;
  }

  [[nodiscard]] std::string service(std::uint8_t transports) const {
    if (dialect_ != Dialect::kSnort3 || transports == 0) return "";
    return fmt::format(" service:{};", fmt::join(services(transports), ","));
  }

  [[nodiscard]] std::string labels(const std::string& form, std::uint8_t transports) const {
    const Sid sid = sids_.of(detection_.id, form);
    std::string metadata;
    if (dialect_ == Dialect::kSnort29)
      for (const std::string& one : services(transports))
        metadata += fmt::format("service {}, ", one);
    metadata += suricata::metadata(detection_, form);
    return fmt::format("{} classtype:{}; priority:{}; metadata:{}; sid:{}; rev:{};",
                       references(detection_.references), classtype(detection_.severity).name,
                       priority(detection_.severity), metadata, sid.sid, sid.rev);
  }

  const Dialect dialect_;
  const Ir& ir_;
  const Sids& sids_;
  const Detection& detection_;
  const CallCondition& condition_;
  const std::size_t alternative_;
  Rules rules_;
};

}  // namespace

Rules write_rules(Dialect dialect, const Ir& ir, const Sids& sids, const Detection& detection,
                  std::size_t alternative, const Plan& plan) {
  return Writer(dialect, ir, sids, detection, alternative).write(plan);
}

}  // namespace rpcsieve::compiler::snort
