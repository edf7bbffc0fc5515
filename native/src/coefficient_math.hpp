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

// A coefficient that has just become non-zero.
constexpr std::int16_t unit(bool negative, int low_bit) {
  return static_cast<std::int16_t>(negative ? -(1 << low_bit) : 1 << low_bit);
}

// A coefficient one step further from zero if `bit` is 1, unless an earlier scan has done that.
constexpr std::int16_t corrected(std::int16_t value, std::uint32_t bit, int low_bit) {
  const std::uint32_t missing = bit & ~static_cast<std::uint32_t>(value) >> low_bit & 1U;
  const auto step = static_cast<int>(missing << low_bit);
  return static_cast<std::int16_t>(value < 0 ? value - step : value + step);
}

}  // namespace streamresize
