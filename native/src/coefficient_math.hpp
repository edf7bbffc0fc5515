// Arithmetic on coefficients, shared by both entropy codings.
#pragma once

#include <cstdint>

namespace streamresize {

// Predictions are kept modulo 2^16, as coefficients are.
constexpr std::int16_t wrapped_sum(std::int16_t a, std::int32_t b) {
  return static_cast<std::int16_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

// The point transform undone: value * 2^low_bit (A.4).
constexpr std::int16_t shifted(std::int16_t value, int low_bit) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(value) << low_bit);
}

constexpr std::int16_t with_bit(std::int16_t value, int bit) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(value) | 1U << bit);
}

// -value where `negative`; signs cannot be foretold, thus without a branch.
constexpr int negated_if(bool negative, int value) {
  const int mask = -static_cast<int>(negative);
  return (value ^ mask) - mask;
}

// A coefficient that has just become non-zero.
constexpr std::int16_t unit(bool negative, int low_bit) {
  return static_cast<std::int16_t>(negated_if(negative, 1 << low_bit));
}

// A coefficient one step further from zero, unless an earlier scan has done that; from zero itself
// downwards where `negative`.
constexpr std::int16_t refined(std::int16_t value, bool negative, int low_bit) {
  const std::uint32_t missing = ~static_cast<std::uint32_t>(value) >> low_bit & 1U;
  const auto step = static_cast<int>(missing << low_bit);
  return static_cast<std::int16_t>(value + negated_if((value < 0) | negative, step));
}

}  // namespace streamresize
