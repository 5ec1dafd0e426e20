#pragma once

#include <optional>
#include <string>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// expression gives a pattern in Hyperscan's syntax: a literal as \xHH for every byte, a regex with
// its ^ and $ made the ends of the stub, \A and \z. (Hyperscan's own $ also matches before a line
// feed that ends the data.)
std::string expression(const Pattern& pattern);

// find_unsupported says what of a regex this project does not take although Hyperscan might, or
// nothing (""): control verbs such as (*UTF8), because stubs are bytes and bytes that are not UTF-8
// would be undefined behaviour; free spacing (?x), because its comments may hold ^ and $; NUL,
// because it ends a C string.
std::string find_unsupported(std::string_view regex);

// quote gives a pattern as messages show it: what is not printable as \xHH, long ones cut.
std::string quote(const Pattern& pattern);

}  // namespace rpcsieve::compiler
