// A message of SMB1 or SMB2 is a chain of operations, often of one. Each is read (smb1.cc, smb2.cc)
// and followed (dialogue.cc) before the next is, so that none is held. Of a compressed message only
// its beginning is decompressed at first: that says whether the rest can matter. Encrypted
// messages, and compressed ones that cannot be read, are seen and said once.
#include "runtime/smb/channel.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "runtime/base/cursor.h"
#include "runtime/smb/compression.h"
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

// Leading bytes of an SMB2 message that say what is wanted of it.
constexpr std::size_t kJudgedBytes = smb2::kHeaderBytes + smb2::kBodyBytes;

// What may be decompressed of any message, however short it is.
constexpr std::size_t kFreeBytes = 1 << 16;

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
  State(const Limits& limits, Counters& the_counters, bool (*is_rpc)(Bytes), bool files)
      : counters(the_counters),
        dialogue(limits, the_counters, is_rpc, files),
        message_limit(limits.smb_message_bytes),
        plain_limit(limits.smb_plain_bytes),
        plain_ratio(std::max(limits.smb_plain_ratio, std::size_t{1})),
        encrypted(limits.smb_sessions, the_counters.memory()) {}

  void begin(const Frame& frame);
  bool step();
  [[nodiscard]] bool is_forged(const Operation& op) const;
  void see_encrypted();
  void see_compressed();
  bool decompress();
  void be_blind(Event::Kind kind, std::uint64_t session);
  [[nodiscard]] std::size_t wanted(const Operation& op, std::size_t head) const;
  [[nodiscard]] std::size_t wanted(Bytes head, std::size_t length) const;
  [[nodiscard]] std::size_t wanted_compressed(Bytes head, std::size_t length) const;
  void reset();

  Counters& counters;
  Part message;  // that was pushed, without its session service header; decompressed
  Timestamp time;
  Sender sender = Sender::kUnknown;
  bool more = false;                 // there is a member
  bool is_blind = false;             // the message cannot be read: `blind` says what it is
  bool compressed = false;           // was reported
  std::uint64_t encrypted_last = 0;  // session that was reported
  Dialogue dialogue;
  Member member;  // that comes next in the message
  std::size_t message_limit;
  std::size_t plain_limit;
  std::size_t plain_ratio;
  Table<Tree, bool> encrypted;      // sessions that were reported, as trees of id 0
  std::vector<std::uint8_t> plain;  // the message, if it had to be decompressed
  Event blind;
};

// begin looks at what sort of message it is.
void Channel::State::begin(const Frame& frame) {
  constexpr std::size_t kHeader = Framing::header_bytes;
  if (frame.bytes.size() <= kHeader || frame.bytes[0] != 0) return;  // no session message
  message = {frame.bytes.subspan(kHeader), frame.total - kHeader};
  time = frame.time;
  dialogue.begin(time, protocol(message.bytes) != kSmb1);
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
  if (session.session == encrypted_last && session.session != 0) return;
  encrypted_last = session.session;
  if (encrypted.find(session) != nullptr) return;
  encrypted.put(session, true, [](bool) {});
  be_blind(Event::Kind::kEncrypted, session.session);
}

void Channel::State::see_compressed() {
  if (decompress()) {
    counters.count(Counter::smb_decompressed);
    more = true;
    member = {};
    return;
  }
  counters.count(Counter::smb_compressed);
  if (!compressed) be_blind(Event::Kind::kCompressed, 0);
  compressed = true;
}

// decompress puts the plain message in the place of a compressed one, as far as it is wanted;
// false: it cannot be read. Only SMB2 may be compressed [MS-SMB2 §3.3.5.2.13].
bool Channel::State::decompress() {
  const auto transform = compression::parse(message);
  if (!transform || transform->plain_bytes > plain_limit) return false;
  const auto total = static_cast<std::size_t>(transform->plain_bytes);
  const auto decode = [&](std::size_t n) {
    plain.resize(std::max(plain.size(), n));
    return compression::decode(*transform, std::span(plain).first(n)).value_or(0);
  };
  std::size_t size = decode(std::min(total, kJudgedBytes));
  if (size < smb2::kHeaderBytes || protocol(plain) != kSmb2) return false;
  const std::size_t n = wanted(Bytes(plain).first(size), total);
  if (n > kFreeBytes && n / plain_ratio > message.total) return false;
  if (n > size) size = decode(n);
  message = {Bytes(plain).first(size), total};
  return size > 0;
}

void Channel::State::be_blind(Event::Kind kind, std::uint64_t session) {
  is_blind = true;
  blind = {};
  blind.kind = kind;
  blind.time = time;
  blind.session = session;
}

// step follows the next member of the message; false: there is none.
bool Channel::State::step() {
  if (!more) return false;
  counters.count(message.bytes[0] == kSmb1 ? Counter::smb1_messages : Counter::smb2_messages);
  const Operation op = parse(message, member);
  member = op.next;
  more = member.at != 0;
  const bool forged = is_forged(op);
  if (forged || op.verb == Verb::kMalformed) counters.count(Counter::smb_malformed);
  if (!forged) dialogue.take(op);
  return true;
}

bool Channel::State::is_forged(const Operation& op) const {
  const bool known = sender != Sender::kUnknown && op.verb != Verb::kMalformed;
  return known && op.verb != Verb::kCut && op.response != (sender == Sender::kServer);
}

void Channel::State::reset() {
  dialogue.reset();
  encrypted.clear();
  encrypted_last = 0;
  compressed = more = is_blind = false;
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

std::size_t Channel::State::wanted(Bytes head, std::size_t length) const {
  const Operation op = parse({head, length}, first_member(head));
  const bool alone = op.next.at == 0;
  return std::min(length, alone ? wanted(op, head.size()) : message_limit);
}

// wanted_compressed decompresses what there is of the head. Where that is too little to judge, all
// of the message is wanted.
std::size_t Channel::State::wanted_compressed(Bytes head, std::size_t length) const {
  const auto transform = compression::parse({head, length});
  if (!transform || transform->plain_bytes > plain_limit) return head.size();
  std::array<std::uint8_t, kJudgedBytes> room{};
  const auto size = compression::decode(*transform, room);
  if (!size) return head.size();
  const Bytes beginning = Bytes(room).first(*size);
  if (*size >= smb2::kHeaderBytes && protocol(beginning) == kSmb2 &&
      wanted(beginning, static_cast<std::size_t>(transform->plain_bytes)) <= *size)
    return head.size();
  return std::min(length, message_limit);
}

Channel::Channel(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes), bool files)
    : state_(std::make_unique<State>(limits, counters, is_rpc, files)) {}
Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

std::size_t Channel::wanted(Bytes head, std::size_t length) const {
  const std::uint8_t kind = protocol(head);
  if (kind == kCompression) return state_->wanted_compressed(head, length);
  return kind == kSmb1 || kind == kSmb2 ? state_->wanted(head, length) : head.size();
}

void Channel::push(const Frame& frame, Sender sender) {
  state_->sender = sender;
  state_->begin(frame);
}

std::optional<Event> Channel::next() {
  if (std::exchange(state_->is_blind, false)) return state_->blind;
  do {
    if (auto event = state_->dialogue.next()) return event;
  } while (state_->step());
  return std::nullopt;
}

std::string_view Channel::pipe_name(std::uint32_t pipe) const {
  return state_->dialogue.name(pipe);
}

void Channel::join(Sessions& sessions, const Peers& peers) {
  state_->dialogue.join(sessions, peers);
}

void Channel::leave() { state_->dialogue.leave(); }

std::uint64_t Channel::pipe_session(std::uint32_t pipe) const {
  return state_->dialogue.session(pipe);
}

void Channel::end() { state_->dialogue.end(); }

void Channel::lost(bool to_server) { state_->dialogue.lost(to_server); }

void Channel::reset() { state_->reset(); }

}  // namespace rpcsieve::smb
