// What SMB messages do to named pipes. Both dialects are read into the same operations (smb1.cc,
// smb2.cc); this file alone knows what an operation means: requests are remembered until their
// answer comes, because an answer tells neither the name that was opened nor the file that was
// read. A compound may write to a file that it opens itself, before the server has said its id:
// until then the file is known by the request that opens it.
#include "runtime/smb/channel.h"

#include <algorithm>
#include <vector>

#include "runtime/base/cursor.h"
#include "runtime/smb/nbss.h"
#include "runtime/smb/pipes.h"
#include "runtime/smb/smb1.h"
#include "runtime/smb/smb2.h"

namespace rpcsieve::smb {
namespace {

using Verb = Operation::Verb;
using Status = Operation::Status;

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

// opened_by stands for the file that a request opens, until its answer tells the id. It is one that
// servers do not give: they count upwards, and SMB1's have no persistent part.
FileId opened_by(std::uint64_t request) { return {UINT64_MAX - 1, request}; }

struct RequestKey {
  std::uint64_t id = 0;
  Verb verb = Verb::kOther;

  bool operator==(const RequestKey&) const = default;
};

std::uint64_t hash(const RequestKey& key) {
  return mix(key.id << 4 | static_cast<std::uint64_t>(key.verb));
}

std::uint32_t size_of(const Slice& data) {
  return static_cast<std::uint32_t>(data.bytes.size() + data.lost);
}

// Request is what an answer does not repeat.
struct Request {
  Handle handle;
  Name name;  // kOpen
  bool directory = false;
  bool used = false;           // kOpen: its chain goes on with the file that it opens
  std::uint32_t sent = 0;      // kTransact: how much of the data has come
  std::uint32_t received = 0;  // ... and of its answer's
};

// Chain is what related operations inherit from those before them in their message.
struct Chain {
  Tree tree;
  FileId file;
  std::uint64_t open_id = 0;  // the request that opens the file
  bool opens = false;         // there is one
};

}  // namespace

struct Channel::State {
  State(const Limits& limits, Counters& the_counters, bool (*is_rpc)(Bytes))
      : counters(the_counters),
        message_limit(limits.smb_message_bytes),
        pipes(limits, the_counters, is_rpc),
        requests(limits.smb_requests),
        encrypted(limits.smb_sessions) {}

  void begin(const Frame& frame);
  bool step();
  void see_encrypted();
  void blind(Event::Kind kind, std::uint64_t session);
  void request(Operation& op);
  void inherit(Operation& op);
  void open_early();
  void remember(const Operation& op);
  void send_more(const Operation& op);
  void answer(const Operation& op);
  void connected(const Operation& op);
  void opened(const Operation& op, const Request* request);
  void opened_unasked(const Operation& op);
  void was_read(const Operation& op, Request* request);
  void was_read_unasked(const Operation& op);
  void deliver(const Handle& handle, const Operation& op, bool piped);
  void emit(Pipes::Number pipe, const Operation& op);
  void emit_closed();
  void reset();
  [[nodiscard]] Share leads_to(const Operation& op) const;
  [[nodiscard]] std::size_t wanted_of(const Operation& op, std::size_t head) const;

  Counters& counters;
  std::size_t message_limit;
  Pipes pipes;
  Table<RequestKey, Request> requests;
  Table<Tree, bool> encrypted;  // sessions that were reported; the tree is 0
  bool compressed = false;      // reported

  Part message;  // that was pushed, without its session service header
  Member member;
  bool more = false;  // members are left in it
  Timestamp time;
  Chain chain;
  std::vector<Event> events;  // of one member
  std::size_t given = 0;
};

// begin looks at what sort of message it is.
void Channel::State::begin(const Frame& frame) {
  const std::size_t header = Framing::header_bytes;
  if (frame.bytes.size() <= header || frame.bytes[0] != 0) return;  // no session message
  message = {frame.bytes.subspan(header), frame.total - header};
  time = frame.time;
  chain = {};
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
      counters.count(Counter::smb_compressed);
      if (!compressed) blind(Event::Kind::kCompressed, 0);
      compressed = true;
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
  blind(Event::Kind::kEncrypted, session.session);
}

void Channel::State::blind(Event::Kind kind, std::uint64_t session) {
  Event event;
  event.kind = kind;
  event.time = time;
  event.session = session;
  events.push_back(event);
}

// step reads the next member of the message; false: there is none.
bool Channel::State::step() {
  if (!more) return false;
  counters.count(message.bytes[0] == kSmb1 ? Counter::smb1_messages : Counter::smb2_messages);
  Operation op = parse(message, member);
  member = op.next;
  more = member.at != 0;
  if (op.verb == Verb::kMalformed) counters.count(Counter::smb_malformed);
  if (op.verb == Verb::kUnsupported && !op.response && leads_to(op) != Share::kFiles)
    counters.count(Counter::smb_unsupported);
  op.response ? answer(op) : request(op);
  emit_closed();
  return true;
}

void Channel::State::request(Operation& op) {
  inherit(op);
  switch (op.verb) {
    case Verb::kOpen:
      op.handle.file = opened_by(op.id);
      [[fallthrough]];
    case Verb::kRead:
    case Verb::kClose:
      remember(op);
      break;
    case Verb::kWrite:
      deliver(op.handle, op, false);
      break;
    case Verb::kTransact:
      remember(op);
      deliver(op.handle, op, true);
      break;
    case Verb::kTransactMore:
      send_more(op);
      break;
    default:
      break;
  }
  chain.tree = op.handle.tree;
  if (op.handle.file != FileId{}) chain.file = op.handle.file;
}

// inherit puts the chain's tree and file into a related operation. After an open, the file is the
// one that it opens, whatever the operation says: so servers take it.
void Channel::State::inherit(Operation& op) {
  if (!op.related) {
    chain = {};
  } else {
    op.handle.tree = chain.tree;
    if (chain.opens || op.handle.file == kPreviousFile) op.handle.file = chain.file;
    if (chain.opens) open_early();
  }
  if (op.verb == Verb::kOpen) {
    chain.opens = true;
    chain.open_id = op.id;
  }
}

// open_early makes a pipe of what the chain opens, so that its name is known when data come.
void Channel::State::open_early() {
  Request* open = requests.find({chain.open_id, Verb::kOpen});
  if (open == nullptr || open->used) return;
  open->used = true;
  pipes.open(open->handle, open->name, open->directory, Share::kUnknown);
}

void Channel::State::remember(const Operation& op) {
  Request request;
  request.handle = op.handle;
  request.directory = op.directory;
  request.sent = size_of(op.data);
  if (op.verb == Verb::kOpen) request.name = Name(op.name);
  requests.put({op.id, op.verb}, request,
               [&](const Request&) { counters.count(Counter::smb_requests_dropped); });
}

// send_more takes the next data of an SMB1 transaction [MS-CIFS §3.2.4.1.4]. They are sent in
// order.
void Channel::State::send_more(const Operation& op) {
  Request* request = requests.find({op.id, Verb::kTransact});
  if (request == nullptr || op.displacement != request->sent) {
    counters.count(Counter::smb_unsupported);
    return;
  }
  request->sent += size_of(op.data);
  deliver(request->handle, op, true);
}

void Channel::State::answer(const Operation& op) {
  if (op.status == Status::kPending) return;
  const RequestKey key{op.id, op.verb};
  Request* request = requests.find(key);
  switch (op.verb) {
    case Verb::kOpen:
      opened(op, request);
      break;
    case Verb::kClose:
      if (request != nullptr && op.status == Status::kDone) pipes.close(request->handle);
      break;
    case Verb::kRead:
    case Verb::kTransact:
      if (op.status != Status::kFailed) was_read(op, request);
      break;
    default:
      connected(op);
      return;
  }
  const bool last =
      request == nullptr || op.status == Status::kFailed || request->received >= op.total;
  if (last) requests.erase(key);
}

// connected takes the answers that are about a tree or a session.
void Channel::State::connected(const Operation& op) {
  if (op.status != Status::kDone || !op.tree_known) return;
  if (op.verb == Verb::kTreeConnect) pipes.connect(op.handle.tree, op.share);
  if (op.verb == Verb::kTreeDisconnect) pipes.disconnect(op.handle.tree);
  if (op.verb == Verb::kLogoff) pipes.log_off(op.handle.tree.session);
}

// opened learns the id of a file. What its chain has done with it before goes over to that id.
void Channel::State::opened(const Operation& op, const Request* request) {
  if (request == nullptr) {
    opened_unasked(op);
    return;
  }
  const Handle early = request->handle;
  const Handle handle = {op.tree_known ? op.handle.tree : early.tree, op.handle.file};
  const bool failed = op.status == Status::kFailed;
  if (failed || op.share == Share::kFiles) pipes.close(early);
  if (failed) return;
  const Request opening = *request;
  if (opening.used) {
    requests.each([&](Request& r) {
      if (r.handle == early) r.handle = handle;
    });
  }
  if (!opening.used || !pipes.rename(early, handle))
    pipes.open(handle, opening.name, opening.directory, op.share);
}

// opened_unasked: without its request a handle has no name, and is a pipe only if something says
// so.
void Channel::State::opened_unasked(const Operation& op) {
  const bool piped = op.share == Share::kPipes || pipes.leads_to(op.handle.tree) == Share::kPipes;
  if (op.status != Status::kFailed && op.tree_known && piped)
    pipes.open(op.handle, Name(), false, Share::kPipes);
}

// was_read takes the data of an answer. SMB1 may give those of a transaction in several messages.
void Channel::State::was_read(const Operation& op, Request* request) {
  if (request == nullptr) {
    was_read_unasked(op);
    return;
  }
  if (op.displacement != request->received) {
    counters.count(Counter::smb_unsupported);
    return;
  }
  request->received += size_of(op.data);
  deliver(request->handle, op, op.verb == Verb::kTransact);
}

// was_read_unasked: the answers to SMB2 ioctls tell their handle; others only their tree, if that.
void Channel::State::was_read_unasked(const Operation& op) {
  if (!op.tree_known || leads_to(op) == Share::kFiles) return;
  if (op.handle.file != FileId{}) {
    deliver(op.handle, op, true);
  } else if (const auto pipe = pipes.continued(op.handle.tree, op.data.bytes)) {
    emit(*pipe, op);
  } else {
    counters.count(Counter::smb_orphan_answers);
  }
}

void Channel::State::deliver(const Handle& handle, const Operation& op, bool piped) {
  if (size_of(op.data) == 0) return;
  if (const auto pipe = pipes.carrier(handle, op.data.bytes, piped)) emit(*pipe, op);
}

void Channel::State::emit(Pipes::Number pipe, const Operation& op) {
  emit_closed();
  Event event;
  event.kind = Event::Kind::kPipeData;
  event.pipe = pipe;
  event.to_server = !op.response;
  event.data = op.data.bytes;
  event.lost = op.data.lost;
  event.time = time;
  events.push_back(event);
  counters.count(Counter::smb_lost_bytes, op.data.lost);
  if (op.response) pipes.answered(pipe, op.status == Status::kMore);
}

void Channel::State::emit_closed() {
  pipes.take_closed([&](Pipes::Number pipe) {
    Event event;
    event.kind = Event::Kind::kPipeClosed;
    event.pipe = pipe;
    event.time = time;
    events.push_back(event);
  });
}

// leads_to says what is known of the file or pipe that an operation is about.
Share Channel::State::leads_to(const Operation& op) const {
  const Request* request = op.response ? requests.peek({op.id, op.verb}) : nullptr;
  if (request != nullptr) return pipes.leads_to(request->handle);
  return op.tree_known ? pipes.leads_to(op.handle) : Share::kUnknown;
}

void Channel::State::reset() {
  pipes.reset();
  requests.clear();
  encrypted.clear();
  compressed = more = false;
  events.clear();
  given = 0;
}

// wanted_of: what an operation needs of its message. Only reads and writes can be long and still
// be no concern of pipes.
std::size_t Channel::State::wanted_of(const Operation& op, std::size_t head) const {
  switch (op.verb) {
    case Verb::kOther:
    case Verb::kMalformed:
    case Verb::kUnsupported:
      return head;
    case Verb::kRead:
    case Verb::kWrite:
      if (leads_to(op) == Share::kFiles) return head;
      return leads_to(op) == Share::kPipes ? message_limit
                                           : std::min(message_limit, kDoubtfulBytes);
    default:
      return message_limit;
  }
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
  const std::size_t n = alone ? state_->wanted_of(op, head.size()) : state_->message_limit;
  return std::min(length, n);
}

void Channel::push(const Frame& frame) { state_->begin(frame); }

std::optional<Event> Channel::next() {
  State& s = *state_;
  while (s.given == s.events.size()) {
    s.events.clear();
    s.given = 0;
    if (!s.step()) return std::nullopt;
  }
  return s.events[s.given++];
}

std::string_view Channel::pipe_name(std::uint32_t pipe) const { return state_->pipes.name(pipe); }

void Channel::reset() { state_->reset(); }

}  // namespace rpcsieve::smb
