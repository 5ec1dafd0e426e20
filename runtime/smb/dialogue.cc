// What operations do to pipes. Requests are remembered until their answers come, because an answer
// tells neither the name that was opened nor the file that was read. A compound may write to a file
// that it opens itself, before the server has said its id: until then the file is known by the
// request that opens it.
#include "runtime/smb/dialogue.h"

namespace rpcsieve::smb {
namespace {

using Verb = Operation::Verb;
using Status = Operation::Status;

// opened_by stands for the file that a request opens, until its answer tells the id. It is one that
// servers do not give: they count upwards, and SMB1's have no persistent part.
FileId opened_by(std::uint64_t request) { return {UINT64_MAX - 1, request}; }

Event::Setup setup_of(const Operation& op) {
  if (!op.response) return Event::Setup::kAsked;
  if (op.status == Status::kFailed) return Event::Setup::kRefused;
  return op.status == Status::kMore ? Event::Setup::kGoesOn : Event::Setup::kDone;
}

std::uint32_t size_of(const Slice& data) {
  return static_cast<std::uint32_t>(data.bytes.size() + data.lost);
}

}  // namespace

std::uint64_t hash(const Dialogue::RequestKey& key) {
  return mix(key.id << 4 | static_cast<std::uint64_t>(key.verb));
}

Dialogue::Dialogue(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes), bool files)
    : counters_(&counters),
      events_(counters.memory()),
      wants_files_(files),
      pipes_(limits, counters, is_rpc),
      requests_(limits.smb_requests, counters.memory()),
      parts_(limits, counters) {
  if (files) files_.emplace(limits, counters);
}

void Dialogue::begin(Timestamp time, bool shared) {
  time_ = time;
  shared_ = shared;
  if (chain_.begun) chain_ = {};
  if (wants_files_) files_->begin(time);
}

void Dialogue::take(Operation op) {
  pipes_.meet(op.handle.tree.session, shared_);
  op.response ? answer(op) : request(op);
  emit_closed();
  if (!wants_files_) return;
  const Share tree = op.tree_known ? pipes_.leads_to(op.handle.tree) : Share::kUnknown;
  op.response ? files_->answer(op, tree) : files_->ask(op, tree);
}

std::optional<Event> Dialogue::next() {
  if (given_ < events_.size()) return events_[given_++];
  events_.clear();
  given_ = 0;
  const FileOpen* file = wants_files_ ? files_->next() : nullptr;
  if (file == nullptr) return std::nullopt;
  Event event;
  event.kind = Event::Kind::kFileOpened;
  event.time = file->time;
  event.file = file;
  return event;
}

void Dialogue::end() {
  if (wants_files_) files_->end();
}

void Dialogue::reset() {
  pipes_.reset();
  parts_.clear();
  if (wants_files_) files_->reset();
  requests_.clear();
  events_.clear();
  given_ = 0;
}

Share Dialogue::leads_to(const Operation& op) const {
  const Request* request = op.response ? requests_.peek({op.id, op.verb}) : nullptr;
  if (request != nullptr) return pipes_.leads_to(request->handle);
  return op.tree_known ? pipes_.leads_to(op.handle) : Share::kUnknown;
}

void Dialogue::request(Operation& op) {
  inherit(op);
  switch (op.verb) {
    case Verb::kOpen:
      op.handle.file = opened_by(op.id);
      [[fallthrough]];
    case Verb::kRead:
    case Verb::kClose:
      remember(op, op.verb);
      break;
    case Verb::kTreeConnect:
      if (op.share != Share::kUnknown) remember(op, op.verb);
      break;
    case Verb::kWrite:
      if (leads_to(op) != Share::kFiles) remember(op, op.verb);
      deliver(op.handle, op, false);
      if (op.closes) remember(op, Verb::kClose);
      break;
    case Verb::kTransact:
      remember(op, op.verb);
      deliver(op.handle, op, true);
      break;
    case Verb::kTransactOther:
      remember(op, Verb::kTransact).foreign = true;
      break;
    case Verb::kCall:
      call(op);
      break;
    case Verb::kTransactMore:
      send_more(op);
      break;
    case Verb::kSessionSetup:
      emit_setup(op);
      break;
    case Verb::kUnsupported:
      if (leads_to(op) != Share::kFiles) counters_->count(Counter::smb_unsupported);
      break;
    default:
      break;
  }
  if (op.next.at != 0) pass_on(op);
}

// pass_on leaves to the operation behind this one what it inherits if it is related.
void Dialogue::pass_on(const Operation& op) {
  chain_.begun = true;
  chain_.tree = op.handle.tree;
  if (op.handle.file != FileId{}) chain_.file = op.handle.file;
  if (op.verb != Verb::kOpen) return;
  chain_.opens = true;
  chain_.open_id = op.id;
}

// inherit puts the chain's tree and file into a related operation. After an open, the file is the
// one that it opens, whatever the operation says: so servers take it.
void Dialogue::inherit(Operation& op) {
  if (!op.related) {
    if (chain_.begun) chain_ = {};
    return;
  }
  op.handle.tree = chain_.tree;
  if (chain_.opens || op.handle.file == kPreviousFile) op.handle.file = chain_.file;
  if (chain_.opens) open_early();
}

// open_early makes a pipe of what the chain opens, so that its name is known when data come.
void Dialogue::open_early() {
  Request* open = requests_.find({chain_.open_id, Verb::kOpen});
  if (open == nullptr || open->used) return;
  open->used = true;
  pipes_.open(open->handle, open->name, open->directory, Share::kUnknown);
}

Dialogue::Request& Dialogue::remember(const Operation& op, Verb verb) {
  Request request;
  request.handle = op.handle;
  request.directory = op.opening.directory;
  request.share = op.share;
  request.sent = size_of(op.data);
  if (op.verb == Verb::kOpen || op.verb == Verb::kCall) request.name = Name(op.name);
  return requests_.put({op.id, verb}, request,
                       [&](const Request&) { counters_->count(Counter::smb_requests_dropped); });
}

// call opens a pipe by its name for one transaction; the answer to that closes it.
void Dialogue::call(Operation& op) {
  op.handle.file = opened_by(op.id);
  Request& request = remember(op, Verb::kTransact);
  request.once = true;
  pipes_.open(op.handle, request.name, false, Share::kPipes);
  deliver(op.handle, op, true);
}

// send_more takes the next data of an SMB1 transaction.
void Dialogue::send_more(const Operation& op) {
  Request* request = requests_.find({op.id, Verb::kTransact});
  if (request == nullptr) {
    counters_->count(Counter::smb_unsupported);
  } else if (!request->foreign) {
    pass_in_order(op, request->handle, request->sent);
  }
}

// pass_in_order passes the data of a transaction that go on behind those that were passed, and what
// came too early before them.
void Dialogue::pass_in_order(const Operation& op, const Handle& handle, std::uint32_t& passed) {
  const Parts::Owner owner{op.id, op.response};
  if (op.displacement > passed) return parts_.hold(owner, op.displacement, op.data);
  Operation part = op;
  part.data = without_first(op.data, passed - op.displacement);
  while (size_of(part.data) > 0) {
    passed += size_of(part.data);
    deliver(handle, part, true);
    part.data = parts_.take(owner, passed);
  }
}

void Dialogue::answer(const Operation& op) {
  if (op.status == Status::kPending) return;
  if (op.verb == Verb::kSessionSetup) return emit_setup(op);
  const RequestKey key{op.id, op.verb};
  Request* request = requests_.find(key);
  switch (op.verb) {
    case Verb::kOpen:
      opened(op, request);
      break;
    case Verb::kClose:
      if (request != nullptr && op.status == Status::kDone) pipes_.close(request->handle);
      break;
    case Verb::kRead:
    case Verb::kTransact:
      op.status == Status::kFailed ? refused(op, request) : was_read(op, request);
      break;
    case Verb::kWrite:
      if (op.status == Status::kFailed) refused(op, request);
      break;
    default:
      connected(op, request);
      break;
  }
  if (request == nullptr) return;
  const bool last = op.status == Status::kFailed || request->received >= op.total;
  if (last) done(key, *request);
}

// done forgets a request that was answered in full.
void Dialogue::done(const RequestKey& key, const Request& request) {
  if (request.once) pipes_.close(request.handle);
  if (key.verb == Verb::kTransact) parts_.drop(key.id);
  requests_.erase(key);
}

// connected takes the answers that are about a tree or a session.
void Dialogue::connected(const Operation& op, const Request* request) {
  if (op.status != Status::kDone || !op.tree_known) return;
  if (op.verb == Verb::kTreeConnect) {
    const bool told = op.share != Share::kUnknown || request == nullptr;
    pipes_.disconnect(op.handle.tree);  // its number may have stood for another
    pipes_.connect(op.handle.tree, told ? op.share : request->share);
  }
  if (op.verb == Verb::kTreeDisconnect) pipes_.disconnect(op.handle.tree);
  if (op.verb != Verb::kLogoff) return;
  pipes_.log_off(op.handle.tree.session);
  emit_closed();
  emit_logoff(op.handle.tree.session);
}

// opened learns the id of a file. What its chain has done with it before goes over to that id.
void Dialogue::opened(const Operation& op, const Request* request) {
  if (request == nullptr) {
    opened_unasked(op);
    return;
  }
  const Handle early = request->handle;
  const Handle handle = {op.tree_known ? op.handle.tree : early.tree, op.handle.file};
  const bool failed = op.status == Status::kFailed;
  const bool file = op.share == Share::kFiles && pipes_.leads_to(handle.tree) != Share::kPipes;
  if (failed || file) pipes_.close(early);
  if (failed) return;
  const Request opening = *request;
  if (opening.used) {
    requests_.each([&](Request& r) {
      if (r.handle == early) r.handle = handle;
    });
  }
  if (!opening.used || !pipes_.rename(early, handle))
    pipes_.open(handle, opening.name, opening.directory, op.share);
}

// opened_unasked: without its request a handle has no name, and something must say it is a pipe.
void Dialogue::opened_unasked(const Operation& op) {
  const bool piped = op.share == Share::kPipes || pipes_.leads_to(op.handle.tree) == Share::kPipes;
  if (op.status != Status::kFailed && op.tree_known && piped)
    pipes_.open(op.handle, Name(), false, Share::kPipes);
}

// was_read takes the data of an answer. SMB1 may give those of a transaction in several messages.
void Dialogue::was_read(const Operation& op, Request* request) {
  if (request == nullptr) {
    was_read_unasked(op);
    return;
  }
  if (request->foreign) {
    request->received += size_of(op.data);
    return;
  }
  if (op.verb == Verb::kTransact) return pass_in_order(op, request->handle, request->received);
  deliver(request->handle, op, false);
}

// refused: the server did not pass on what was written. Those bytes must not hide what is written
// next, so they count as the end of something that was lost.
void Dialogue::refused(const Operation& op, const Request* request) {
  if (op.verb != Verb::kRead && request != nullptr) pipes_.lost(request->handle, true);
}

// was_read_unasked: the answers to SMB2 ioctls tell their handle; others only their tree, if that.
// SMB1's do not even tell that a transaction was a pipe's.
void Dialogue::was_read_unasked(const Operation& op) {
  if (!op.tree_known || leads_to(op) == Share::kFiles) return;
  if (op.handle.file != FileId{}) {
    deliver(op.handle, op, true);
  } else if (const auto pipe = pipes_.reader(op.handle.tree, op.data.bytes)) {
    emit(*pipe, op);
  } else if (op.verb == Verb::kRead) {
    counters_->count(Counter::smb_orphan_answers);
  }
}

void Dialogue::deliver(const Handle& handle, const Operation& op, bool piped) {
  if (size_of(op.data) == 0) return;
  if (const auto pipe = pipes_.carrier(handle, op.data.bytes, piped)) emit(*pipe, op);
}

void Dialogue::emit(Pipes::Number pipe, const Operation& op) {
  emit_closed();
  Event event;
  event.kind = Event::Kind::kPipeData;
  event.pipe = pipe;
  event.slot = pipes_.slot(pipe);
  event.to_server = !op.response;
  event.data = op.data.bytes;
  event.lost = op.data.lost;
  event.after_loss = pipes_.take_loss(pipe, event.to_server);
  event.time = time_;
  events_.push_back(event);
  counters_->count(Counter::smb_lost_bytes, op.data.lost);
  using Turn = Pipes::Turn;
  const Turn answered = op.status == Status::kMore ? Turn::kUnfinished : Turn::kAnswered;
  pipes_.passed(pipe, op.response ? answered : Turn::kAsked);
}

void Dialogue::emit_closed() {
  pipes_.take_closed([&](Pipes::Number pipe) {
    Event event;
    event.kind = Event::Kind::kPipeClosed;
    event.pipe = pipe;
    event.time = time_;
    events_.push_back(event);
  });
}

void Dialogue::emit_setup(const Operation& op) {
  Event event;
  event.kind = Event::Kind::kSessionSetup;
  event.to_server = !op.response;
  event.data = op.data.bytes;
  event.lost = op.data.lost;
  event.time = time_;
  event.session = op.handle.tree.session;
  event.id = op.id;
  event.setup = setup_of(op);
  event.account = op.name.bytes;
  event.domain = op.domain.bytes;
  event.utf16 = op.name.utf16;
  events_.push_back(event);
}

void Dialogue::emit_logoff(std::uint64_t session) {
  Event event;
  event.kind = Event::Kind::kLogoff;
  event.time = time_;
  event.session = session;
  events_.push_back(event);
}

}  // namespace rpcsieve::smb
