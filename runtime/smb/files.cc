// A file that is opened is told by three messages: the request has its name, the answer what became
// of it, and the answer to an earlier request has the number of the tree that stands for its share.
#include "runtime/smb/files.h"

#include "runtime/smb/name.h"

namespace rpcsieve::smb {

using Verb = Operation::Verb;
using Status = Operation::Status;

Files::Files(const Limits& limits, Counters& counters)
    : connecting_(limits.smb_requests, counters.memory()),
      shares_(limits.smb_trees, counters.memory()),
      asked_(limits.smb_requests, counters.memory()),
      wait_us_(limits.outcome_wait_us),
      counters_(&counters) {}

void Files::begin(Timestamp time) {
  given_.clear();
  taken_ = 0;
  now_ = time;
  if (now_.us - expired_.us > wait_us_) expire();
}

void Files::ask(const Operation& request, Share tree) {
  const auto forget = [](const ShareName&) {};
  if (request.verb == Verb::kTreeConnect)
    connecting_.put({request.id}, ShareName(request.name), forget);
  if (request.verb != Verb::kOpen || tree == Share::kPipes) return;
  Asked asked;
  FileOpen& open = asked.open;
  open.time = now_;
  open.smb1 = request.smb1;
  open.tree = request.handle.tree;
  open.path = FilePath(request.name);
  open.path_known = !request.name.cut;
  if (open.path.is_cut()) counters_->count(Counter::smb_paths_cut);
  open.opening = request.opening;
  asked.share = tree;
  asked.is_file = request.opening.directory || !Name(request.name).plausible();
  asked_.put({request.id}, asked, [&](const Asked& oldest) {
    counters_->count(Counter::smb_requests_dropped);
    give(oldest);
  });
}

void Files::answer(const Operation& response, Share tree) {
  if (response.verb == Verb::kTreeConnect) connected(response);
  Asked* asked = response.verb == Verb::kOpen ? asked_.find({response.id}) : nullptr;
  if (asked == nullptr || response.status == Status::kPending) return;
  FileOpen& open = asked->open;
  if (response.tree_known) open.tree = response.handle.tree;
  open.answered = true;
  open.status = response.status;
  open.code = response.code;
  open.dos_code = response.dos_code;
  open.action = response.action;
  if (tree != Share::kUnknown) asked->share = tree;
  if (asked->share == Share::kUnknown) asked->share = response.share;
  asked->is_file |= response.has_times;
  give(*asked);
  asked_.erase({response.id});
}

void Files::connected(const Operation& response) {
  const ShareName* name = connecting_.peek({response.id});
  if (name == nullptr) return;
  if (response.status == Status::kDone)
    shares_.put(response.handle.tree, *name, [](const ShareName&) {});
  connecting_.erase({response.id});
}

void Files::end() {
  asked_.erase_values_if([&](const Asked& asked) { return give(asked), true; });
}

const FileOpen* Files::next() { return taken_ < given_.size() ? &given_[taken_++] : nullptr; }

void Files::reset() {
  connecting_.clear();
  shares_.clear();
  asked_.clear();
  given_.clear();
  taken_ = 0;
  expired_ = {};
}

// give gives what was asked if it was a file, as the share says, or without it what else is known.
void Files::give(const Asked& asked) {
  if (asked.share == Share::kPipes) return;
  if (asked.share == Share::kUnknown && !asked.is_file) return;
  counters_->count(Counter::smb_file_opens);
  FileOpen& open = given_.emplace_back(asked.open);
  const ShareName* share = shares_.peek(open.tree);
  open.share_known = share != nullptr;
  if (open.share_known) open.share = *share;
}

void Files::expire() {
  expired_ = now_;
  asked_.erase_values_if([&](const Asked& asked) {
    const bool late = now_.us - asked.open.time.us > wait_us_;
    if (late) give(asked);
    return late;
  });
}

}  // namespace rpcsieve::smb
