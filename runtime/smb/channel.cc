// A message of SMB1 or SMB2 is a chain of operations, often of one. Each is read (smb1.cc, smb2.cc)
// and followed (dialogue.cc) before the next is, so that none is held. Encrypted and compressed
// messages are seen, said once, and not read.
#include "runtime/smb/channel.h"

#include <algorithm>
#include <utility>

#include "runtime/base/cursor.h"
#include "runtime/smb/dialogue.h"
#include "runtime/smb/nbss.h"
#include "runtime/smb/smb1.h"
#include "runtime/smb/smb2.h"

namespace rpcsieve::smb {
namespace {

using Verb = Operation::Verb;

// Leading bytes that are kept of a message that may carry a file's bytes or a pipe's: enough for
// an RPC fragment, of which Windows and Samba send at most 5840 bytes, little beside a bulk read.
constexpr std::size_t kDoubtfulBytes = 8192;

// The first byte of a message's Protocol field; 'S' 'M' 'B' follow in all of them.
constexpr std::uint8_t kSmb1 = 0xff;
constexpr std::uint8_t kSmb2 = 0xfe;
constexpr std::uint8_t kTransform = 0xfd;
constexpr std::uint8_t kCompression = 0xfc;

// protocol gives that byte, or 0 for what is no SMB message.
std::uint8_t protocol(Bytes message) {
  const bool smb = message.size() >= 4 && message[1] == 'S' && message[2] == 'M' &&
                   message[3] == 'B' && message[0] >= kCompression;
  return smb ? message[0] : std::uint8_t{0};
}

Operation parse(const Part& message, Member member) {
  return message.bytes[0] == kSmb1 ? smb1::parse(message, member) : smb2::parse(message, member);
}

Member first_member(Bytes message) { return message[0] == kSmb1 ? smb1::first(message) : Member{}; }

}  // namespace

struct Channel::State {
  State(const Limits& limits, Counters& the_counters, bool (*is_rpc)(Bytes))
      : counters(the_counters),
        message_limit(limits.smb_message_bytes),
        dialogue(limits, the_counters, is_rpc),
        encrypted(limits.smb_sessions, the_counters.memory()) {}

  void begin(const Frame& frame);
  bool step();
  void see_encrypted();
  void see_compressed();
  void be_blind(Event::Kind kind, std::uint64_t session);
  [[nodiscard]] std::size_t wanted(const Operation& op, std::size_t head) const;
  void reset();

  Counters& counters;
  std::size_t message_limit;
  Dialogue dialogue;
  Table<Tree, bool> encrypted;  // sessions that were reported, as trees of id 0
  bool compressed = false;      // was reported

  Part message;       // that was pushed, without its session service header
  Member member;      // that comes next in it
  bool more = false;  // there is one
  Timestamp time;
  std::optional<Event> blind;  // what the message is, if it cannot be read
};

// begin looks at what sort of message it is.
void Channel::State::begin(const Frame& frame) {
  constexpr std::size_t kHeader = Framing::header_bytes;
  if (frame.bytes.size() <= kHeader || frame.bytes[0] != 0) return;  // no session message
  message = {frame.bytes.subspan(kHeader), frame.total - kHeader};
  time = frame.time;
  dialogue.begin(time);
  switch (protocol(message.bytes)) {
    case kSmb1:
    case kSmb2:
      more = true;
      member = first_member(message.bytes);
      break;
    case kTransform:
      see_encrypted();
      break;
    case kCompression:
      see_compressed();
      break;
    default:
      if (message.bytes.size() >= 4) counters.count(Counter::smb_malformed);
  }
}

// see_encrypted reads the session of a transform header [MS-SMB2 §2.2.41].
void Channel::State::see_encrypted() {
  counters.count(Counter::smb_encrypted);
  Cursor in(message.bytes, Endian::kLittle);
  in.skip(44);
  const Tree session{in.u64(), 0};
  if (encrypted.find(session) != nullptr) return;
  encrypted.put(session, true, [](bool) {});
  be_blind(Event::Kind::kEncrypted, session.session);
}

void Channel::State::see_compressed() {
  counters.count(Counter::smb_compressed);
  if (!compressed) be_blind(Event::Kind::kCompressed, 0);
  compressed = true;
}

void Channel::State::be_blind(Event::Kind kind, std::uint64_t session) {
  blind.emplace();
  blind->kind = kind;
  blind->time = time;
  blind->session = session;
}

// step follows the next member of the message; false: there is none.
bool Channel::State::step() {
  if (!more) return false;
  counters.count(message.bytes[0] == kSmb1 ? Counter::smb1_messages : Counter::smb2_messages);
  const Operation op = parse(message, member);
  member = op.next;
  more = member.at != 0;
  if (op.verb == Verb::kMalformed) counters.count(Counter::smb_malformed);
  dialogue.take(op);
  return true;
}

void Channel::State::reset() {
  dialogue.reset();
  encrypted.clear();
  compressed = more = false;
  blind.reset();
}

// wanted says what an operation needs of its message. Only reads and writes can be long and may or
// may not be a pipe's.
std::size_t Channel::State::wanted(const Operation& op, std::size_t head) const {
  switch (op.verb) {
    case Verb::kOther:
    case Verb::kMalformed:
    case Verb::kUnsupported:
    case Verb::kTransactOther:
      return head;
    case Verb::kRead:
    case Verb::kWrite:
      break;
    default:
      return message_limit;
  }
  const Share share = dialogue.leads_to(op);
  if (share == Share::kFiles) return head;
  return share == Share::kPipes ? message_limit : std::min(message_limit, kDoubtfulBytes);
}

Channel::Channel(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes))
    : state_(std::make_unique<State>(limits, counters, is_rpc)) {}
Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

std::size_t Channel::wanted(Bytes head, std::size_t length) const {
  const std::uint8_t kind = protocol(head);
  if (kind != kSmb1 && kind != kSmb2) return head.size();
  const Operation op = parse({head, length}, first_member(head));
  const bool alone = op.next.at == 0;
  const std::size_t n = alone ? state_->wanted(op, head.size()) : state_->message_limit;
  return std::min(length, n);
}

void Channel::push(const Frame& frame) { state_->begin(frame); }

std::optional<Event> Channel::next() {
  if (state_->blind) return std::exchange(state_->blind, std::nullopt);
  do {
    if (auto event = state_->dialogue.next()) return event;
  } while (state_->step());
  return std::nullopt;
}

std::string_view Channel::pipe_name(std::uint32_t pipe) const {
  return state_->dialogue.name(pipe);
}

void Channel::lost(bool to_server) { state_->dialogue.lost(to_server); }

void Channel::reset() { state_->reset(); }

}  // namespace rpcsieve::smb
