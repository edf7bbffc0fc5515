#include "entropy_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "markers.hpp"

namespace streamresize {
namespace {

constexpr std::array<std::uint8_t, EntropyBytes::kPadding> kZeros{};
constexpr std::size_t kMarkerBytes = 2;

bool is_next(std::uint8_t marker, std::size_t number) {
  return marker == marker::kRst0 + (number & 7);
}

}  // namespace

// To the front of the next window, if less than a quarter of this one is free.
void EntropyBytes::make_room() {
  if (4 * (begin_ + size_) <= 3 * capacity_) return;
  const std::uint8_t* left = windows_[current_].get() + begin_;
  current_ = (current_ + 1) % windows_.size();
  std::memmove(windows_[current_].get(), left, size_);
  begin_ = 0;
}

void EntropyBytes::drop(std::size_t taken) {
  begin_ += taken;
  size_ -= taken;
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(passed_));
  for (std::size_t& end : ends_) end -= taken;
  passed_ = 0;
}

void EntropyBytes::refill(Input& input, std::size_t taken, RestartMarkers markers) {
  if (markers.count != 0) ends_.reserve(kMostIntervals);
  drop(taken);
  make_room();
  std::uint8_t* const window = windows_[current_].get();
  const std::span<const std::uint8_t> source = input.bytes();
  const std::uint8_t* at = source.data();
  const std::uint8_t* const source_end = at + source.size();
  std::uint8_t* out = window + begin_ + size_;
  std::uint8_t* const full = window + capacity_;
  while (end_ == End::open && at != source_end && out != full) {
    const auto room = static_cast<std::size_t>(std::min(full - out, source_end - at));
    const auto* prefix = static_cast<const std::uint8_t*>(std::memchr(at, 0xFF, room));
    const auto plain = prefix == nullptr ? room : static_cast<std::size_t>(prefix - at);
    std::memcpy(out, at, plain);
    out += plain;
    at += plain;
    if (prefix == nullptr) continue;
    if (source_end - at < 2) break;
    if (at[1] == 0) {
      *out++ = 0xFF;
      at += 2;
    } else if (ends_.size() < markers.count && is_next(at[1], markers.number + ends_.size())) {
      if (ends_.size() == kMostIntervals || full - out <= std::ssize(kZeros)) break;
      ends_.push_back(static_cast<std::size_t>(out - window) - begin_);
      out = std::ranges::copy(kZeros, out).out;
      at += 2;
    } else {
      end_ = End::marker;
    }
  }
  if (end_ == End::open && input.finished() && source_end - at < 2 && out != full) {
    end_ = End::source;
  }
  size_ = static_cast<std::size_t>(out - window) - begin_;
  std::ranges::copy(kZeros, out);
  input.consume(static_cast<std::size_t>(at - source.data()));
  source_end_ = input.offset();
}

void EntropyBytes::discard() {
  begin_ = 0;
  size_ = 0;
  ends_.clear();
  passed_ = 0;
  end_ = End::open;
}

// Every 0xFF of the window had a zero behind it.
std::uint64_t EntropyBytes::source_offset(std::ptrdiff_t position) const {
  const auto current = bytes();
  const std::span<const std::uint8_t> window(current.data(), size_);
  const auto behind = window.subspan(
      static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(position, 0, std::ssize(current))));
  const auto stuffed = static_cast<std::size_t>(std::ranges::count(behind, std::uint8_t{0xFF}));
  const std::size_t zeros = ends().size() * (kPadding - kMarkerBytes);
  return source_end_ - (behind.size() + stuffed - zeros);
}

}  // namespace streamresize
