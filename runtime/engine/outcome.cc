#include "runtime/engine/outcome.h"

#include <algorithm>
#include <iterator>

namespace rpcsieve::engine {
namespace {

using database::Returns;
using dcerpc::Answer;
using dcerpc::Result;

// What says that the server knew who asked, and that he may not: access denied, and a privilege not
// held, as Win32, NTSTATUS and HRESULT [MS-ERREF §2.1.1, §2.2, §2.3.1] and in the words of
// directory replication, COM and WMI [MS-WMI §2.2.11]. Faults carry any of them. That the caller
// could not be authenticated is another matter (RPC_S_SEC_PKG_ERROR, STATUS_LOGON_FAILURE), and so
// is nca_unspec_reject, 0x1c000009: it gives no reason [C706 appendix E].
constexpr std::uint32_t kDenied[] = {
    5,           // ERROR_ACCESS_DENIED
    1314,        // ERROR_PRIVILEGE_NOT_HELD
    8344,        // ERROR_DS_INSUFF_ACCESS_RIGHTS
    8453,        // ERROR_DS_DRA_ACCESS_DENIED
    0x8001011b,  // RPC_E_ACCESS_DENIED
    0x80041003,  // WBEM_E_ACCESS_DENIED
    0x80070005,  // E_ACCESSDENIED
    0x80070522,  // ERROR_PRIVILEGE_NOT_HELD, wrapped
    0xc0000022,  // STATUS_ACCESS_DENIED
    0xc0000061,  // STATUS_PRIVILEGE_NOT_HELD
};

bool is_denied(std::uint32_t code) {
  return std::find(std::begin(kDenied), std::end(kDenied), code) != std::end(kDenied);
}

bool is_success(std::uint32_t code, Returns returns) {
  switch (returns) {
    case Returns::kNtStatus:
      return code >> 30 <= 1;
    case Returns::kHresult:
      return code >> 31 == 0;
    default:
      return code == 0;
  }
}

bool has_code(Returns returns) {
  return returns == Returns::kNtStatus || returns == Returns::kWin32 ||
         returns == Returns::kHresult;
}

Result result_of(std::uint32_t code, Returns returns) {
  if (is_success(code, returns)) return Result::kSuccess;
  return is_denied(code) ? Result::kDenied : Result::kFailed;
}

}  // namespace

dcerpc::Outcome classify(const Answer& answer, Returns returns) {
  switch (answer.kind) {
    case Answer::Kind::kNone:
      return {};
    case Answer::Kind::kFault:
      if (!answer.readable) return {Result::kFault, {}, {}};
      return {is_denied(answer.status) ? Result::kDenied : Result::kFault, answer.status, {}};
    case Answer::Kind::kResponse:
      break;
  }
  // An operation without a return value cannot fail but by a fault.
  if (returns == Returns::kNothing) return {Result::kSuccess, {}, {}};
  if (!answer.readable || !has_code(returns)) return {Result::kAnswered, {}, {}};
  return {result_of(answer.tail, returns), {}, answer.tail};
}

}  // namespace rpcsieve::engine
