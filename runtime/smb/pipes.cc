// Which handles are pipes. A file of the name lsarpc on a disk share is none, and a pipe whose
// opening was not captured is one all the same; what decides is the tree, and without it the name
// and the bytes.
#include "runtime/smb/pipes.h"

#include <algorithm>

namespace rpcsieve::smb {

std::uint64_t hash(const Tree& tree) { return mix(tree.session ^ mix(tree.id)); }

std::uint64_t hash(const Handle& handle) {
  return mix(handle.file.transient ^ mix(handle.file.persistent ^ hash(handle.tree)));
}

Pipes::Pipes(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes))
    : closed_(counters.memory()),
      trees_(limits.smb_trees, counters.memory()),
      handles_(limits.smb_handles, counters.memory()),
      pipes_(counters.memory()),
      counters_(&counters),
      is_rpc_(is_rpc),
      pipes_limit_(std::max(limits.smb_pipes, std::size_t{1})),
      met_(limits.smb_sessions, counters.memory()) {}

void Pipes::join(Sessions& sessions, const Peers& peers) {
  sessions_ = &sessions;
  peers_ = peers;
}

void Pipes::leave() {
  for (Pipe& pipe : pipes_) {
    if (pipe.open && pipe.slot != Sessions::kNone) sessions_->release(pipe.slot, true);
    pipe.slot = Sessions::kNone;
  }
  if (sessions_ != nullptr)
    met_.each([&](std::uint64_t session) { sessions_->leave(peers_, session); });
  met_.clear();
  sessions_ = nullptr;
}

void Pipes::meet(std::uint64_t session, bool shared) {
  shared_ = shared;
  if (sessions_ == nullptr || !shared || session == session_) return;
  session_ = session;
  if (session == 0 || session == UINT64_MAX || met_.find({session, 0}) != nullptr) return;
  met_.put({session, 0}, session, [&](std::uint64_t old) { sessions_->leave(peers_, old); });
  sessions_->join(peers_, session);
}

void Pipes::connect(const Tree& tree, Share share) {
  if (sessions_ != nullptr && shared_) sessions_->connect(peers_, tree, share);
  trees_.put(tree, share, [&](Share) { counters_->count(Counter::smb_trees_dropped); });
}

void Pipes::disconnect(const Tree& tree) {
  trees_.erase(tree);
  if (sessions_ != nullptr && shared_) sessions_->disconnect(peers_, tree);
  drop_if([&](const Pipe& pipe) { return pipe.handle.tree == tree; });
}

void Pipes::log_off(std::uint64_t session) {
  trees_.erase_if([&](const Tree& tree) { return tree.session == session; });
  drop_if([&](const Pipe& pipe) { return pipe.handle.tree.session == session; });
}

void Pipes::open(const Handle& handle, const Name& name, bool directory, Share share) {
  close_own(handle);
  const Share tree = leads_to(handle.tree);
  if (tree != Share::kUnknown) share = tree;
  if (share == Share::kPipes) {
    make(handle, name, true);
  } else if (share == Share::kUnknown && name.plausible() && !directory) {
    make(handle, name, false);
  } else if (tree == Share::kUnknown) {
    remember(handle, kNoPipe);
  }
}

bool Pipes::rename(const Handle& from, const Handle& to) {
  const Number* found = handles_.peek(from);
  if (found == nullptr) return false;
  const Number pipe = *found;
  handles_.erase(from);
  close_own(to);
  if (pipe != kNoPipe) pipes_[pipe].handle = to;
  if (pipe != kNoPipe && sessions_ != nullptr) sessions_->rename(pipes_[pipe].slot, to);
  remember(to, pipe);
  return true;
}

void Pipes::close(const Handle& handle) {
  find(handle);
  close_own(handle);
}

// close_own closes what this connection knows by a handle.
void Pipes::close_own(const Handle& handle) {
  const Number* found = handles_.peek(handle);
  if (found == nullptr) return;
  if (*found != kNoPipe) {
    drop(*found);
  } else {
    handles_.erase(handle);
  }
}

Share Pipes::leads_to(const Tree& tree) const {
  const Share* share = trees_.peek(tree);
  if (share != nullptr) return *share;
  return sessions_ == nullptr || !shared_ ? Share::kUnknown : sessions_->leads_to(peers_, tree);
}

Share Pipes::leads_to(const Handle& handle) const {
  const Number* found = handles_.peek(handle);
  const bool pipe = found != nullptr && *found != kNoPipe;
  const bool file = found != nullptr && *found == kNoPipe;
  if (pipe && pipes_[*found].shown) return Share::kPipes;
  const Share share = leads_to(handle.tree);
  if (share != Share::kUnknown) return share;
  if (found == nullptr && sessions_ != nullptr && shared_) {
    const auto slot = sessions_->find(peers_, handle);
    if (slot && sessions_->is_shown(*slot)) return Share::kPipes;
  }
  return file ? Share::kFiles : Share::kUnknown;
}

std::optional<Pipes::Number> Pipes::carrier(const Handle& handle, Bytes data, bool piped) {
  const Number* found = find(handle);
  const bool file = found != nullptr && *found == kNoPipe;
  const Number pipe = found == nullptr ? kNoPipe : *found;
  if (pipe != kNoPipe && pipes_[pipe].shown) return use(pipe);
  const Share share = leads_to(handle.tree);
  const bool shown = piped || share == Share::kPipes || (!file && is_rpc_(data));
  if (share == Share::kFiles || !shown) return std::nullopt;
  return use(pipe == kNoPipe ? make(handle, Name(), true) : pipe);
}

std::optional<Pipes::Number> Pipes::reader(const Tree& tree, Bytes data) {
  for (const Turn turn : {Turn::kUnfinished, Turn::kAsked, Turn::kAnswered, Turn::kNone}) {
    if (turn != Turn::kUnfinished && !is_rpc_(data)) break;
    const auto found = those(tree, turn);
    if (found.first == 1) return use(found.second);
    if (found.first > 1) break;
  }
  return std::nullopt;
}

void Pipes::lost(bool to_server) {
  for (Pipe& pipe : pipes_) pipe.loss[to_server ? 1 : 0] = true;
}

void Pipes::lost(const Handle& handle, bool to_server) {
  const Number* found = find(handle);
  if (found != nullptr && *found != kNoPipe) pipes_[*found].loss[to_server ? 1 : 0] = true;
}

bool Pipes::take_loss(Number pipe, bool to_server) {
  return std::exchange(pipes_[pipe].loss[to_server ? 1 : 0], false);
}

std::string_view Pipes::name(Number pipe) const {
  return pipe < pipes_.size() ? pipes_[pipe].name.view() : std::string_view();
}

std::uint64_t Pipes::session(Number pipe) const {
  return pipe < pipes_.size() ? pipes_[pipe].handle.tree.session : 0;
}

void Pipes::reset() {
  leave();
  session_ = 0;
  shared_ = false;
  trees_.clear();
  handles_.clear();
  pipes_.clear();
  closed_.clear();
  clock_ = 0;
}

Pipes::Number Pipes::make(const Handle& handle, const Name& name, bool shown) {
  const auto slot =
      sessions_ == nullptr ? Sessions::kNone : sessions_->open(peers_, handle, name, shared_);
  if (shown && sessions_ != nullptr) sessions_->show(slot);
  return make(handle, name, shown, slot);
}

Pipes::Number Pipes::make(const Handle& handle, const Name& name, bool shown, Sessions::Slot slot) {
  const Number pipe = free_number();
  pipes_[pipe] = {handle, ++clock_, name, true, shown, false, Turn::kNone, {}, slot};
  remember(handle, pipe);
  return pipe;
}

// find gives what a handle leads to. A pipe that was closed through another connection is none any
// more; one that was opened through another becomes one of these.
const Pipes::Number* Pipes::find(const Handle& handle) {
  const Number* found = handles_.find(handle);
  if (sessions_ == nullptr || !shared_) return found;
  if (found != nullptr && *found != kNoPipe && !sessions_->is_open(pipes_[*found].slot)) {
    drop(*found);
    found = nullptr;
  }
  if (found != nullptr || leads_to(handle.tree) == Share::kFiles) return found;
  const auto slot = sessions_->find(peers_, handle);
  if (!slot) return nullptr;
  sessions_->use(*slot);
  make(handle, sessions_->name(*slot), sessions_->is_shown(*slot), *slot);
  return handles_.find(handle);
}

// free_number gives a number that stands for nothing. One that was closed just now keeps its name
// until that is told, so it comes last. If all are taken, that pipe goes which was not used for the
// longest time; those of which nothing shows that they are pipes go first.
Pipes::Number Pipes::free_number() {
  Number untold = kNoPipe;
  for (Number i = 0; i < pipes_.size(); ++i) {
    if (pipes_[i].open) continue;
    if (std::find(closed_.begin(), closed_.end(), i) == closed_.end()) return i;
    untold = i;
  }
  if (pipes_.size() < pipes_limit_) {
    pipes_.emplace_back();
    return static_cast<Number>(pipes_.size() - 1);
  }
  return untold == kNoPipe ? evict() : untold;
}

Pipes::Number Pipes::evict() {
  const auto oldest = std::min_element(
      pipes_.begin(), pipes_.end(),
      [](const Pipe& a, const Pipe& b) { return a.shown != b.shown ? b.shown : a.used < b.used; });
  if (oldest->shown) counters_->count(Counter::smb_pipes_dropped);
  const auto pipe = static_cast<Number>(oldest - pipes_.begin());
  forget(pipe);
  return pipe;
}

Pipes::Number Pipes::use(Number pipe) {
  pipes_[pipe].shown = pipes_[pipe].announced = true;
  if (sessions_ != nullptr) sessions_->show(pipes_[pipe].slot);
  pipes_[pipe].used = ++clock_;
  return pipe;
}

// drop takes a pipe that was closed; forget one that only has to go.
void Pipes::drop(Number pipe) {
  if (sessions_ != nullptr) sessions_->close(pipes_[pipe].slot);
  forget(pipe);
}

void Pipes::forget(Number pipe) {
  handles_.erase(pipes_[pipe].handle);
  retire(pipe);
}

void Pipes::retire(Number pipe) {
  pipes_[pipe].open = false;
  if (sessions_ != nullptr) sessions_->release(pipes_[pipe].slot, false);
  if (pipes_[pipe].announced) closed_.push_back(pipe);
}

// remember enters a handle. One that has to go for it takes its pipe along.
void Pipes::remember(const Handle& handle, Number pipe) {
  handles_.put(handle, pipe, [&](Number dropped) {
    counters_->count(Counter::smb_handles_dropped);
    if (dropped != kNoPipe) retire(dropped);
  });
}

template <class Predicate>
void Pipes::drop_if(Predicate predicate) {
  for (Number i = 0; i < pipes_.size(); ++i)
    if (pipes_[i].open && predicate(pipes_[i])) drop(i);
}

// those counts the pipes of a tree by whose turn it is, and gives the last of them.
std::pair<std::size_t, Pipes::Number> Pipes::those(const Tree& tree, Turn turn) const {
  std::size_t count = 0;
  Number last = kNoPipe;
  for (Number i = 0; i < pipes_.size(); ++i) {
    const Pipe& pipe = pipes_[i];
    if (!pipe.open || !pipe.shown || pipe.turn != turn || pipe.handle.tree != tree) continue;
    if (sessions_ != nullptr && !sessions_->is_open(pipe.slot)) continue;
    ++count;
    last = i;
  }
  return {count, last};
}

}  // namespace rpcsieve::smb
