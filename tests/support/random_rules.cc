// The dice are loaded: most of what is asked for happens.
#include "tests/support/random_rules.h"

#include <algorithm>
#include <utility>

namespace rpcsieve::test {

using compiler::Pattern;
using dcerpc::KnownBy;
using match::Transport;

namespace {

constexpr Transport kTransports[] = {Transport::kSmb, Transport::kTcp, Transport::kUdp};
constexpr std::string_view kInterfaces[] = {kLsarpc, kSvcctl, kTwoVersions, kForeign};
constexpr std::string_view kPipes[] = {"lsarpc", "lsass", "svcctl"};
constexpr std::string_view kObjects[] = {kForeign, kLsarpc};
constexpr std::string_view kAddresses[] = {"10.0.0.1", "10.0.0.2", "10.0.1.1", "2001:db8::1"};
constexpr std::string_view kNets[] = {"10.0.0.0/24", "10.0.0.2/32", "2001:db8::/32", "0.0.0.0/0"};
constexpr std::string_view kWords[] = {"a", "Ab", "bca", "BackupKey", "00000000", "\n"};
constexpr std::string_view kRegexes[] = {"^a", "a$", "b[a-c]+B", "^Ab[\\s\\S]*a$", "(Ab|ca){2}"};
constexpr std::uint16_t kOpnums[] = {0, 1, 2, 3, 0xffff};

Pattern random_pattern(Dice& dice) {
  if (dice.one_in(4)) return regex(dice.one_of(kRegexes));
  const std::string_view word = dice.one_of(kWords);
  Pattern pattern = dice.one_in(3) ? utf16(word) : text(word);
  return dice.one_in(4) ? nocase(std::move(pattern)) : pattern;
}

std::vector<compiler::OpnumRange> random_opnums(Dice& dice) {
  if (dice.one_in(3)) return {{0, 0xffff}};
  if (dice.one_in(3)) return {{0, 0}, {2, 2}};
  const auto first = static_cast<std::uint16_t>(dice.below(3));
  return {{first, static_cast<std::uint16_t>(first + dice.below(3))}};
}

void add_stub(Rule& rule, Dice& dice) {
  for (std::size_t clauses = dice.below(4); clauses > 0; --clauses) {
    if (dice.one_in(3))
      rule.stub_any({random_pattern(dice), random_pattern(dice)});
    else if (dice.one_in(3))
      rule.stub_not(random_pattern(dice));
    else
      rule.stub(random_pattern(dice));
  }
}

void add_auth(Rule& rule, Dice& dice) {
  constexpr std::uint8_t kTypes[] = {0, 9, 10, 16};
  const bool any_type = dice.one_in(3), any_level = dice.one_in(3);
  rule.auth(any_type ? std::vector<std::uint8_t>() : std::vector{dice.one_of(kTypes)},
            any_level ? compiler::kEveryLevel : static_cast<std::uint8_t>(1 + dice.below(0x7f)));
}

void add_call(Rule& rule, Dice& dice) {
  rule.call(dice.one_of(kInterfaces), random_opnums(dice));
  if (dice.one_in(4)) rule.versions(1, static_cast<std::uint16_t>(1 + dice.below(3)));
  if (dice.one_in(3)) rule.transports(static_cast<std::uint8_t>(1 + dice.below(7)));
  if (dice.one_in(3)) rule.pipes({std::string(dice.one_of(kPipes))});
  if (dice.one_in(6)) rule.object(dice.one_of(kObjects));
  if (dice.one_in(6)) add_auth(rule, dice);
  add_stub(rule, dice);
}

Buffer random_stub(Dice& dice) {
  Wire wire;
  for (std::size_t words = dice.below(6); words > 0; --words) {
    const std::string_view word = dice.one_of(kWords);
    dice.one_in(3) ? wire.utf16(word) : wire.text(word);
  }
  return wire.build();
}

}  // namespace

Rule random_rule(std::size_t number, Dice& dice) {
  Rule rule("rule-" + std::to_string(number));
  for (std::size_t calls = 1 + dice.below(3); calls > 0; --calls) add_call(rule, dice);
  if (dice.one_in(4)) rule.from({dice.one_of(kNets)});
  if (dice.one_in(4)) rule.from_not({dice.one_of(kNets), "192.0.2.0/24"});
  if (dice.one_in(6)) rule.to({dice.one_of(kNets), "192.0.2.0/24"});
  if (dice.one_in(30)) rule.to({});
  if (dice.one_in(3)) rule.sealed(database::Sealed::kIgnore);
  return rule;
}

CallBuilder random_call(Dice& dice) {
  constexpr dcerpc::AuthType kTypes[] = {dcerpc::AuthType::kSpnego, dcerpc::AuthType::kNtlm,
                                         dcerpc::AuthType::kKerberos};
  constexpr KnownBy kKnownBy[] = {KnownBy::kBound,   KnownBy::kBound,   KnownBy::kPipe,
                                  KnownBy::kUnknown, KnownBy::kUnknown, KnownBy::kRejected};
  CallBuilder call(dice.one_of(kInterfaces), dice.one_of(kOpnums), random_stub(dice));
  call.version(static_cast<std::uint16_t>(dice.below(5))).known_by(dice.one_of(kKnownBy));
  call.transport(dice.one_of(kTransports)).from(dice.one_of(kAddresses));
  call.to(dice.one_of(kAddresses));
  if (dice.one_in(2)) call.pipe(dice.one_of(kPipes));
  if (dice.one_in(2)) call.object(dice.one_of(kObjects));
  if (dice.one_in(3)) call.auth(dice.one_of(kTypes), static_cast<dcerpc::AuthLevel>(dice.below(8)));
  if (dice.one_in(4)) call.cut();
  if (dice.one_in(6)) call.sealed();
  return call;
}

namespace {

constexpr std::string_view kNames[] = {"*",      "*.exe",     "ntds.d?t", "a*b*c", "*a*",
                                       "win\\*", "*\\ntds.*", "b",        "?"};
constexpr std::string_view kPaths[] = {"Win\\ntds.DIT", "win\\a.EXE", "b",
                                       "aXbYbc",        "ntds.dit",   ""};
constexpr std::string_view kShares[] = {"", "admin$", "*$", "c?"};
constexpr std::string_view kShareNames[] = {"\\\\dc\\ADMIN$", "\\\\dc\\C$", "\\\\dc\\docs"};

// A step of a sequence asks for little, or none would ever be complete.
void add_loose_call(Rule& rule, Dice& dice) {
  rule.call(dice.one_of(kInterfaces), random_opnums(dice));
  if (dice.one_in(3)) rule.stub(random_pattern(dice));
}

void add_event(Rule& rule, Dice& dice, bool loose) {
  const std::size_t kind = dice.below(6);
  for (std::size_t n = 1 + dice.below(2); n > 0; --n) {
    if (kind == 0) {
      constexpr compiler::BindResult kResults[] = {compiler::BindResult::kAny,
                                                   compiler::BindResult::kAccepted,
                                                   compiler::BindResult::kRejected};
      rule.bind(dice.one_of(kInterfaces), dice.one_of(kResults));
      if (dice.one_in(4)) rule.versions(1, 3);
      if (dice.one_in(4)) rule.pipes({std::string(dice.one_of(kPipes))});
      if (dice.one_in(4)) rule.transports(compiler::kSmb);
    } else if (kind == 1) {
      rule.file(dice.one_of(kNames), dice.one_of(kShares),
                static_cast<std::uint8_t>(1 + dice.below(3)));
      if (dice.one_in(3)) rule.outcomes(static_cast<std::uint8_t>(1 + dice.below(0x3f)));
    } else {
      loose ? add_loose_call(rule, dice) : add_call(rule, dice);
      if (dice.one_in(3)) rule.outcomes(static_cast<std::uint8_t>(1 + dice.below(0x3f)));
    }
  }
}

std::int64_t random_window(Dice& dice) { return 1 + static_cast<std::int64_t>(dice.below(60)); }

dcerpc::Answer random_answer(Dice& dice) {
  constexpr std::uint32_t kCodes[] = {0, 0, kDenied, 0xc0000001};
  dcerpc::Answer answer;
  if (dice.one_in(4)) return answer;
  answer.kind = dice.one_in(4) ? dcerpc::Answer::Kind::kFault : dcerpc::Answer::Kind::kResponse;
  answer.readable = !dice.one_in(4);
  (answer.kind == dcerpc::Answer::Kind::kFault ? answer.status : answer.tail) =
      answer.readable ? dice.one_of(kCodes) : 0;
  return answer;
}

Offered random_offer(Dice& dice) {
  constexpr KnownBy kKnownBy[] = {KnownBy::kBound, KnownBy::kRejected, KnownBy::kOffered};
  Offered offered;
  offered.interface = {parse_uuid(dice.one_of(kInterfaces)).value(),
                       static_cast<std::uint16_t>(dice.below(4)), 0};
  offered.transport = dice.one_in(2) ? Transport::kSmb : Transport::kTcp;
  if (offered.transport == Transport::kSmb && !dice.one_in(4)) offered.pipe = dice.one_of(kPipes);
  offered.client = parse_address(dice.one_of(kAddresses)).value();
  offered.server = parse_address(dice.one_of(kAddresses)).value();
  offered.known_by = dice.one_of(kKnownBy);
  return offered;
}

alert::FileOpen random_file(Dice& dice) {
  constexpr dcerpc::Result kResults[] = {dcerpc::Result::kSuccess, dcerpc::Result::kDenied,
                                         dcerpc::Result::kFailed, dcerpc::Result::kUnanswered};
  alert::FileOpen open;
  open.client.address = parse_address(dice.one_of(kAddresses)).value();
  open.server.address = parse_address(dice.one_of(kAddresses)).value();
  if (!dice.one_in(6)) open.share = dice.one_of(kShareNames);
  if (!dice.one_in(8)) open.path = dice.one_of(kPaths);
  open.access_mask = static_cast<std::uint32_t>(dice.below(4));  // bits of reading and writing
  open.result = dice.one_of(kResults);
  return open;
}

}  // namespace

Rule random_history(std::size_t number, Dice& dice) {
  if (dice.one_in(4)) return random_rule(number, dice);
  Rule rule("rule-" + std::to_string(number));
  const std::size_t steps = dice.one_in(2) ? 1 : 2 + dice.below(3);
  for (std::size_t step = 0; step < steps; ++step) {
    if (step > 0) rule.next_step();
    add_event(rule, dice, steps > 1);
  }
  if (steps > 1) rule.within(random_window(dice), static_cast<std::uint8_t>(dice.below(4)));
  if (dice.one_in(3))
    rule.count(static_cast<std::uint32_t>(1 + dice.below(5)), random_window(dice),
               static_cast<std::uint8_t>(dice.below(4)));
  if (dice.one_in(6)) rule.from({dice.one_of(kNets)});
  if (dice.one_in(6)) rule.to({dice.one_of(kNets), "192.0.2.0/24"});
  if (dice.one_in(3)) rule.sealed(database::Sealed::kIgnore);
  return rule;
}

// Many events are at the same time; many of their answers come behind those of later ones.
std::vector<Happening> random_events(std::size_t count, Dice& dice) {
  std::vector<Happening> events;
  std::int64_t now = 1'000'000;
  for (std::size_t i = 0; i < count; ++i) {
    now += static_cast<std::int64_t>(dice.below(5));
    Happening happening{{now}, dice.below(4), random_file(dice), 0};
    if (dice.one_in(6))
      happening.event = random_offer(dice);
    else if (!dice.one_in(6))
      happening.event = Called{random_call(dice), random_answer(dice)};
    happening.answer_us = static_cast<std::int64_t>(dice.below(30));
    events.push_back(std::move(happening));
  }
  return events;
}

}  // namespace rpcsieve::test
