#pragma once

#include <cstddef>
#include <cstdint>

// What a detection may ask for: the language refuses more, and so does whoever loads a database. A
// detection that is its own enemy is no danger to the sensor, but its state must be small.
namespace rpcsieve {

// The steps of a sequence.
inline constexpr std::uint8_t kMaxSteps = 16;
// The events that a threshold waits for.
inline constexpr std::uint32_t kMaxCount = 100'000;
// The window of a sequence or threshold: no sensor should have to remember more than a week.
inline constexpr std::int64_t kMaxWindowUs = 168LL * 3600 * 1'000'000;
// The name of a file or share, a glob that meets every name that is opened; in UTF-8.
inline constexpr std::size_t kMaxGlobCharacters = 200;
inline constexpr std::uint32_t kMaxGlobBytes = 4 * kMaxGlobCharacters;

}  // namespace rpcsieve
