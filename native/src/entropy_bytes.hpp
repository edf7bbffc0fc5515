// Entropy-coded data without its stuffed zeros (T.81 F.1.2.3), a window at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "input.hpp"

namespace streamresize {

class EntropyBytes {
 public:
  // Zero bytes behind the window, so that eight bytes can be loaded at its last one.
  static constexpr std::size_t kPadding = 8;

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
  // a 0xFF that is no data.
  void refill(Input& input, std::size_t taken);

  // Forgets the window: another restart interval follows.
  void discard();

  // Valid until the next call; kPadding zeros follow.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {windows_[current_].get() + begin_, size_};
  }

  // Nothing follows in this restart interval: a marker is next, or the source has ended.
  [[nodiscard]] bool ended() const { return end_ != End::open; }
  [[nodiscard]] bool at_marker() const { return end_ == End::marker; }

  // Where in the source a byte of the window is.
  [[nodiscard]] std::uint64_t source_offset(std::ptrdiff_t position) const;

 private:
  void make_room();

  enum class End : std::uint8_t { open, marker, source };

  using Window = std::unique_ptr<std::uint8_t[]>;  // takes memory when it is used

  const std::size_t capacity_;  // without the padding
  std::vector<Window> windows_;
  std::size_t current_ = 0;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  End end_ = End::open;
  std::uint64_t source_end_ = 0;  // the place in the source behind the window's last byte
};

}  // namespace streamresize
