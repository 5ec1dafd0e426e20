// Names for the numbers that RPC servers answer with, facts of the specifications that the header
// cites. One table for each space of numbers, because the same number means different things in
// each: 0x105 is STATUS_MORE_ENTRIES, and no Win32 error.
#include "runtime/alert/status_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rpcsieve::alert {
namespace {

struct Name {
  std::uint32_t code;
  std::string_view name;
};

// [C706 appendix E, N.2]; the names of 0x1c00000e and above as in [MS-RPCE §3.1.1.5.5].
constexpr auto kFaults = std::to_array<Name>({
    {0x00000001, "nca_s_fault_other"},
    {0x1c000001, "nca_s_fault_int_div_by_zero"},
    {0x1c000002, "nca_s_fault_addr_error"},
    {0x1c000003, "nca_s_fault_fp_div_zero"},
    {0x1c000004, "nca_s_fault_fp_underflow"},
    {0x1c000005, "nca_s_fault_fp_overflow"},
    {0x1c000006, "nca_s_fault_invalid_tag"},
    {0x1c000007, "nca_s_fault_invalid_bound"},
    {0x1c000008, "nca_rpc_version_mismatch"},
    {0x1c000009, "nca_unspec_reject"},
    {0x1c00000a, "nca_s_bad_actid"},
    {0x1c00000b, "nca_who_are_you_failed"},
    {0x1c00000c, "nca_manager_not_entered"},
    {0x1c00000d, "nca_s_fault_cancel"},
    {0x1c00000e, "nca_s_fault_ill_inst"},
    {0x1c00000f, "nca_s_fault_fp_error"},
    {0x1c000010, "nca_s_fault_int_overflow"},
    {0x1c000012, "nca_s_fault_unspec"},
    {0x1c000013, "nca_s_fault_remote_comm_failure"},
    {0x1c000014, "nca_s_fault_pipe_empty"},
    {0x1c000015, "nca_s_fault_pipe_closed"},
    {0x1c000016, "nca_s_fault_pipe_order"},
    {0x1c000017, "nca_s_fault_pipe_discipline"},
    {0x1c000018, "nca_s_fault_pipe_comm_error"},
    {0x1c000019, "nca_s_fault_pipe_memory"},
    {0x1c00001a, "nca_s_fault_context_mismatch"},
    {0x1c00001b, "nca_s_fault_remote_no_memory"},
    {0x1c00001c, "nca_invalid_pres_context_id"},
    {0x1c00001d, "nca_unsupported_authn_level"},
    {0x1c00001f, "nca_invalid_checksum"},
    {0x1c000020, "nca_invalid_crc"},
    {0x1c000021, "nca_s_fault_user_defined"},
    {0x1c000022, "nca_s_fault_tx_open_failed"},
    {0x1c000023, "nca_s_fault_codeset_conv_error"},
    {0x1c000024, "nca_s_fault_object_not_found"},
    {0x1c000025, "nca_s_fault_no_client_stub"},
    {0x1c010002, "nca_op_rng_error"},
    {0x1c010003, "nca_unk_if"},
    {0x1c010006, "nca_wrong_boot_time"},
    {0x1c010009, "nca_s_you_crashed"},
    {0x1c01000b, "nca_proto_error"},
    {0x1c010013, "nca_out_args_too_big"},
    {0x1c010014, "nca_server_too_busy"},
    {0x1c010017, "nca_unsupported_type"},
});

// [MS-ERREF §2.2]
constexpr auto kWin32 = std::to_array<Name>({
    {0, "ERROR_SUCCESS"},
    {1, "ERROR_INVALID_FUNCTION"},
    {2, "ERROR_FILE_NOT_FOUND"},
    {3, "ERROR_PATH_NOT_FOUND"},
    {5, "ERROR_ACCESS_DENIED"},
    {6, "ERROR_INVALID_HANDLE"},
    {8, "ERROR_NOT_ENOUGH_MEMORY"},
    {13, "ERROR_INVALID_DATA"},
    {14, "ERROR_OUTOFMEMORY"},
    {31, "ERROR_GEN_FAILURE"},
    {32, "ERROR_SHARING_VIOLATION"},
    {50, "ERROR_NOT_SUPPORTED"},
    {53, "ERROR_BAD_NETPATH"},
    {65, "ERROR_NETWORK_ACCESS_DENIED"},
    {67, "ERROR_BAD_NET_NAME"},
    {87, "ERROR_INVALID_PARAMETER"},
    {110, "ERROR_OPEN_FAILED"},
    {120, "ERROR_CALL_NOT_IMPLEMENTED"},
    {122, "ERROR_INSUFFICIENT_BUFFER"},
    {123, "ERROR_INVALID_NAME"},
    {124, "ERROR_INVALID_LEVEL"},
    {170, "ERROR_BUSY"},
    {183, "ERROR_ALREADY_EXISTS"},
    {234, "ERROR_MORE_DATA"},
    {259, "ERROR_NO_MORE_ITEMS"},
    {997, "ERROR_IO_PENDING"},
    {1018, "ERROR_KEY_DELETED"},
    {1051, "ERROR_DEPENDENT_SERVICES_RUNNING"},
    {1052, "ERROR_INVALID_SERVICE_CONTROL"},
    {1053, "ERROR_SERVICE_REQUEST_TIMEOUT"},
    {1056, "ERROR_SERVICE_ALREADY_RUNNING"},
    {1057, "ERROR_INVALID_SERVICE_ACCOUNT"},
    {1058, "ERROR_SERVICE_DISABLED"},
    {1060, "ERROR_SERVICE_DOES_NOT_EXIST"},
    {1061, "ERROR_SERVICE_CANNOT_ACCEPT_CTRL"},
    {1062, "ERROR_SERVICE_NOT_ACTIVE"},
    {1065, "ERROR_DATABASE_DOES_NOT_EXIST"},
    {1069, "ERROR_SERVICE_LOGON_FAILED"},
    {1072, "ERROR_SERVICE_MARKED_FOR_DELETE"},
    {1073, "ERROR_SERVICE_EXISTS"},
    {1078, "ERROR_DUPLICATE_SERVICE_NAME"},
    {1115, "ERROR_SHUTDOWN_IN_PROGRESS"},
    {1168, "ERROR_NOT_FOUND"},
    {1314, "ERROR_PRIVILEGE_NOT_HELD"},
    {1317, "ERROR_NO_SUCH_USER"},
    {1326, "ERROR_LOGON_FAILURE"},
    {1332, "ERROR_NONE_MAPPED"},
    {1338, "ERROR_INVALID_SECURITY_DESCR"},
    {1355, "ERROR_NO_SUCH_DOMAIN"},
    {1702, "RPC_S_INVALID_BINDING"},
    {1717, "RPC_S_UNKNOWN_IF"},
    {1722, "RPC_S_SERVER_UNAVAILABLE"},
    {1723, "RPC_S_SERVER_TOO_BUSY"},
    {1726, "RPC_S_CALL_FAILED"},
    {1727, "RPC_S_CALL_FAILED_DNE"},
    {1728, "RPC_S_PROTOCOL_ERROR"},
    {1732, "RPC_S_UNSUPPORTED_TYPE"},
    {1745, "RPC_S_PROCNUM_OUT_OF_RANGE"},
    {1747, "RPC_S_UNKNOWN_AUTHN_SERVICE"},
    {1752, "EPT_S_CANT_PERFORM_OP"},
    {1753, "EPT_S_NOT_REGISTERED"},
    {1764, "RPC_S_CANNOT_SUPPORT"},
    {1775, "RPC_X_SS_IN_NULL_CONTEXT"},
    {1780, "RPC_X_NULL_REF_POINTER"},
    {1781, "RPC_X_ENUM_VALUE_OUT_OF_RANGE"},
    {1782, "RPC_X_BYTE_COUNT_TOO_SMALL"},
    {1783, "RPC_X_BAD_STUB_DATA"},
    {1797, "ERROR_UNKNOWN_PRINTER_DRIVER"},
    {1798, "ERROR_UNKNOWN_PRINTPROCESSOR"},
    {1801, "ERROR_INVALID_PRINTER_NAME"},
    {1825, "RPC_S_SEC_PKG_ERROR"},
    {1826, "RPC_S_NOT_CANCELLED"},
    {2221, "NERR_UserNotFound"},
    {2310, "NERR_NetNameNotFound"},
    {8341, "ERROR_DS_GENERIC_ERROR"},
    {8344, "ERROR_DS_INSUFF_ACCESS_RIGHTS"},
    {8439, "ERROR_DS_DRA_BAD_DN"},
    {8440, "ERROR_DS_DRA_BAD_NC"},
    {8452, "ERROR_DS_DRA_NO_REPLICA"},
    {8453, "ERROR_DS_DRA_ACCESS_DENIED"},
    {0x16c9a0d6, "ept_s_not_registered"},  // the endpoint mapper's own [C706 appendix E]
});

// [MS-ERREF §2.3.1]
constexpr auto kNtStatus = std::to_array<Name>({
    {0x00000000, "STATUS_SUCCESS"},
    {0x00000102, "STATUS_TIMEOUT"},
    {0x00000103, "STATUS_PENDING"},
    {0x00000105, "STATUS_MORE_ENTRIES"},
    {0x00000107, "STATUS_SOME_NOT_MAPPED"},
    {0x80000005, "STATUS_BUFFER_OVERFLOW"},
    {0x8000001a, "STATUS_NO_MORE_ENTRIES"},
    {0xc0000001, "STATUS_UNSUCCESSFUL"},
    {0xc0000002, "STATUS_NOT_IMPLEMENTED"},
    {0xc0000003, "STATUS_INVALID_INFO_CLASS"},
    {0xc0000008, "STATUS_INVALID_HANDLE"},
    {0xc000000d, "STATUS_INVALID_PARAMETER"},
    {0xc0000017, "STATUS_NO_MEMORY"},
    {0xc0000022, "STATUS_ACCESS_DENIED"},
    {0xc0000023, "STATUS_BUFFER_TOO_SMALL"},
    {0xc0000033, "STATUS_OBJECT_NAME_INVALID"},
    {0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
    {0xc0000035, "STATUS_OBJECT_NAME_COLLISION"},
    {0xc000005e, "STATUS_NO_LOGON_SERVERS"},
    {0xc0000061, "STATUS_PRIVILEGE_NOT_HELD"},
    {0xc0000063, "STATUS_USER_EXISTS"},
    {0xc0000064, "STATUS_NO_SUCH_USER"},
    {0xc0000066, "STATUS_NO_SUCH_GROUP"},
    {0xc000006a, "STATUS_WRONG_PASSWORD"},
    {0xc000006c, "STATUS_PASSWORD_RESTRICTION"},
    {0xc000006d, "STATUS_LOGON_FAILURE"},
    {0xc000006e, "STATUS_ACCOUNT_RESTRICTION"},
    {0xc0000072, "STATUS_ACCOUNT_DISABLED"},
    {0xc0000073, "STATUS_NONE_MAPPED"},
    {0xc0000078, "STATUS_INVALID_SID"},
    {0xc000009a, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xc00000bb, "STATUS_NOT_SUPPORTED"},
    {0xc00000dc, "STATUS_INVALID_SERVER_STATE"},
    {0xc00000df, "STATUS_NO_SUCH_DOMAIN"},
    {0xc00000e5, "STATUS_INTERNAL_ERROR"},
    {0xc0000122, "STATUS_INVALID_COMPUTER_NAME"},
    {0xc0000148, "STATUS_INVALID_LEVEL"},
    {0xc0000151, "STATUS_NO_SUCH_ALIAS"},
    {0xc000017a, "STATUS_NO_SUCH_MEMBER"},
    {0xc000018a, "STATUS_NO_TRUST_LSA_SECRET"},
    {0xc000018b, "STATUS_NO_TRUST_SAM_ACCOUNT"},
    {0xc0000192, "STATUS_NETLOGON_NOT_STARTED"},
    {0xc000020d, "STATUS_CONNECTION_RESET"},
    {0xc0000225, "STATUS_NOT_FOUND"},
    {0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
    {0xc0000388, "STATUS_DOWNGRADE_DETECTED"},
    {0xc0020012, "RPC_NT_UNKNOWN_IF"},
    {0xc002001b, "RPC_NT_CALL_FAILED"},
    {0xc002002e, "RPC_NT_PROCNUM_OUT_OF_RANGE"},
});

// [MS-ERREF §2.1.1], and of WMI [MS-WMI §2.2.11]
constexpr auto kHresult = std::to_array<Name>({
    {0x00000000, "S_OK"},
    {0x00000001, "S_FALSE"},
    {0x80004001, "E_NOTIMPL"},
    {0x80004002, "E_NOINTERFACE"},
    {0x80004003, "E_POINTER"},
    {0x80004004, "E_ABORT"},
    {0x80004005, "E_FAIL"},
    {0x8000ffff, "E_UNEXPECTED"},
    {0x80010105, "RPC_E_SERVERFAULT"},
    {0x80010108, "RPC_E_DISCONNECTED"},
    {0x8001010e, "RPC_E_WRONG_THREAD"},
    {0x80010110, "RPC_E_VERSION_MISMATCH"},
    {0x80010111, "RPC_E_INVALID_HEADER"},
    {0x80010113, "RPC_E_INVALID_IPID"},
    {0x8001011b, "RPC_E_ACCESS_DENIED"},
    {0x80020003, "DISP_E_MEMBERNOTFOUND"},
    {0x80020006, "DISP_E_UNKNOWNNAME"},
    {0x8002000e, "DISP_E_BADPARAMCOUNT"},
    {0x80040154, "REGDB_E_CLASSNOTREG"},
    {0x80041001, "WBEM_E_FAILED"},
    {0x80041002, "WBEM_E_NOT_FOUND"},
    {0x80041003, "WBEM_E_ACCESS_DENIED"},
    {0x8004100e, "WBEM_E_INVALID_NAMESPACE"},
    {0x80070005, "E_ACCESSDENIED"},
    {0x8007000e, "E_OUTOFMEMORY"},
    {0x80070057, "E_INVALIDARG"},
});

template <std::size_t kSize>
constexpr bool is_sorted(const std::array<Name, kSize>& names) {
  for (std::size_t i = 1; i < kSize; ++i)
    if (names[i - 1].code >= names[i].code) return false;
  return true;
}
static_assert(is_sorted(kFaults) && is_sorted(kWin32) && is_sorted(kNtStatus) &&
              is_sorted(kHresult));

template <std::size_t kSize>
std::string_view find(const std::array<Name, kSize>& names, std::uint32_t code) {
  const auto at = std::lower_bound(names.begin(), names.end(), code,
                                   [](const Name& row, std::uint32_t c) { return row.code < c; });
  return at != names.end() && at->code == code ? at->name : std::string_view();
}

std::string_view hresult_name(std::uint32_t code) {
  const auto name = find(kHresult, code);
  const bool wraps_win32 = code >> 16 == 0x8007;  // FACILITY_WIN32 [MS-ERREF §2.1.2]
  return name.empty() && wraps_win32 ? find(kWin32, code & 0xffff) : name;
}

}  // namespace

// A status of zero says that the error is in the stub [C706 §12.6.4.7]: no success.
std::string_view fault_name(std::uint32_t status) {
  if (status == 0) return {};
  if (const auto name = find(kFaults, status); !name.empty()) return name;
  if (const auto name = find(kWin32, status); !name.empty()) return name;
  if (const auto name = find(kNtStatus, status); !name.empty()) return name;
  return hresult_name(status);
}

std::string_view return_code_name(std::uint32_t code, database::Returns returns) {
  switch (returns) {
    case database::Returns::kNtStatus:
      return find(kNtStatus, code);
    case database::Returns::kWin32:
      return find(kWin32, code);
    case database::Returns::kHresult:
      return hresult_name(code);
    case database::Returns::kUnknown:
    case database::Returns::kNothing:
      break;
  }
  return {};
}

}  // namespace rpcsieve::alert
