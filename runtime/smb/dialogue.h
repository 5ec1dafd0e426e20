#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/smb/event.h"
#include "runtime/smb/files.h"
#include "runtime/smb/operation.h"
#include "runtime/smb/parts.h"
#include "runtime/smb/pipes.h"
#include "runtime/smb/table.h"

namespace rpcsieve::smb {

// Dialogue follows the operations of one connection, requests and responses alike, and gives the
// bytes that they pass through pipes. It alone knows what an operation means.
class Dialogue {
 public:
  struct RequestKey {
    std::uint64_t id = 0;
    Operation::Verb verb = Operation::Verb::kOther;

    bool operator==(const RequestKey&) const = default;
  };

  Dialogue(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes), bool files);

  // join makes this one of the connections between two addresses; leave undoes it.
  void join(Sessions& sessions, const Peers& peers) { pipes_.join(sessions, peers); }
  void leave() { pipes_.leave(); }
  // begin says that the following operations are those of another message, captured at that time.
  // `shared`: their session may have other connections.
  void begin(Timestamp time, bool shared);
  // take follows the next operation of the message. Drain next() before taking another.
  void take(Operation op);
  std::optional<Event> next();
  // end says that no more operations come.
  void end();

  // leads_to says what is known of the file or pipe that an operation is about.
  [[nodiscard]] Share leads_to(const Operation& op) const;
  [[nodiscard]] std::string_view name(Pipes::Number pipe) const { return pipes_.name(pipe); }
  [[nodiscard]] std::uint64_t session(Pipes::Number pipe) const { return pipes_.session(pipe); }
  void lost(bool to_server) { pipes_.lost(to_server); }

  void reset();

 private:
  // Request is what an answer does not repeat.
  struct Request {
    Handle handle;
    Name name;  // kOpen, kCall
    bool directory = false;
    bool used = false;              // kOpen: its chain goes on with the file that it opens
    bool once = false;              // kTransact: the pipe is closed by its answer
    bool foreign = false;           // kTransact: no pipe's
    Share share = Share::kUnknown;  // kTreeConnect: what the tree leads to, if that is known
    std::uint32_t sent = 0;         // kTransact: how much of the data has come
    std::uint32_t received = 0;     // ... and of its answer's
  };
  // Chain is what related operations inherit from those before them in their message. Of a message
  // with one operation, as most are, it is left as it was.
  struct Chain {
    bool begun = false;
    Tree tree;
    FileId file;
    std::uint64_t open_id = 0;  // the request that opens the file
    bool opens = false;         // there is one
  };

  void request(Operation& op);
  void inherit(Operation& op);
  void open_early();
  void pass_on(const Operation& op);
  Request& remember(const Operation& op, Operation::Verb verb);
  void call(Operation& op);
  void send_more(const Operation& op);

  void answer(const Operation& op);
  void done(const RequestKey& key, const Request& request);
  void connected(const Operation& op, const Request* request);
  void opened(const Operation& op, const Request* request);
  void opened_unasked(const Operation& op);
  void was_read(const Operation& op, Request* request);
  void pass_in_order(const Operation& op, const Handle& handle, std::uint32_t& passed);
  void was_read_unasked(const Operation& op);
  void refused(const Operation& op, const Request* request);

  void deliver(const Handle& handle, const Operation& op, bool piped);
  void emit(Pipes::Number pipe, const Operation& op);
  void emit_closed();
  void emit_setup(const Operation& op);
  void emit_logoff(std::uint64_t session);

  Counters* counters_;
  Timestamp time_;
  Vector<Event> events_;     // of the operation last taken
  std::uint32_t given_ = 0;  // how many of them next() gave
  bool shared_ = false;
  const bool wants_files_;
  Pipes pipes_;
  Table<RequestKey, Request> requests_;
  Chain chain_;
  Parts parts_;
  std::optional<Files> files_;  // if they are wanted
};

std::uint64_t hash(const Dialogue::RequestKey& key);

}  // namespace rpcsieve::smb
