// The bytes of the source that have arrived and are not consumed yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace streamresize {

class Input {
 public:
  explicit Input(std::uint64_t offset = 0) : offset_(offset) {}

  void append(std::span<const std::uint8_t> bytes);
  void finish() { finished_ = true; }

  // True once no more bytes will come: what is missing then is missing from the file.
  [[nodiscard]] bool finished() const { return finished_; }

  // True while nothing can be taken, but more may come.
  [[nodiscard]] bool exhausted() const { return begin_ == buffer_.size() && !finished_; }

  // Valid until the next append().
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return std::span(buffer_).subspan(begin_);
  }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  void consume(std::size_t count) {
    begin_ += count;
    offset_ += count;
  }

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::uint64_t offset_;  // of bytes()[0] in the source
  bool finished_ = false;
};

}  // namespace streamresize
