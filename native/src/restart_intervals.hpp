// The restart intervals of a window of entropy-coded data (T.81 E.1.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace streamresize {

struct RestartIntervals {
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

  std::span<const std::size_t> ends;  // bytes: of the current one, and so on, but of the last one
  std::size_t end = 0;                // of the window
  std::uint64_t left = kUnlimited;    // MCUs that the current one still has
  std::uint64_t mcus = kUnlimited;    // that each has

  [[nodiscard]] bool is_at_begin() const { return mcus != kUnlimited && left == mcus; }
  [[nodiscard]] std::size_t current_end() const { return ends.empty() ? end : ends.front(); }

  // To the beginning of a later one.
  void pass(std::size_t count) {
    ends = ends.subspan(count);
    left = mcus;
  }
};

}  // namespace streamresize
