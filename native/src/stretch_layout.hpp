// Where stretches (lanes.hpp) come to lie in a window, one behind the other.
//
// A lane that begins with a restart interval begins where an MCU does, for sure, and needs no other
// to meet. So a stretch is as many intervals as have room in it; a longer interval is divided.
#pragma once

#include <cstddef>
#include <span>

#include "lanes.hpp"

namespace streamresize {

class StretchLayout {
 public:
  // From a bit on. `ends` are those of intervals, behind each of which is another; lanes must stop
  // at the byte `limit`. A stretch is given about `reach` bytes.
  StretchLayout(std::span<const std::size_t> ends, std::ptrdiff_t limit, std::ptrdiff_t bit,
                std::ptrdiff_t reach);

  // An interval begins there; behind others, that is known.
  void begin_interval() { begins_interval_ = true; }

  // Says where the next stretch is. False where too few bytes are left.
  bool place(Stretch& stretch);

  // Behind the last stretch.
  [[nodiscard]] std::ptrdiff_t bit() const { return bit_; }

 private:
  using Ends = std::span<const std::size_t>;

  void place_intervals(Stretch& stretch);

  std::ptrdiff_t limit_;
  std::ptrdiff_t bit_;
  std::ptrdiff_t reach_;
  Ends ends_;  // that lanes may come to, from the current interval on
  bool begins_interval_ = false;
};

}  // namespace streamresize
