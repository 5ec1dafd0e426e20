#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/limits.h"
#include "runtime/smb/name.h"
#include "runtime/smb/operation.h"
#include "runtime/smb/table.h"

namespace rpcsieve::smb {

// Peers is the two addresses that a session lies between, in their order.
struct Peers {
  IpAddress low, high;

  bool operator==(const Peers&) const = default;
};

// Sessions is what the connections of a thread share: an SMB2 session may use several connections
// [MS-SMB2 §3.3.5.5.2], and what was opened through one is there for all. A channel knows its own
// trees and handles and asks here only for those that it does not know, so sessions whose ids are
// the same by chance do not meet.
//
// Every open pipe has a slot: the one name that all its connections have for it, until it was told
// by take_ended. A pipe ends when it is closed through any of its connections, or when the last
// connection that used it lets go of it; if the session goes on elsewhere, it is left for the
// others (Limits::smb_left_pipes) until that ends too.
class Sessions {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNone = UINT32_MAX;

  Sessions(const Limits& limits, Counters& counters);

  // join and leave count the connections of a session.
  void join(const Peers& peers, std::uint64_t session);
  void leave(const Peers& peers, std::uint64_t session);

  void connect(const Peers& peers, const Tree& tree, Share share);
  void disconnect(const Peers& peers, const Tree& tree);
  [[nodiscard]] Share leads_to(const Peers& peers, const Tree& tree) const;

  // open gives a new pipe its slot; its opener uses it. With `shared`, others find it by its
  // handle, no longer what was open by that handle before.
  Slot open(const Peers& peers, const Handle& handle, const Name& name, bool shared);
  void rename(Slot slot, const Handle& handle);
  [[nodiscard]] std::optional<Slot> find(const Peers& peers, const Handle& handle) const;
  // use says that one more connection uses a pipe.
  void use(Slot slot);
  // show says that it is a pipe, not only called like one.
  void show(Slot slot) { pipes_[slot].shown = true; }
  // close ends a pipe for all. Its slot stays theirs until each has released it.
  void close(Slot slot);
  // release says that a connection uses a pipe no longer; `left`: others of its session may.
  void release(Slot slot, bool left);

  [[nodiscard]] bool is_open(Slot slot) const { return pipes_[slot].open; }
  [[nodiscard]] bool is_shown(Slot slot) const { return pipes_[slot].shown; }
  [[nodiscard]] const Name& name(Slot slot) const { return pipes_[slot].name; }
  [[nodiscard]] std::uint64_t session(Slot slot) const {
    return pipes_[slot].key.handle.tree.session;
  }

  // take_ended calls visit(slot) for each pipe that has ended since.
  template <class Visit>
  void take_ended(Visit visit) {
    for (const Slot slot : ended_) {
      visit(slot);
      pipes_[slot].told = true;
      free_if_unused(slot);
    }
    ended_.clear();
  }

 private:
  struct PipeKey {
    Peers peers;
    Handle handle;

    bool operator==(const PipeKey&) const = default;
    friend std::uint64_t hash(const PipeKey& key);
  };
  // TreeKey stands for a session, too, as its tree 0.
  struct TreeKey {
    Peers peers;
    Tree tree;

    bool operator==(const TreeKey&) const = default;
    friend std::uint64_t hash(const TreeKey& key);
  };
  struct Pipe {
    PipeKey key;
    Name name;
    std::uint32_t users = 0;  // connections
    bool shared = false;      // it may be found by its key
    bool open = false;
    bool shown = false;
    bool told = false;  // that it has ended
  };
  friend std::uint64_t hash(const PipeKey& key);
  friend std::uint64_t hash(const TreeKey& key);

  void forget() { counters_->count(Counter::smb_shared_dropped); }
  void enter(Slot slot);
  void withdraw(Slot slot);
  void take_back(Slot slot);
  void free_if_unused(Slot slot);
  [[nodiscard]] bool goes_on(const Pipe& pipe) const;

  std::vector<Pipe> pipes_;  // by slot
  std::vector<Slot> free_;
  std::vector<Slot> ended_;
  std::vector<Slot> left_;  // open pipes without users, in the order in which they were left
  std::size_t left_limit_;
  Memory memory_;  // not the thread's: what one connection holds is not here
  Table<PipeKey, Slot> slots_;
  Table<TreeKey, Share> trees_;
  Table<TreeKey, std::uint32_t> members_;  // connections of a session
  Counters* counters_;
};

}  // namespace rpcsieve::smb
