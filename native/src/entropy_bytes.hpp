// Entropy-coded data without its stuffed zeros (T.81 F.1.2.3), a window at a time.
//
// A window may go on behind restart markers that are where they should be: zeros stand in for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "input.hpp"

namespace streamresize {

// The restart markers that may follow: `count` of them, the first of which is RSTn with that n.
struct RestartMarkers {
  std::uint64_t count = 0;
  std::uint8_t number = 0;
};

class EntropyBytes {
 public:
  // Zero bytes behind each restart interval, so that eight bytes can be loaded at its last one.
  static constexpr std::size_t kPadding = 8;
  // Intervals in a window, besides the last one.
  static constexpr std::size_t kMostIntervals = 1024;

  // A window of `size` bytes. With two of them, the bytes that were there before refill() stay
  // there until it is called again.
  explicit EntropyBytes(std::size_t size, std::size_t windows = 1)
      : capacity_(size), windows_(windows) {
    for (Window& window : windows_) {
      window = std::make_unique_for_overwrite<std::uint8_t[]>(size + kPadding);
    }
    std::fill_n(windows_[0].get(), kPadding, std::uint8_t{0});
  }

  // Drops the first `taken` bytes and takes more from the input: until the window is full, or up to
  // a 0xFF that is no data, nor the next of these markers.
  void refill(Input& input, std::size_t taken, RestartMarkers markers = {});

  // Forgets the window: another restart interval follows.
  void discard();

  // The bytes of the current restart interval, and of those before it that were not dropped. Valid
  // until the next call; kPadding zeros follow.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {windows_[current_].get() + begin_, has_next() ? ends().front() : size_};
  }
  // With the intervals behind it.
  [[nodiscard]] std::size_t size() const { return size_; }

  // Where the intervals end, from the current one on, behind each of which is another.
  [[nodiscard]] std::span<const std::size_t> ends() const {
    return std::span(ends_).subspan(passed_);
  }
  [[nodiscard]] bool has_next() const { return passed_ != ends_.size(); }
  // A later one is the current one now.
  void pass_intervals(std::size_t count) { passed_ += count; }

  // Nothing follows in this restart interval: a marker is next, or the source has ended.
  [[nodiscard]] bool ended() const { return has_next() || is_complete(); }
  [[nodiscard]] bool at_marker() const { return has_next() || end_ == End::marker; }
  // Nothing can be added to the window.
  [[nodiscard]] bool is_complete() const { return end_ != End::open; }
  // It is worth while to ask for more.
  [[nodiscard]] bool wants_more() const {
    return !is_complete() && 2 * ends().size() <= kMostIntervals;
  }

  // Where in the source a byte of the current interval is.
  [[nodiscard]] std::uint64_t source_offset(std::ptrdiff_t position) const;

 private:
  void drop(std::size_t taken);
  void make_room();

  enum class End : std::uint8_t { open, marker, source };

  using Window = std::unique_ptr<std::uint8_t[]>;  // takes memory when it is used

  const std::size_t capacity_;  // without the padding
  std::vector<Window> windows_;
  std::size_t current_ = 0;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<std::size_t> ends_;  // of intervals, from `begin_` on
  std::size_t passed_ = 0;         // of those, in front of the current one
  End end_ = End::open;
  std::uint64_t source_end_ = 0;  // the place in the source behind the window's last byte
};

}  // namespace streamresize
