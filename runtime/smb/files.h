#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"
#include "runtime/smb/operation.h"
#include "runtime/smb/table.h"
#include "runtime/smb/text.h"

namespace rpcsieve::smb {

// Of longer names the end is kept, and smb_paths_cut counts them.
using ShareName = Utf8<256>;
using FilePath = Utf8<1024>;

// FileOpen is a request to open or create a file, and what became of it.
struct FileOpen {
  Timestamp time;  // of the request
  bool smb1 = false;
  Tree tree;
  ShareName share;  // as the client named it, "\\server\share"
  bool share_known = false;
  FilePath path;  // in the share, as the client named it
  bool path_known = false;
  Opening opening;
  bool answered = false;
  Operation::Status status = Operation::Status::kDone;  // if it was answered
  std::uint32_t code = 0;                               // ... as a number
  bool dos_code = false;                                // ... as Operation::dos_code
  std::uint32_t action = 0;                             // if it was done
};

// Files binds the requests of a connection that open files to their answers, and to the shares that
// the files lie on. What is opened on a tree of pipes is no file. Where the tree's beginning was
// not captured, the answer tells (SMB1's by its type, SMB2's by its times), or the name, if no RPC
// pipe has such a one; what may be either is left out.
class Files {
 public:
  Files(const Limits& limits, Counters& counters);

  // begin says that a message follows that was captured at that time. Requests that waited too long
  // for their answers are given as they are.
  void begin(Timestamp time);
  // ask and answer take what opens a file, or connects to a share. `tree` is what is known of the
  // tree that the operation is about.
  void ask(const Operation& request, Share tree);
  void answer(const Operation& response, Share tree);
  // end gives the requests that have no answer.
  void end();

  // next gives the next file, or nullptr. It lives until a message follows.
  const FileOpen* next();

  void reset();

 private:
  struct RequestId {
    std::uint64_t number = 0;

    bool operator==(const RequestId&) const = default;
    friend std::uint64_t hash(const RequestId& id) { return mix(id.number); }
  };
  struct Asked {
    FileOpen open;
    Share share = Share::kUnknown;  // as far as is known
    bool is_file = false;           // ... and if it is not, something else shows a file
  };

  void connected(const Operation& response);
  void give(const Asked& asked);
  void expire();

  Table<RequestId, ShareName> connecting_;
  Table<Tree, ShareName> shares_;
  Table<RequestId, Asked> asked_;
  std::vector<FileOpen> given_;
  std::size_t taken_ = 0;
  std::int64_t wait_us_;
  Timestamp now_;
  Timestamp expired_;  // when it was last looked for requests that waited too long
  Counters* counters_;
};

}  // namespace rpcsieve::smb
