// What the coders of Huffman-coded scans share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bit_reader.hpp"
#include "coefficients.hpp"
#include "huffman.hpp"

namespace streamresize {

inline constexpr const char* kBadCode = "invalid Huffman code";

class HuffmanCoder {
 public:
  // 64 codes of 16 bits with 16 extra bits each, every byte stuffed, and what the reader has ahead.
  static constexpr std::size_t kMaxBlockBytes = 64 * 4 * 2 + 8;

  void attach(std::span<const std::uint8_t> bytes) { reader_.attach(bytes); }
  [[nodiscard]] const std::uint8_t* position() const { return reader_.position(); }
  [[nodiscard]] const std::uint8_t* end() const { return reader_.end(); }
  void set_position(const std::uint8_t* position) { reader_.set_position(position); }
  [[nodiscard]] std::size_t buffered_bytes() const { return reader_.buffered_bytes(); }
  [[nodiscard]] bool overrun() const { return reader_.overrun(); }

 protected:
  // One DC difference (F.2.2.1). False where the code is invalid.
  bool receive_difference(const HuffmanTable& table, std::int32_t& difference) {
    reader_.ensure_symbol();
    const int size = table.decode(reader_);
    if (size < 0 || size > 16) return false;
    difference = size == 0 ? 0 : reader_.receive_extend(size);
    return true;
  }

  BitReader reader_;
};

}  // namespace streamresize
