// Repeatable random numbers.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

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

// Replaces up to `most` bytes from `begin` on, but for the last two; none becomes 0xFF.
inline void damage(std::vector<std::uint8_t>& bytes, Random& random, int begin, int most) {
  for (int i = random.between(1, most); i > 0; --i) {
    const int place = random.between(begin, static_cast<int>(bytes.size()) - 3);
    bytes[static_cast<std::size_t>(place)] = static_cast<std::uint8_t>(random.between(0, 254));
  }
}
