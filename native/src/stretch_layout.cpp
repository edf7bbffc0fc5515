#include "stretch_layout.hpp"

#include <algorithm>

#include "entropy_bytes.hpp"

namespace streamresize {
namespace {

constexpr auto kPadding = static_cast<std::ptrdiff_t>(EntropyBytes::kPadding);

}  // namespace

StretchLayout::StretchLayout(Ends ends, std::ptrdiff_t limit, StretchBegin begin,
                             std::ptrdiff_t reach)
    : next_(begin), limit_(limit), reach_(reach) {
  const auto is_in_front = [](std::ptrdiff_t byte) {
    return [byte](std::size_t end) { return static_cast<std::ptrdiff_t>(end) < byte; };
  };
  const auto first = std::ranges::partition_point(ends, is_in_front(begin.bit / 8));
  ends_ = {first, std::ranges::partition_point(first, ends.end(), is_in_front(limit))};
}

// An interval of up to 5/4 of the reach is not divided; so the parts of another have 5/8 at least.
bool StretchLayout::place(Stretch& stretch) {
  const bool has_end = !ends_.empty();
  const std::ptrdiff_t end = has_end ? static_cast<std::ptrdiff_t>(ends_.front()) : limit_;
  const std::ptrdiff_t left = end - next_.bit / 8;
  stretch.begin = static_cast<std::uint64_t>(next_.bit);
  stretch.is_sure = next_.is_sure;
  stretch.ends.clear();
  if (has_end && 4 * left <= 5 * reach_) {
    place_intervals(stretch);
    return true;
  }
  if (left < reach_) return false;
  const std::ptrdiff_t parts = (left + reach_ - 1) / reach_;
  place_part(stretch, has_end ? left / parts : reach_);
  return true;
}

// The rest of the current interval, or the intervals that have room.
void StretchLayout::place_intervals(Stretch& stretch) {
  const auto begin = static_cast<std::size_t>(next_.bit / 8);
  const std::size_t most = begin + static_cast<std::size_t>(reach_);
  do {
    stretch.ends.push_back(8 * ends_.front());
    ends_ = ends_.subspan(1);
  } while (next_.is_interval && !ends_.empty() && ends_.front() <= most);
  stretch.goal = stretch.ends.back();
  next_ = {static_cast<std::ptrdiff_t>(stretch.goal) + 8 * kPadding, true, true};
}

void StretchLayout::place_part(Stretch& stretch, std::ptrdiff_t bytes) {
  next_ = {next_.bit + 8 * bytes, false, false};
  stretch.goal = static_cast<std::uint64_t>(next_.bit);
}

}  // namespace streamresize
