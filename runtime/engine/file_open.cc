#include "runtime/engine/file_open.h"

namespace rpcsieve::engine {
namespace {

using dcerpc::Result;

// is_denied: STATUS_ACCESS_DENIED and STATUS_NETWORK_ACCESS_DENIED [MS-ERREF §2.3.1], and what
// stands for them as an error class and a code: ERRDOS/ERRnoaccess, ERRSRV/ERRaccess
// [MS-CIFS §2.2.2.4].
bool is_denied(std::uint32_t code, bool dos_code) {
  if (dos_code) return code == (5U << 16 | 1) || code == (4U << 16 | 2);
  return code == 0xc0000022 || code == 0xc00000ca;
}

Result result_of(const smb::FileOpen& open) {
  if (!open.answered) return Result::kUnanswered;
  if (open.status != smb::Operation::Status::kFailed) return Result::kSuccess;
  return is_denied(open.code, open.dos_code) ? Result::kDenied : Result::kFailed;
}

}  // namespace

alert::FileOpen record_of(const smb::FileOpen& open) {
  alert::FileOpen record;
  record.time = open.time;
  record.smb1 = open.smb1;
  record.session = open.tree.session;
  record.tree = open.tree.id;
  if (open.share_known) record.share.emplace(open.share.view());
  if (open.path_known) record.path.emplace(open.path.view());
  record.access_mask = open.opening.access;
  record.disposition = open.opening.disposition;
  record.directory = open.opening.directory;
  record.result = result_of(open);
  if (open.answered) record.status = open.code;
  record.dos_status = open.dos_code;
  if (record.result == Result::kSuccess) record.action = open.action;
  return record;
}

}  // namespace rpcsieve::engine
