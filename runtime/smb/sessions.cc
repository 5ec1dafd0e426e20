// Which pipe is meant where a connection does not know: the index finds a slot by what the wire
// says, and forgets the oldest of too many; the slots themselves are as many as the connections
// use.
#include "runtime/smb/sessions.h"

#include <algorithm>
#include <cstring>

#include "runtime/smb/pipes.h"

namespace rpcsieve::smb {
namespace {

std::uint64_t hash_of(const Peers& peers) {
  std::uint64_t value = 0;
  for (const IpAddress* address : {&peers.low, &peers.high}) {
    std::uint64_t half[2];
    std::memcpy(half, address->bytes.data(), sizeof half);
    value = mix(value ^ half[0] ^ mix(half[1]));
  }
  return value;
}

}  // namespace

std::uint64_t hash(const Sessions::PipeKey& key) { return hash(key.handle) ^ hash_of(key.peers); }
std::uint64_t hash(const Sessions::TreeKey& key) { return hash(key.tree) ^ hash_of(key.peers); }

Sessions::Sessions(const Limits& limits, Counters& counters)
    : left_limit_(limits.smb_left_pipes),
      slots_(limits.smb_shared_pipes, memory_),
      trees_(limits.smb_shared_trees, memory_),
      members_(limits.smb_shared_sessions, memory_),
      counters_(&counters) {}

void Sessions::join(const Peers& peers, std::uint64_t session) {
  const TreeKey key{peers, {session, 0}};
  const std::uint32_t* members = members_.find(key);
  members_.put(key, members == nullptr ? 1 : *members + 1, [&](std::uint32_t) { forget(); });
}

// leave: with its last connection a session ends, and what was left for others.
void Sessions::leave(const Peers& peers, std::uint64_t session) {
  const TreeKey key{peers, {session, 0}};
  std::uint32_t* members = members_.find(key);
  if (members != nullptr && --*members > 0) return;
  members_.erase(key);
  const auto ends = [&](Slot slot) {
    return pipes_[slot].key.peers == peers && pipes_[slot].key.handle.tree.session == session;
  };
  for (const Slot slot : left_)
    if (ends(slot)) close(slot);
  left_.erase(std::remove_if(left_.begin(), left_.end(), ends), left_.end());
}

void Sessions::connect(const Peers& peers, const Tree& tree, Share share) {
  trees_.put({peers, tree}, share, [&](Share) { forget(); });
}

void Sessions::disconnect(const Peers& peers, const Tree& tree) { trees_.erase({peers, tree}); }

Share Sessions::leads_to(const Peers& peers, const Tree& tree) const {
  const Share* share = trees_.peek({peers, tree});
  return share == nullptr ? Share::kUnknown : *share;
}

Sessions::Slot Sessions::open(const Peers& peers, const Handle& handle, const Name& name,
                              bool shared) {
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(pipes_.size()));
    pipes_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  pipes_[slot] = {{peers, handle}, name, 1, shared, true, false, false};
  enter(slot);
  return slot;
}

void Sessions::rename(Slot slot, const Handle& handle) {
  withdraw(slot);
  pipes_[slot].key.handle = handle;
  enter(slot);
}

std::optional<Sessions::Slot> Sessions::find(const Peers& peers, const Handle& handle) const {
  const Slot* slot = slots_.peek({peers, handle});
  return slot == nullptr ? std::nullopt : std::optional<Slot>(*slot);
}

void Sessions::use(Slot slot) {
  if (pipes_[slot].users++ == 0) left_.erase(std::find(left_.begin(), left_.end(), slot));
}

void Sessions::close(Slot slot) {
  if (!pipes_[slot].open) return;
  pipes_[slot].open = false;
  withdraw(slot);
  ended_.push_back(slot);
}

void Sessions::release(Slot slot, bool left) {
  Pipe& pipe = pipes_[slot];
  if (--pipe.users > 0) return;
  if (pipe.open && left && goes_on(pipe)) {
    left_.push_back(slot);
    if (left_.size() > left_limit_) take_back(left_.front());
    return;
  }
  close(slot);
  free_if_unused(slot);
}

// enter makes a pipe known by its key. One whose place it takes is not found any more.
void Sessions::enter(Slot slot) {
  if (pipes_[slot].shared && pipes_[slot].open)
    slots_.put(pipes_[slot].key, slot, [&](Slot) { forget(); });
}

void Sessions::withdraw(Slot slot) {
  const Slot* found = slots_.peek(pipes_[slot].key);
  if (found != nullptr && *found == slot) slots_.erase(pipes_[slot].key);
}

// take_back ends a pipe that was left for others.
void Sessions::take_back(Slot slot) {
  counters_->count(Counter::smb_pipes_dropped);
  left_.erase(std::find(left_.begin(), left_.end(), slot));
  close(slot);
}

void Sessions::free_if_unused(Slot slot) {
  if (pipes_[slot].told && pipes_[slot].users == 0) free_.push_back(slot);
}

// goes_on: a session that another connection is in, where the pipe can still be found.
bool Sessions::goes_on(const Pipe& pipe) const {
  const std::uint32_t* members = members_.peek({pipe.key.peers, {pipe.key.handle.tree.session, 0}});
  const Slot* slot = slots_.peek(pipe.key);
  return members != nullptr && *members > 1 && slot != nullptr && &pipes_[*slot] == &pipe;
}

}  // namespace rpcsieve::smb
