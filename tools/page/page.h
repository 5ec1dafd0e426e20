#pragma once

#include <string>

#include "tools/page/scan.h"

namespace rpcsieve::page {

// print_page gives a scan as one HTML file that needs nothing else, not even a network. What the
// events say is in it as data only, which the page's script shows as text.
std::string print_page(const Scan& scan);

// print_data gives that data: JSON in ASCII without '<', '>' and '&', so that nothing in it can end
// the element it stands in, or begin another.
std::string print_data(const Scan& scan);

}  // namespace rpcsieve::page
