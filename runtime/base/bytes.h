#pragma once

#include <cstdint>
#include <span>

namespace rpcsieve {

// Bytes is a view of bytes that somebody else owns. How long it lives is said where it is handed
// out; no stage keeps one beyond that.
using Bytes = std::span<const std::uint8_t>;

}  // namespace rpcsieve
