#pragma once

#include <optional>
#include <string_view>

namespace rpcsieve::compiler {

// next_code_point takes the first code point off `text`, which must not be empty. Ill-formed bytes
// (overlong forms, surrogates, values above U+10FFFF [RFC 3629 §3]) are nullopt, and one byte is
// taken off.
std::optional<char32_t> next_code_point(std::string_view& text);

}  // namespace rpcsieve::compiler
