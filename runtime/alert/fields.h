#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/alert/json.h"
#include "runtime/alert/record.h"

// What several records hold is written by one function each, so that a field looks the same
// wherever it stands.
namespace rpcsieve::alert {

void write_hex(JsonWriter& json, std::string_view key, std::optional<std::uint32_t> value);
void write_auth(JsonWriter& json, const dcerpc::Auth& auth);
void write_outcome(JsonWriter& json, const dcerpc::Outcome& outcome, database::Returns returns);
void write_user(JsonWriter& json, const auth::Identity& user);
void write_endpoints(JsonWriter& json, const Endpoint& client, const Endpoint& server);
std::string version_text(const dcerpc::InterfaceId& interface);
// write_operation writes what was called: null for all that is not known.
void write_operation(JsonWriter& json, const dcerpc::Call& call, const Names& names);
// write_common writes what every EVE event of a flow begins with.
void write_common(JsonWriter& json, Timestamp time, std::uint64_t flow_id, std::string_view file,
                  std::string_view event_type);
// app_proto and proto give EVE's words for a transport.
std::string_view app_proto(match::Transport transport);
std::string_view proto(match::Transport transport);
// write_outcome writes what became of the opening of a file.
void write_outcome(JsonWriter& json, const FileOpen& open);
// write_interface writes an interface that is known.
void write_interface(JsonWriter& json, const dcerpc::InterfaceId& interface, std::string_view name);

}  // namespace rpcsieve::alert
