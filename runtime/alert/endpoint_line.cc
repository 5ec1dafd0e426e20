// What endpoint mappers say, as JSON lines.
#include <fmt/format.h>

#include "runtime/alert/eve.h"
#include "runtime/alert/json.h"

namespace rpcsieve::alert {
namespace {

void write_interface(JsonWriter& json, const dcerpc::InterfaceId& id,
                     const database::Database& database) {
  const auto* interface = database.find_interface(id.uuid, id.version_major);
  json.text("uuid", print(id.uuid));
  json.text("version", fmt::format("{}.{}", id.version_major, id.version_minor));
  json.text_or_null("interface", interface == nullptr ? "" : database.text(interface->name));
}

}  // namespace

std::string endpoint_line(const EndpointRecord& record, const database::Database& database,
                          std::string_view file) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.text("file", file);
  json.text("ts", print(record.time));
  json.text("server", print(record.server.address));
  json.text_or_null("address", record.address);
  if (record.port == 0) {
    json.null("port");
  } else {
    json.number("port", record.port);
  }
  json.text("protocol", name(record.transport));
  json.text_or_null("pipe", record.pipe);
  write_interface(json, record.interface, database);
  json.text_or_null("object", record.object.is_nil() ? "" : print(record.object));
  json.text_or_null("annotation", record.annotation);
  json.text("via", record.via);
  json.end_object();
  return line;
}

}  // namespace rpcsieve::alert
