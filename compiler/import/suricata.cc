// A rule's options are read in their order, because a modifier belongs to the pattern before it and
// a pattern to the buffer before it. What a spec has no word for is told; it is never taken for
// something that it is not.
#include "compiler/import/suricata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "compiler/import/selection.h"
#include "compiler/import/suricata_rule.h"
#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kLongestTitle = 200;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_interface(const SuricataOption& o) {
  return is_one_of(o.name, {"dcerpc.iface", "dce_iface"});
}
bool is_opnum(const SuricataOption& o) { return is_one_of(o.name, {"dcerpc.opnum", "dce_opnum"}); }
bool is_stub(const SuricataOption& o) {
  return is_one_of(o.name, {"dcerpc.stub_data", "dce_stub_data"});
}

// is_buffer says whether an option makes the contents behind it look elsewhere.
bool is_buffer(const SuricataOption& o) {
  return o.value.empty() && (o.name.find('.') != std::string::npos ||
                             is_one_of(o.name, {"pkt_data", "file_data", "base64_data"}));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(trimmed(text.substr(0, end)));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

// severity_of gives the severity of a priority, as classification.config counts them.
std::string severity_of(std::uint32_t priority) {
  if (priority <= 1) return "high";
  return priority == 2 ? "medium" : priority == 3 ? "low" : "informational";
}

// priority_of gives the priority of a classtype in Debian's classification.config.
std::uint32_t priority_of(std::string_view classtype) {
  if (is_one_of(classtype,
                {"attempted-admin", "attempted-user", "command-and-control", "credential-theft",
                 "domain-c2", "exploit-kit", "inappropriate-content", "policy-violation",
                 "shellcode-detect", "successful-admin", "successful-user", "targeted-activity",
                 "trojan-activity", "unsuccessful-user", "web-application-attack"}))
    return 1;
  if (classtype == "tcp-connection") return 4;
  return is_one_of(classtype, {"icmp-event", "misc-activity", "network-scan", "not-suspicious",
                               "protocol-command-decode", "string-detect", "unknown"})
             ? 3
             : 2;
}

// utf16_of gives bytes as text if they are UTF-16 of at least two printable ASCII characters; else
// "".
std::string utf16_of(std::string_view bytes) {
  std::string text;
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return "";
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    if (bytes[i] < 0x20 || bytes[i] > 0x7e || bytes[i + 1] != 0) return "";
    text += bytes[i];
  }
  return text;
}

// stub_of says a content in the words of a spec that are best read.
ImportedStub stub_of(const SuricataContent& content) {
  if (std::string text = utf16_of(content.bytes); !text.empty())
    return {"utf16", std::move(text), false, content.negated};
  const bool printable = std::all_of(content.bytes.begin(), content.bytes.end(),
                                     [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (printable) return {"text", content.bytes, false, content.negated};
  std::string hex;
  for (const char c : content.bytes)
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", static_cast<unsigned char>(c));
  return {"hex", std::move(hex), false, content.negated};
}

class RuleReader {
 public:
  RuleReader(const SuricataRule& rule, const Catalog& catalog, Diagnostics& out)
      : rule_(rule), catalog_(catalog), out_(out) {}

  std::optional<Imported> read() {
    result_.span = rule_.span;
    result_.severity = "medium";
    result_.status = "experimental";
    for (const SuricataOption& option : rule_.options) read(option);
    read_header();
    if (!is_sound()) return std::nullopt;
    finish();
    return std::move(result_);
  }

 private:
  void read(const SuricataOption& option) {
    if (is_interface(option))
      read_interface(option);
    else if (is_opnum(option))
      read_opnums(option);
    else if (is_stub(option) || is_buffer(option))
      in_stub_ = is_stub(option);
    else if (option.name == "content")
      read_content(option);
    else if (option.name == "pcre")
      read_regex(option);
    else if (!read_modifier(option) && !read_state(option) && !read_texts(option))
      lose(option);
  }

  void read_interface(const SuricataOption& option) {
    auto parts = parts_of(option.value, ',');
    constexpr std::string_view kSnort = "uuid ";  // Snort 3 names its parameters
    std::string_view text = parts[0];
    if (text.starts_with(kSnort)) text = trimmed(text.substr(kSnort.size()));
    const auto uuid = parse_uuid(text);
    if (!uuid)
      return fail("E022", option, "the interface is no UUID", "write 8-4-4-4-12 hex digits");
    if (interface_ && *interface_ != *uuid)
      return fail("E065", option, "a second interface: no call is of both", "make two rules");
    interface_ = *uuid;
    for (std::size_t i = 1; i < parts.size(); ++i) read_version(option, parts[i]);
  }

  void read_version(const SuricataOption& option, std::string_view text) {
    if (text == "any_frag") return;  // every fragment is seen here
    const std::string_view number = text.substr(text.starts_with('=') ? 1 : 0);
    if (parse_number(number, 0xffff))
      call_.version = number;
    else
      lose(option);
  }

  void read_opnums(const SuricataOption& option) {
    for (const std::string& part : parts_of(unquoted(option.value), ',')) {
      const std::size_t dash = part.find('-');
      const auto first = parse_number(trimmed(part.substr(0, dash)), 0xffff);
      const auto last =
          dash == std::string::npos ? first : parse_number(trimmed(part.substr(dash + 1)), 0xffff);
      if (!first || !last)
        return fail("E023", option, fmt::format("'{}' is no operation number", part),
                    "write numbers from 0 to 65535, and ranges such as 5-7");
      for (std::uint32_t n = *first; n <= *last; ++n) opnums_.set(n);
    }
    opnums_given_ = true;
  }

  void read_content(const SuricataOption& option) {
    last_ = nullptr;
    if (!in_stub_) return lose(option);
    const auto content = parse_content(option.value);
    if (!content)
      return fail("E064", option, "the content cannot be read", "write: content:\"text\"");
    call_.stub.push_back(stub_of(*content));
    last_ = &call_.stub.back();
  }

  // read_regex keeps an expression whose options a spec has too: `s` is always on there.
  void read_regex(const SuricataOption& option) {
    last_ = nullptr;
    const bool negated = option.value.starts_with('!');
    std::string_view value = trimmed(std::string_view(option.value).substr(negated ? 1 : 0));
    const std::size_t end = value.rfind('/');
    if (!in_stub_ || !value.starts_with("\"/") || !value.ends_with('"') || end < 2)
      return lose(option);
    const std::string_view flags = value.substr(end + 1, value.size() - end - 2);
    if (flags.find_first_not_of("is") != std::string_view::npos) return lose(option);
    call_.stub.push_back({"regex", std::string(value.substr(2, end - 2)),
                          flags.find('i') != std::string_view::npos, negated});
  }

  // read_modifier reads what belongs to the content before it.
  bool read_modifier(const SuricataOption& option) {
    if (option.name == "nocase") {
      if (last_) last_->nocase = true;
      return true;
    }
    if (is_one_of(option.name, {"fast_pattern", "rawbytes", "prefilter"})) return true;
    if (!is_one_of(option.name,
                   {"depth", "offset", "distance", "within", "startswith", "endswith"}))
      return false;
    if (last_) lose(option);
    return true;
  }

  bool read_state(const SuricataOption& option) {
    if (option.name == "flow") {
      for (const std::string& part : parts_of(option.value, ','))
        if (is_one_of(part, {"to_client", "from_server"}))
          fail("E065", option, "a rule on answers", "a detection is about requests");
      return true;
    }
    if (option.name == "noalert" || (option.name == "flowbits" && option.value == "noalert")) {
      fail("E065", option, "a rule that never alerts", "it only serves others");
      return true;
    }
    const bool sets = parts_of(option.value, ',')[0].starts_with("set");
    if (!is_one_of(option.name, {"flowbits", "xbits", "hostbits"}) || !sets) return false;
    keep_not(option);
    return true;
  }

  bool read_texts(const SuricataOption& option) {
    const std::string value = unquoted(option.value);
    if (option.name == "msg") result_.title = line_of(value, kLongestTitle);
    if (option.name == "sid") sid_ = value;
    if (option.name == "rev") rev_ = value;
    if (option.name == "gid") gid_ = value;
    if (option.name == "classtype" && !told_severity_)
      result_.severity = severity_of(priority_of(value));
    if (option.name == "priority") read_priority(option, value);
    if (option.name == "reference") read_reference(option);
    if (option.name == "metadata") read_metadata(option);
    if (is_one_of(option.name, {"target", "tag", "rem"})) keep_not(option);
    return is_one_of(option.name, {"msg", "sid", "rev", "gid", "classtype", "priority", "reference",
                                   "metadata", "target", "tag", "rem", "service"});
  }

  void read_priority(const SuricataOption& option, const std::string& value) {
    const auto priority = parse_number(value, 255);
    if (!priority) return keep_not(option);
    result_.severity = severity_of(*priority);
    told_severity_ = true;
  }

  void read_reference(const SuricataOption& option) {
    const auto parts = parts_of(option.value, ',');
    const std::string& id = parts.back();
    if (parts.size() == 2 && parts[0] == "url")
      result_.references.push_back(id.find("://") == std::string::npos ? "http://" + id : id);
    else if (parts.size() == 2 && parts[0] == "cve")
      result_.references.push_back("https://www.cve.org/CVERecord?id=" +
                                   std::string(id.starts_with("CVE") ? "" : "CVE-") + id);
    else
      keep_not(option);
  }

  void read_metadata(const SuricataOption& option) {
    std::string others;
    for (const std::string& part : parts_of(option.value, ',')) {
      const auto words = parts_of(part, ' ');
      const std::string technique = technique_of(words.back()), tactic = tactic_of(words.back());
      if (words.size() == 2 && words[0] == "mitre_technique_id" && !technique.empty())
        result_.attack.push_back(technique);
      else if (words.size() == 2 && words[0] == "mitre_tactic_name" && result_.tactic.empty() &&
               !tactic.empty())
        result_.tactic = tactic;
      else if (words.size() != 2 || words[0] != "signature_severity" || !read_severity(words[1]))
        others += (others.empty() ? "" : ", ") + part;
    }
    if (others.empty()) return;
    out_.warning("W061", option.span, "metadata " + others, "the spec has no place for it");
    result_.not_kept.push_back("metadata " + others);
  }

  // read_severity reads the words of Emerging Threats' rules.
  bool read_severity(const std::string& word) {
    static const std::unordered_map<std::string_view, std::string_view> kWords = {
        {"Critical", "critical"},
        {"Major", "high"},
        {"Minor", "low"},
        {"Informational", "informational"}};
    const auto found = kWords.find(word);
    if (found == kWords.end()) return false;
    result_.severity = found->second;
    told_severity_ = true;
    return true;
  }

  void read_header() {
    if (rule_.protocol == "smb") call_.transports = {"smb"};
    if (rule_.protocol == "udp") call_.transports = {"udp"};
    const bool both = rule_.direction == "<>";
    read_addresses(rule_.source, both, result_.from);
    read_addresses(rule_.destination, both, result_.to);
    for (const std::string& ports : {rule_.source_ports, rule_.destination_ports})
      if (ports != "any") lose(rule_.span, "ports " + ports);
  }

  void read_addresses(std::string_view text, bool both_ways, ImportedAddresses& addresses) {
    if (text == "any") return;
    std::string_view list = text;
    addresses.all_but = list.starts_with('!');
    list.remove_prefix(addresses.all_but ? 1 : 0);
    if (list.starts_with('[') && list.ends_with(']')) list = list.substr(1, list.size() - 2);
    if (both_ways || list.find_first_of("$![]") != std::string_view::npos) {
      addresses = {};
      return lose(rule_.span, fmt::format("addresses {}", text));
    }
    addresses.items = parts_of(list, ',');
  }

  void fail(std::string_view code, const SuricataOption& option, std::string message,
            std::string hint) {
    out_.error(code, option.span, std::move(message), std::move(hint));
    failed_ = true;
  }

  void lose(const SuricataOption& option) {
    lose(option.span, option.value.empty() ? option.name : option.name + ":" + option.value);
  }
  void lose(const Span& span, const std::string& what) {
    out_.warning("W060", span, what + " is not kept", "the detection alerts on more than the rule");
    result_.not_kept.push_back(what + "; so the detection alerts on more");
  }

  void keep_not(const SuricataOption& option) {
    const std::string what = option.name + ":" + option.value;
    out_.warning("W061", option.span, what, "the spec has no place for it");
    result_.not_kept.push_back(what);
  }

  bool is_sound() {
    if (!interface_ && !failed_) {
      out_.error("E060", rule_.span, "the rule is about calls of any interface",
                 "a detection names its interface: add dcerpc.iface");
      failed_ = true;
    }
    return !failed_;
  }

  void finish() {
    const std::string number = fmt::format("{}:{}", gid_, sid_);
    if (result_.title.empty()) result_.title = "Suricata rule " + number;
    result_.name = name_of(result_.title);
    result_.id = derived_id(sid_.empty() ? "suricata " + result_.title : "suricata " + number);
    result_.description = result_.title;
    result_.origin.push_back(
        fmt::format("Imported from the Suricata rule {}, rev {}.", number, rev_));
    const Interface* table = catalog_.find(*interface_);
    call_.interfaces = {table ? std::string(table->name) : print(*interface_)};
    if (opnums_given_) write_operations(opnums_, table, call_);
    result_.calls = {call_};
  }

  const SuricataRule& rule_;
  const Catalog& catalog_;
  Diagnostics& out_;
  Imported result_;
  ImportedCall call_;
  std::optional<Uuid> interface_;
  Opnums opnums_;
  ImportedStub* last_ = nullptr;  // the content that modifiers are about; in call_.stub
  std::string sid_, rev_ = "1", gid_ = "1";
  bool opnums_given_ = false, in_stub_ = false, told_severity_ = false, failed_ = false;
};

bool names_rpc(const SuricataRule& rule) {
  return std::any_of(rule.options.begin(), rule.options.end(), [](const SuricataOption& option) {
    return is_interface(option) || is_opnum(option) || is_stub(option);
  });
}

}  // namespace

void import_suricata(const std::shared_ptr<const Source>& source, const Catalog& catalog,
                     Imports& imports, Diagnostics& out) {
  std::string joined;  // lines that end in a backslash go on in the next
  Span span{source, 0, 1, 0};
  for (std::string_view left = source->text; !left.empty();) {
    std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    ++span.line;
    while (line.ends_with('\r')) line.remove_suffix(1);
    const bool goes_on = line.ends_with('\\') && !left.empty();
    if (goes_on) line.remove_suffix(1);
    joined += line;
    if (goes_on) continue;
    const std::string whole = std::exchange(joined, "");
    const std::string_view text = trimmed(whole);
    if (text.empty() || text.starts_with('#')) continue;
    span.length = static_cast<std::uint32_t>(std::min(line.size(), whole.size()));
    const auto rule = parse_suricata_rule(whole, span, out);
    if (!rule) continue;
    if (!names_rpc(*rule)) {
      ++imports.passed_over;
      continue;
    }
    if (auto imported = RuleReader(*rule, catalog, out).read())
      imports.add(std::move(*imported), out);
  }
}

}  // namespace rpcsieve::compiler
