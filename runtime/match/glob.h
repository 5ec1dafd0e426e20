#pragma once

#include <string_view>

namespace rpcsieve::match {

// fits_glob says whether a name fits a glob in lower case: `*` stands for any run of characters,
// `?` for one, every other character for itself; ASCII letters of the name count in either case.
// Both are UTF-8. Its time is at most the product of the two lengths.
bool fits_glob(std::string_view glob, std::string_view name);

}  // namespace rpcsieve::match
