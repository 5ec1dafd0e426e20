#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/database/database.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::cli {

// These say in a rule author's words what a condition of a compiled detection asks for.

// interface_words names an interface: "lsarpc", or its UUID.
std::string interface_words(const database::Database& database, const Uuid& uuid);

// operation_words names an operation of it: "LsarRetrievePrivateData (43)", or "43".
std::string operation_words(const database::Database& database, const Uuid& uuid,
                            std::uint16_t opnum);

// operations_words lists runs of operations: "LsarOpenSecret (28), 40-44".
std::string operations_words(const database::Database& database, const Uuid& uuid,
                             std::span<const database::WatchRow> runs);

// pattern_words gives a pattern as it stands in a spec: {utf16: "G$BCKUPKEY_", nocase: true}. A
// text that was given as hex digits may come back as text, and the other way round.
std::string pattern_words(std::string_view expression, std::uint32_t flags);

// clause_words says what must hold of a stub: {text: "a"}, no {text: "b"}, or one of several.
std::string clause_words(const database::Database& database, const database::ClauseRow& clause);

// file_words names the files of a condition: "ntds.dit on admin$".
std::string file_words(const database::Database& database, const database::FileRow& row);
// outcome_words lists outcomes by name: "denied or fault".
std::string outcome_words(std::uint8_t outcomes);
// window_words gives a length of time: "60 s".
std::string window_words(std::int64_t us);

// auth_words gives what a condition asks of authentication, or what a call has of it: "connect or
// call, ntlm"; "privacy, kerberos".
std::string auth_words(const database::Database& database, const database::ConditionRow& row);
std::string auth_words(const dcerpc::Auth& auth);

}  // namespace rpcsieve::cli
