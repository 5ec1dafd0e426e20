// Wireshark knows the interface of a call by the bind it saw, joins fragments, cuts the verifier
// off, and gives the stub as the bytes of the interface's own protocol: `lsarpc contains …` looks
// into the whole stub and nothing else. What it cannot do is to compare two frames, so that an
// answer never says anything about its request.
#include "compiler/backend/wireshark_filter.h"

#include <fmt/format.h>

#include "compiler/backend/wireshark_dissectors.h"
#include "compiler/backend/wireshark_text.h"

namespace rpcsieve::compiler::wireshark {
namespace {

constexpr std::string_view kRequest = "dcerpc.pkt_type == 0";
constexpr std::string_view kUnreadable = "dcerpc.encrypted_stub_data";

// transport compares the protocol's version, 4 over UDP, and looks for SMB around it.
std::string transport(std::uint8_t bits) {
  switch (bits) {
    case kSmb:
      return "(smb || smb2)";
    case kTcp:
      return "dcerpc.ver == 5 && !smb && !smb2";
    case kUdp:
      return "dcerpc.ver == 4";
    case kSmb | kTcp:
      return "dcerpc.ver == 5";
    case kSmb | kUdp:
      return "(smb || smb2 || dcerpc.ver == 4)";
    case kTcp | kUdp:
      return "!smb && !smb2";
    default:
      return "";
  }
}

std::string clause_text(const Ir& ir, const Clause& clause, std::string_view stub) {
  std::vector<std::string> terms;
  for (const Term& term : clause.any) {
    const std::string holds = holds_pattern(stub, ir.patterns[term.pattern]);
    terms.push_back(term.negated ? fmt::format("!({})", holds) : holds);
  }
  return any_of(terms);
}

// CallFilter builds the filter of one call condition.
class CallFilter {
 public:
  CallFilter(const Ir& ir, const CallCondition& condition, database::Sealed sealed)
      : ir_(ir),
        condition_(condition),
        sealed_(sealed),
        dissector_(find_dissector(condition.interface, condition.version_major_first,
                                  condition.version_major_last)) {}

  Filter make() {
    const bool inferable = is_inferable(ir_, condition_);
    std::vector<std::string> cases = {all_of({interface_text(), stub_text()})};
    if (inferable) cases.push_back(unbound_text());
    filter_.text = all_of({std::string(kRequest), transport(condition_.transports), object_text(),
                           auth_text(), any_of(grouped(cases))});
    explain(inferable);
    return std::move(filter_);
  }

 private:
  // Terms of `&&` need no parentheses within `||`, but a reader does.
  static std::vector<std::string> grouped(std::vector<std::string> cases) {
    if (cases.size() > 1)
      for (std::string& one : cases) one = fmt::format("({})", one);
    return cases;
  }

  [[nodiscard]] std::string interface_text() const {
    if (dissector_ == nullptr)
      return all_of({"dcerpc.unknown_if_id", in_set("dcerpc.opnum", condition_.opnums)});
    const std::string field = opnum_field(*dissector_);
    const std::string number = in_set(field, condition_.opnums);
    return number.empty() ? field : number;
  }

  [[nodiscard]] std::string clauses(std::string_view stub) const {
    std::vector<std::string> all;
    for (const Clause& clause : condition_.stub) all.push_back(clause_text(ir_, clause, stub));
    return all_of(all);
  }

  [[nodiscard]] std::string stub_text() const {
    if (condition_.stub.empty()) return "";
    const std::string readable =
        clauses(dissector_ == nullptr ? "dcerpc.stub_data" : dissector_->protocol);
    if (sealed_ == database::Sealed::kIgnore)
      return all_of({fmt::format("!{}", kUnreadable), readable});
    const bool several = condition_.stub.size() > 1;
    return any_of({std::string(kUnreadable), several ? fmt::format("({})", readable) : readable});
  }

  // unbound_text shows calls whose bind is not in the capture, by stubs that tell enough.
  [[nodiscard]] std::string unbound_text() const {
    return all_of({"dcerpc.cn_ctx_id.no_bind", in_set("dcerpc.opnum", condition_.opnums),
                   clauses("dcerpc.stub_data")});
  }

  [[nodiscard]] std::string object_text() const {
    return condition_.object ? fmt::format("dcerpc.obj_id == {}", print(*condition_.object)) : "";
  }

  [[nodiscard]] std::string auth_text() const {
    std::vector<OpnumRange> types, levels;
    for (const std::uint8_t type : condition_.auth_types) types.push_back({type, type});
    for (std::uint8_t level = 1; level <= 6; ++level)
      if ((condition_.auth_levels & 1U << level) != 0) levels.push_back({level, level});
    std::vector<std::string> level;
    if ((condition_.auth_levels & 1) != 0) level.emplace_back("!dcerpc.auth_level");
    if (!levels.empty()) level.push_back(in_set("dcerpc.auth_level", levels));
    return all_of({types.empty() ? "" : in_set("dcerpc.auth_type", types),
                   condition_.auth_levels == kEveryLevel ? "" : any_of(level)});
  }

  void explain(bool inferable) {
    Reasons& reasons = filter_.reasons;
    if (dissector_ == nullptr)
      reasons.wider(
          "Wireshark has no dissector for the interface: a call with this number on any interface "
          "that it does not know is shown");
    else if (condition_.version_major_first != condition_.version_major_last)
      reasons.narrower(fmt::format("Wireshark knows version {} of the interface only",
                                   dissector_->version_major));
    if (!condition_.pipes.empty() && (condition_.transports & kSmb) != 0)
      reasons.wider("the pipe's name is not compared");
    if (condition_.outcomes != kEveryOutcome)
      reasons.wider("the outcome is not compared: it is in another frame");
    if ((condition_.transports & (kSmb | kTcp)) != 0)
      reasons.narrower(inferable ? "a sealed call needs a captured bind"
                                 : "a bind must have been captured");
    if (asks_auth() && (condition_.transports & kUdp) != 0)
      reasons.wider("a datagram's authentication level has no field");
  }

  [[nodiscard]] bool asks_auth() const {
    return condition_.auth_levels != kEveryLevel || !condition_.auth_types.empty();
  }

  const Ir& ir_;
  const CallCondition& condition_;
  const database::Sealed sealed_;
  const Dissector* dissector_;
  Filter filter_;
};

// access_bits gives the bits of an access mask that read or write a file's data [MS-SMB2
// §2.2.13.1.1], the generic ones and MAXIMUM_ALLOWED among them.
std::uint32_t access_bits(std::uint8_t access) { return access == kRead ? 0xb2000021 : 0x52000006; }

}  // namespace

Filter filter(const Ir& ir, const CallCondition& condition, database::Sealed sealed) {
  return CallFilter(ir, condition, sealed).make();
}

Filter filter(const BindCondition& condition) {
  Filter out;
  const OpnumRange version{condition.version_major_first, condition.version_major_last};
  out.text = all_of(
      {"dcerpc.pkt_type in {11, 14}",
       transport(condition.transports == kEveryTransport ? kSmb | kTcp : condition.transports),
       fmt::format("dcerpc.cn_bind_to_uuid == {}", print(condition.interface)),
       in_set("dcerpc.cn_bind_if_ver", {version})});
  if (version != OpnumRange{})
    out.reasons.wider("another interface of the same bind may have the version that is asked for");
  if (!condition.pipes.empty()) out.reasons.wider("the pipe's name is not compared");
  if (condition.result != BindResult::kAny)
    out.reasons.wider("the answer to the bind is not compared: it is in another frame");
  return out;
}

Filter filter(const FileCondition& condition) {
  Filter out;
  const std::string request =
      "((smb2.cmd == 5 && smb2.flags.response == 0) || "
      "(smb.cmd in {0x2d, 0xa2} && smb.flags.response == 0))";
  const auto either = [&](std::string_view glob, bool whole, const char* smb2, const char* smb1) {
    return any_of({fits_glob(smb2, glob, whole), fits_glob(smb1, glob, whole)});
  };
  const std::string share = condition.share.empty()
                                ? "!" + either("ipc$", false, "smb2.tree", "smb.path")  // no pipes
                                : either(condition.share, false, "smb2.tree", "smb.path");
  const std::string access =
      condition.access == kEveryAccess
          ? ""
          : fmt::format("smb.access_mask & {:#x}", access_bits(condition.access));
  out.text =
      all_of({request, either(condition.name, condition.whole_path, "smb2.filename", "smb.file"),
              share, access});
  if (condition.outcomes != kEveryOutcome)
    out.reasons.wider("whether the file was opened is not compared: it is in another frame");
  out.reasons.narrower("over SMB 1 only what is opened by Open AndX or NT Create AndX");
  return out;
}

}  // namespace rpcsieve::compiler::wireshark
