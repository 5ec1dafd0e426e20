#pragma once

#include <cstddef>

namespace rpcsieve::test {

// allocations counts the calls of operator new so far. A program that uses it gets an operator new
// that counts; take the difference around what is to be measured.
std::size_t allocations();

}  // namespace rpcsieve::test
