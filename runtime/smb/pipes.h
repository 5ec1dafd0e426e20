#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/smb/name.h"
#include "runtime/smb/operation.h"
#include "runtime/smb/sessions.h"
#include "runtime/smb/table.h"

namespace rpcsieve::smb {

// Pipes knows the trees and handles of one connection, and gives each handle that is a named pipe a
// number. A handle is a pipe if its tree is one of pipes (IPC$). Where the tree is not known, it
// must have a plausible name, or none that was captured, and its bytes must show that it is one.
//
// What other connections of its sessions opened is found through Sessions, if there are any.
//
// Pipes that were closed, or had to go, are told by take_closed(): their numbers may have been
// given to others meanwhile, so it comes before any data.
class Pipes {
 public:
  using Number = std::uint32_t;

  Pipes(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes));

  // join makes this one of the connections between two addresses.
  void join(Sessions& sessions, const Peers& peers);
  // leave lets go of all pipes: they end, or are left to the other connections of their session.
  void leave();
  // meet notes which session a message is of, and whether others may be found in it: SMB1's numbers
  // mean nothing outside of their connection.
  void meet(std::uint64_t session, bool shared);

  void connect(const Tree& tree, Share share);
  void disconnect(const Tree& tree);
  void log_off(std::uint64_t session);

  // open notes what a handle leads to, after it was opened by that name. `share` is what the answer
  // said about it, if it did; the tree is trusted more.
  void open(const Handle& handle, const Name& name, bool directory, Share share);
  // rename gives an open handle another id; false if it is not known.
  bool rename(const Handle& from, const Handle& to);
  void close(const Handle& handle);

  // leads_to says what is known of a handle.
  [[nodiscard]] Share leads_to(const Handle& handle) const;
  [[nodiscard]] Share leads_to(const Tree& tree) const;

  // carrier gives the pipe that bytes of a handle pass through, if it is one. `piped`: they came in
  // a way that only pipes know.
  std::optional<Number> carrier(const Handle& handle, Bytes data, bool piped);
  // Turn says what passed through a pipe last. The order is that of how likely an answer comes
  // next.
  enum class Turn : std::uint8_t { kUnfinished, kAsked, kAnswered, kNone };
  // reader gives the pipe that an answer was read from that does not tell its handle: the only
  // unfinished one of its tree, or for the beginning of a PDU the only one that was asked, or else
  // the only one.
  std::optional<Number> reader(const Tree& tree, Bytes data);
  void passed(Number pipe, Turn turn) { pipes_[pipe].turn = turn; }

  // lost notes that bytes of a direction may be missing in every pipe, or in one; take_loss tells
  // it, once.
  void lost(bool to_server);
  void lost(const Handle& handle, bool to_server);
  bool take_loss(Number pipe, bool to_server);

  [[nodiscard]] std::string_view name(Number pipe) const;
  [[nodiscard]] Sessions::Slot slot(Number pipe) const { return pipes_[pipe].slot; }
  [[nodiscard]] std::uint64_t session(Number pipe) const;
  // take_closed calls visit(number) for each pipe that had passed bytes and was closed since.
  template <class Visit>
  void take_closed(Visit visit) {
    for (const Number pipe : closed_) visit(pipe);
    closed_.clear();
  }

  void reset();

 private:
  static constexpr Number kNoPipe = UINT32_MAX;

  struct Pipe {
    Handle handle;
    std::uint64_t used = 0;  // when, on clock_
    Name name;
    bool open = false;
    bool shown = false;      // that it is a pipe: by its tree, or by its bytes
    bool announced = false;  // it passed bytes, so its owner knows its number
    Turn turn = Turn::kNone;
    std::array<bool, 2> loss{};  // bytes may be missing: to the client, to the server
    Sessions::Slot slot = Sessions::kNone;
  };

  Number make(const Handle& handle, const Name& name, bool shown);
  Number make(const Handle& handle, const Name& name, bool shown, Sessions::Slot slot);
  const Number* find(const Handle& handle);
  Number free_number();
  Number evict();
  Number use(Number pipe);
  void close_own(const Handle& handle);
  void drop(Number pipe);
  void forget(Number pipe);
  void retire(Number pipe);
  void remember(const Handle& handle, Number pipe);
  template <class Predicate>
  void drop_if(Predicate predicate);
  [[nodiscard]] std::pair<std::size_t, Number> those(const Tree& tree, Turn turn) const;

  std::uint64_t session_ = 0;  // met last
  bool shared_ = false;        // ... and others may be in it
  Sessions* sessions_ = nullptr;
  Vector<Number> closed_;
  Table<Tree, Share> trees_;
  Table<Handle, Number> handles_;  // kNoPipe: a file
  Vector<Pipe> pipes_;
  std::uint64_t clock_ = 0;
  Counters* counters_;
  bool (*is_rpc_)(Bytes);
  std::size_t pipes_limit_;
  Peers peers_;
  Table<Tree, std::uint64_t> met_;  // sessions, as their tree 0
};

}  // namespace rpcsieve::smb
