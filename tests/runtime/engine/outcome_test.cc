#include "runtime/engine/outcome.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rpcsieve::engine {
namespace {

using database::Returns;
using dcerpc::Answer;

Answer response(std::uint32_t tail) { return {Answer::Kind::kResponse, 0, true, tail}; }
Answer unreadable() { return {Answer::Kind::kResponse, 0, false, 0}; }
Answer fault(std::uint32_t status) { return {Answer::Kind::kFault, status, true, 0}; }

std::string print(const dcerpc::Outcome& outcome) {
  std::string text(name(outcome.result));
  if (outcome.status) text += fmt::format(" status={:08x}", *outcome.status);
  if (outcome.return_code) text += fmt::format(" code={:08x}", *outcome.return_code);
  return text;
}

struct Case {
  const char* name;
  Answer answer;
  Returns returns;
  const char* want;
};

// The codes are those of [MS-ERREF §2.1.1, §2.2, §2.3.1] and [C706 appendix E].
const Case kCases[] = {
    {"STATUS_SUCCESS", response(0), Returns::kNtStatus, "success code=00000000"},
    {"STATUS_SOME_NOT_MAPPED", response(0x00000107), Returns::kNtStatus, "success code=00000107"},
    {"severity information", response(0x40000000), Returns::kNtStatus, "success code=40000000"},
    {"STATUS_MORE_ENTRIES is success", response(0x00000105), Returns::kNtStatus,
     "success code=00000105"},
    {"severity warning: STATUS_NO_MORE_ENTRIES", response(0x8000001a), Returns::kNtStatus,
     "failed code=8000001a"},
    {"STATUS_OBJECT_NAME_NOT_FOUND", response(0xc0000034), Returns::kNtStatus,
     "failed code=c0000034"},
    {"STATUS_PRIVILEGE_NOT_HELD", response(0xc0000061), Returns::kNtStatus, "denied code=c0000061"},
    {"STATUS_LOGON_FAILURE", response(0xc000006d), Returns::kNtStatus, "failed code=c000006d"},
    {"a Win32 code is no NTSTATUS: its severity is success", response(5), Returns::kNtStatus,
     "success code=00000005"},
    {"STATUS_ACCESS_DENIED", response(0xc0000022), Returns::kNtStatus, "denied code=c0000022"},

    {"ERROR_SUCCESS", response(0), Returns::kWin32, "success code=00000000"},
    {"ERROR_ACCESS_DENIED", response(5), Returns::kWin32, "denied code=00000005"},
    {"ERROR_PRIVILEGE_NOT_HELD", response(1314), Returns::kWin32, "denied code=00000522"},
    {"ERROR_DS_DRA_ACCESS_DENIED", response(8453), Returns::kWin32, "denied code=00002105"},
    {"ERROR_SERVICE_EXISTS", response(1073), Returns::kWin32, "failed code=00000431"},

    {"S_OK", response(0), Returns::kHresult, "success code=00000000"},
    {"S_FALSE", response(1), Returns::kHresult, "success code=00000001"},
    {"E_ACCESSDENIED", response(0x80070005), Returns::kHresult, "denied code=80070005"},
    {"E_FAIL", response(0x80004005), Returns::kHresult, "failed code=80004005"},

    {"fault: ERROR_ACCESS_DENIED", fault(5), Returns::kNtStatus, "denied status=00000005"},
    {"fault: STATUS_ACCESS_DENIED", fault(0xc0000022), Returns::kWin32, "denied status=c0000022"},
    {"fault: WBEM_E_ACCESS_DENIED", fault(0x80041003), Returns::kUnknown, "denied status=80041003"},
    {"fault: nca_unspec_reject gives no reason", fault(0x1c000009), Returns::kNothing,
     "fault status=1c000009"},
    {"fault: RPC_S_SEC_PKG_ERROR says nothing of rights", fault(1825), Returns::kNtStatus,
     "fault status=00000721"},
    {"fault: nca_s_op_rng_error", fault(0x1c010002), Returns::kNtStatus, "fault status=1c010002"},
    {"fault: RPC_X_BAD_STUB_DATA", fault(1783), Returns::kUnknown, "fault status=000006f7"},
    {"a fault whose status was not captured",
     {Answer::Kind::kFault, 0, false, 0},
     Returns::kNtStatus,
     "fault"},

    {"sealed, or cut", unreadable(), Returns::kNtStatus, "answered"},
    {"an operation that nobody knows", response(0), Returns::kUnknown, "answered"},
    {"an operation without a return value", response(0x12345678), Returns::kNothing, "success"},
    {"... sealed", unreadable(), Returns::kNothing, "success"},
    {"no answer", {}, Returns::kNtStatus, "unanswered"},
};

TEST(Outcome, SaysHowACallEnded) {
  for (const Case& c : kCases) EXPECT_EQ(print(classify(c.answer, c.returns)), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::engine
