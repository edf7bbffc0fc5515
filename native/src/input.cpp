#include "input.hpp"

namespace streamresize {

void Input::append(std::span<const std::uint8_t> bytes) {
  // Moving the rest to the front only when it is the smaller part keeps one-byte pieces linear.
  if (begin_ >= buffer_.size() - begin_) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

}  // namespace streamresize
