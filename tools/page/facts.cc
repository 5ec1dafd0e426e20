// What an analyst asks of an alert first, found in rpcsieve's own key where it is, and else where
// Suricata puts it. Suricata repeats our metadata, so its alerts of generated rules keep their
// severity and techniques.
#include "tools/page/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace rpcsieve::page {
namespace {

constexpr std::array<std::string_view, 5> kSeverities = {"critical", "high", "medium", "low",
                                                         "informational"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

// severity_of takes the rule's own word, ours or that of Emerging Threats, else EVE's number, of
// which 1 is both critical and high.
std::string severity_of(const Event& event) {
  std::string word = lower(event.get("alert.metadata.signature_severity"));
  if (std::find(kSeverities.begin(), kSeverities.end(), word) != kSeverities.end()) return word;
  if (word == "major") return "high";
  if (word == "minor") return "low";
  const std::string_view number = event.get("alert.severity");
  if (number == "1") return "high";
  if (number == "2") return "medium";
  return number == "3" ? "low" : "informational";
}

std::string user_of(const Event& event) {
  const auto name = event.first({"rpcsieve.user.name", "smb.ntlmssp.user"});
  const auto domain = event.first(
      {"rpcsieve.user.domain", "smb.ntlmssp.domain", "rpcsieve.user.realm", "smb.kerberos.realm"});
  if (name.empty()) return {};
  return domain.empty() ? std::string(name) : fmt::format("{}\\{}", domain, name);
}

std::string_view interface_of(const Event& event) {
  return event.first({"rpcsieve.interface", "rpcsieve.uuid", "dcerpc.interfaces.uuid",
                      "smb.dcerpc.interfaces.uuid"});
}

std::string call_of(const Event& event) {
  const auto opnum = event.first({"rpcsieve.opnum", "dcerpc.req.opnum", "smb.dcerpc.opnum"});
  const auto operation = event.get("rpcsieve.operation");
  const auto interface = interface_of(event);
  if (opnum.empty()) return std::string(interface);
  const auto of = interface.empty() ? "unknown interface" : interface;
  return operation.empty() ? fmt::format("{} opnum {}", of, opnum)
                           : fmt::format("{} {} ({})", of, operation, opnum);
}

std::vector<std::string> techniques_of(const Event& event) {
  std::vector<std::string> found;
  std::string_view left = event.first({"rpcsieve.attack", "alert.metadata.mitre_technique_id"});
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(", "), left.size());
    std::string one(left.substr(0, end));
    const bool is_new = std::find(found.begin(), found.end(), one) == found.end();
    if (is_new && is_technique(one)) found.push_back(std::move(one));
    left.remove_prefix(std::min(end + 2, left.size()));
  }
  return found;
}

// tactic_of gives the Navigator's name of the tactic that the rule names: Credential_Access is
// credential-access.
std::string tactic_of(const Event& event) {
  std::string tactic = lower(event.get("alert.metadata.mitre_tactic_name"));
  std::replace(tactic.begin(), tactic.end(), '_', '-');
  std::replace(tactic.begin(), tactic.end(), ' ', '-');
  return tactic;
}

// Digits reads a text of fixed places; any that is not as it should be is remembered.
class Digits {
 public:
  explicit Digits(std::string_view text) : left_(text) {}

  std::int64_t number(std::size_t places) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < places; ++i) {
      const char c = take();
      ok_ = ok_ && is_digit(c);
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void literal(char c) { ok_ = take() == c && ok_; }
  bool is_next(char c) const { return !left_.empty() && left_.front() == c; }
  bool at_digit() const { return !left_.empty() && is_digit(left_.front()); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }

 private:
  char take() {
    if (left_.empty()) return '\0';
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }

  std::string_view left_;
  bool ok_ = true;
};

// fraction_us reads ".123456": as many digits as there are, of which six count.
std::int64_t fraction_us(Digits& digits) {
  std::int64_t value = 0;
  std::int64_t unit = 100'000;
  if (!digits.is_next('.')) return 0;
  digits.literal('.');
  while (digits.at_digit()) {
    value += digits.number(1) * unit;
    unit /= 10;
  }
  return value;
}

// zone_s reads "Z", "+0100" or "-05:30" as the seconds that local time is ahead of UTC.
std::int64_t zone_s(Digits& digits) {
  if (digits.is_next('Z')) {
    digits.literal('Z');
    return 0;
  }
  const bool behind = digits.is_next('-');
  digits.literal(behind ? '-' : '+');
  const std::int64_t hours = digits.number(2);
  if (digits.is_next(':')) digits.literal(':');
  const std::int64_t ahead = (hours * 60 + digits.number(2)) * 60;
  return behind ? -ahead : ahead;
}

std::optional<std::int64_t> days_of(Digits& digits) {
  using namespace std::chrono;
  const year y(static_cast<int>(digits.number(4)));
  digits.literal('-');
  const month m(static_cast<unsigned>(digits.number(2)));
  digits.literal('-');
  const day d(static_cast<unsigned>(digits.number(2)));
  if (!digits.ok() || !year_month_day(y, m, d).ok()) return std::nullopt;
  return sys_days(year_month_day(y, m, d)).time_since_epoch().count();
}

}  // namespace

Facts find_facts(const Event& event) {
  const Ends ends = find_ends(event);
  return {.severity = severity_of(event),
          .detection = std::string(event.first({"rpcsieve.detection", "alert.signature"})),
          .title = std::string(event.get("alert.signature")),
          .client = std::string(ends.client),
          .server = std::string(ends.server),
          .user = user_of(event),
          .interface = std::string(interface_of(event)),
          .call = call_of(event),
          .outcome = std::string(event.get("rpcsieve.outcome.result")),
          .confidence = std::string(event.get("rpcsieve.confidence")),
          .techniques = techniques_of(event),
          .tactic = tactic_of(event)};
}

Ends find_ends(const Event& event) {
  const Ends as_sent{event.get("src_ip"), event.get("dest_ip")};
  if (event.get("direction") == "to_client") return {as_sent.server, as_sent.client};
  return as_sent;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  Digits digits(text);
  const auto days = days_of(digits);
  if (!days) return std::nullopt;
  digits.literal('T');
  const std::int64_t hours = digits.number(2);
  digits.literal(':');
  const std::int64_t minutes = digits.number(2);
  digits.literal(':');
  const std::int64_t seconds = digits.number(2);
  const std::int64_t fraction = fraction_us(digits);
  const std::int64_t ahead = zone_s(digits);
  if (!digits.done() || hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  return ((*days * 24 + hours) * 3600 + minutes * 60 + seconds - ahead) * 1'000'000 + fraction;
}

bool is_technique(std::string_view text) {
  const std::string_view shape = text.size() == 5 ? "Tdddd" : "Tdddd.ddd";
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char c, char want) { return want == 'd' ? is_digit(c) : c == want; });
}

}  // namespace rpcsieve::page
