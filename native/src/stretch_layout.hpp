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
  // `ends` are those of intervals, behind each of which is another; lanes must stop at the byte
  // `limit`, in front of which the first one begins. A stretch is given about `reach` bytes.
  StretchLayout(std::span<const std::size_t> ends, std::ptrdiff_t limit, StretchBegin begin,
                std::ptrdiff_t reach);

  // The reach with which no part of an interval is shorter than so many bytes.
  static constexpr std::ptrdiff_t reach_for(std::ptrdiff_t bytes) { return (8 * bytes + 4) / 5; }

  // Says where the next stretch is. False where too few bytes are left.
  bool place(Stretch& stretch);

  [[nodiscard]] const StretchBegin& next() const { return next_; }

 private:
  using Ends = std::span<const std::size_t>;

  void place_intervals(Stretch& stretch);
  void place_part(Stretch& stretch, std::ptrdiff_t bytes);

  StretchBegin next_;
  Ends ends_;  // that lanes may come to, from the current interval on
  std::ptrdiff_t limit_;
  std::ptrdiff_t reach_;
};

}  // namespace streamresize
