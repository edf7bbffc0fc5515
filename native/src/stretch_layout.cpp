#include "stretch_layout.hpp"

#include <algorithm>

#include "entropy_bytes.hpp"

namespace streamresize {
namespace {

constexpr auto kPadding = static_cast<std::ptrdiff_t>(EntropyBytes::kPadding);

}  // namespace

StretchLayout::StretchLayout(std::span<const std::size_t> ends, std::ptrdiff_t limit,
                             std::ptrdiff_t bit, std::ptrdiff_t reach)
    : limit_(limit), bit_(bit), reach_(reach) {
  const auto is_in_front = [](std::ptrdiff_t byte) {
    return [byte](std::size_t end) { return static_cast<std::ptrdiff_t>(end) < byte; };
  };
  const auto first = std::ranges::partition_point(ends, is_in_front(bit / 8));
  begins_interval_ =
      first != ends.begin() && bit == 8 * (static_cast<std::ptrdiff_t>(first[-1]) + kPadding);
  ends_ = {first, std::ranges::partition_point(first, ends.end(), is_in_front(limit))};
}

bool StretchLayout::place(Stretch& stretch) {
  const bool has_end = !ends_.empty();
  const std::ptrdiff_t end = has_end ? static_cast<std::ptrdiff_t>(ends_.front()) : limit_;
  const std::ptrdiff_t left = end - bit_ / 8;
  stretch.begin = static_cast<std::uint64_t>(bit_);
  stretch.is_sure = begins_interval_;
  stretch.ends.clear();
  if (has_end && 4 * left <= 5 * reach_) {
    place_intervals(stretch);
    return true;
  }
  if (left < reach_) return false;
  const std::ptrdiff_t parts = (left + reach_ - 1) / reach_;
  bit_ += 8 * (has_end ? left / parts : reach_);
  stretch.goal = static_cast<std::uint64_t>(bit_);
  begins_interval_ = false;
  return true;
}

// The rest of the current interval, or the intervals that have room.
void StretchLayout::place_intervals(Stretch& stretch) {
  const auto begin = static_cast<std::size_t>(bit_ / 8);
  const std::size_t most = begin + static_cast<std::size_t>(reach_);
  do {
    stretch.ends.push_back(8 * ends_.front());
    ends_ = ends_.subspan(1);
  } while (begins_interval_ && !ends_.empty() && ends_.front() <= most);
  stretch.goal = stretch.ends.back();
  bit_ = static_cast<std::ptrdiff_t>(stretch.goal) + 8 * kPadding;
  begins_interval_ = true;
}

}  // namespace streamresize
