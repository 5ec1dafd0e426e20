#pragma once

#include <string_view>

namespace rpcsieve::page {

// kTemplate is template/page.html with the style and the scripts in it; %DATA% is where the data
// go.
extern const std::string_view kTemplate;

}  // namespace rpcsieve::page
