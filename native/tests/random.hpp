// Repeatable random numbers.
#pragma once

#include <cstdint>
#include <random>

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  // lowest <= result <= highest
  int between(int lowest, int highest) {
    return std::uniform_int_distribution(lowest, highest)(engine_);
  }

 private:
  std::mt19937 engine_;
};
