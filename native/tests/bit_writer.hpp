// Huffman codes and extra bits, written; zeros are stuffed.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "huffman.hpp"

struct Code {
  std::uint32_t bits = 0;
  int length = 0;
};

// T.81 C.2
inline std::array<Code, 256> codes_of(const streamresize::HuffmanSpec& spec) {
  std::array<Code, 256> codes{};
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length - 1)]; ++i) {
      codes[spec.symbols[index++]] = {code++, length};
    }
  }
  return codes;
}

class BitWriter {
 public:
  explicit BitWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  void put(std::uint32_t bits, int length) {
    for (int i = length - 1; i >= 0; --i) {
      byte_ = static_cast<std::uint8_t>(std::uint32_t{byte_} << 1 | (bits >> i & 1));
      if (++count_ == 8) flush_byte();
    }
  }
  void put(const Code& code) { put(code.bits, code.length); }
  void align() {
    while (count_ != 0) put(1, 1);
  }

 private:
  void flush_byte() {
    bytes_.push_back(byte_);
    if (byte_ == 0xFF) bytes_.push_back(0);
    count_ = 0;
    byte_ = 0;
  }

  std::vector<std::uint8_t>& bytes_;
  std::uint8_t byte_ = 0;
  int count_ = 0;
};

inline int size_of(int value) {
  int size = 0;
  for (int rest = std::abs(value); rest != 0; rest >>= 1) ++size;
  return size;
}

inline void put_value(BitWriter& writer, int value, int size) {
  writer.put(static_cast<std::uint32_t>(value < 0 ? value + (1 << size) - 1 : value), size);
}
