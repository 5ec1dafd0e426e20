#pragma once

#include <string_view>

#include "runtime/base/uuid.h"

namespace rpcsieve::compiler {

// name_uuid gives the UUID of a name within a name space: the same for the same two, version 5
// [RFC 9562 §5.5].
Uuid name_uuid(const Uuid& space, std::string_view name);

}  // namespace rpcsieve::compiler
