#pragma once

#include <string_view>

namespace rpcsieve::compiler {

// glob_fits says whether a whole text fits a pattern in which `*` stands for any characters and `?`
// for one. ASCII letters fit in either case. It takes time in proportion to both lengths' product.
bool glob_fits(std::string_view pattern, std::string_view text);

}  // namespace rpcsieve::compiler
