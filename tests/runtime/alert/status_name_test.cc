#include "runtime/alert/status_name.h"

#include <gtest/gtest.h>

namespace rpcsieve::alert {
namespace {

using database::Returns;

TEST(StatusName, OfFaultsComesFromAnySpace) {
  EXPECT_EQ(fault_name(0x1c010002), "nca_op_rng_error");
  EXPECT_EQ(fault_name(0x1c000009), "nca_unspec_reject");
  EXPECT_EQ(fault_name(1), "nca_s_fault_other");  // no ERROR_INVALID_FUNCTION
  EXPECT_EQ(fault_name(5), "ERROR_ACCESS_DENIED");
  EXPECT_EQ(fault_name(1783), "RPC_X_BAD_STUB_DATA");
  EXPECT_EQ(fault_name(0xc0000022), "STATUS_ACCESS_DENIED");
  EXPECT_EQ(fault_name(0x80010108), "RPC_E_DISCONNECTED");
  EXPECT_EQ(fault_name(0x80070006), "ERROR_INVALID_HANDLE");
  EXPECT_EQ(fault_name(0), "");
  EXPECT_EQ(fault_name(0x1c000011), "");
  EXPECT_EQ(fault_name(0xffffffff), "");
}

TEST(StatusName, OfReturnCodesDependsOnWhatIsReturned) {
  EXPECT_EQ(return_code_name(0, Returns::kNtStatus), "STATUS_SUCCESS");
  EXPECT_EQ(return_code_name(0, Returns::kWin32), "ERROR_SUCCESS");
  EXPECT_EQ(return_code_name(0, Returns::kHresult), "S_OK");
  EXPECT_EQ(return_code_name(0x105, Returns::kNtStatus), "STATUS_MORE_ENTRIES");
  EXPECT_EQ(return_code_name(0x105, Returns::kWin32), "");
  EXPECT_EQ(return_code_name(8453, Returns::kWin32), "ERROR_DS_DRA_ACCESS_DENIED");
  EXPECT_EQ(return_code_name(8453, Returns::kNtStatus), "");
  EXPECT_EQ(return_code_name(0x80070005, Returns::kHresult), "E_ACCESSDENIED");
  EXPECT_EQ(return_code_name(0x80070422, Returns::kHresult), "ERROR_SERVICE_DISABLED");
  EXPECT_EQ(return_code_name(5, Returns::kUnknown), "");
  EXPECT_EQ(return_code_name(5, Returns::kNothing), "");
}

}  // namespace
}  // namespace rpcsieve::alert
