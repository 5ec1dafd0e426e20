#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/auth/identity.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/timestamp.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::alert {

// FileOpen is a file that a client asked an SMB server to open or create. Pipes are no files.
struct FileOpen {
  Timestamp time;  // of the request
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  bool smb1 = false;
  std::uint64_t session = 0;
  std::uint32_t tree = 0;
  std::optional<std::string> share;  // "\\server\share" as the client named it; none: not captured
  std::optional<std::string> path;   // in the share, as the client named it; none: cut off
  std::uint32_t access_mask = 0;     // DesiredAccess [MS-SMB2 §2.2.13.1]
  std::uint32_t disposition = 0;     // CreateDisposition [MS-SMB2 §2.2.13]
  bool directory = false;            // only a directory would do
  dcerpc::Result result = dcerpc::Result::kUnanswered;  // kSuccess, kDenied, kFailed, or this
  std::optional<std::uint32_t> status;                  // of the answer
  bool dos_status = false;              // it is an error class and a code [MS-CIFS §2.2.2.4]
  std::optional<std::uint32_t> action;  // CreateAction [MS-SMB2 §2.2.14], if it was opened
  auth::Identity user;                  // of the session, as far as was known when it was answered
};

// access_bits says what an access mask asks of a file's contents: bits of database::kRead and
// kWrite. MAXIMUM_ALLOWED asks for both.
std::uint8_t access_bits(std::uint32_t access_mask);

// access_name gives them their name: "read", "write", "read_write", or "other" for none.
std::string_view access_name(std::uint32_t access_mask);
// disposition_name and action_name give the words of [MS-SMB2 §2.2.13, §2.2.14] in lower case, such
// as "open_if" and "created"; empty for numbers that mean nothing.
std::string_view disposition_name(std::uint32_t disposition);
std::string_view action_name(std::uint32_t action);
// share_name gives the last component of a share's path.
std::string_view share_name(std::string_view path);
// status_text writes a status as its specification does: "0xc0000022", or "1/5" for an error class
// and a code.
std::string status_text(std::uint32_t status, bool dos_status);

}  // namespace rpcsieve::alert
