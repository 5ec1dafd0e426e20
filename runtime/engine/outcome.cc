#include "runtime/engine/outcome.h"

namespace rpcsieve::engine {
namespace {

using database::Returns;
using dcerpc::Answer;
using dcerpc::Result;

// Access denied, as Win32, NTSTATUS and HRESULT [MS-ERREF §2.1.1, §2.2, §2.3.1], and as the fault
// nca_s_fault_access_denied [C706 appendix E]; rpc faults carry any of them.
bool is_denied(std::uint32_t code) {
  return code == 0x00000005 || code == 0xc0000022 || code == 0x80070005 || code == 0x1c000009;
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
