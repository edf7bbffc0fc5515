// Bits of entropy-coded data, the first bit of a byte being its highest (T.81 F.2.2.5).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace streamresize {

// A left-justified 64-bit reservoir. Behind the last byte zero bits are supplied; overrun() tells
// whether any of them was taken.
class BitReader {
 public:
  static constexpr int kRefillBits = 56;  // available after refill(): 56 to 63

  // Continues in `bytes`, behind which eight zero bytes lie, and which lack the first `dropped` of
  // those that the reader had.
  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    data_ = bytes.data();
    end_ = std::ssize(bytes);
    position_ -= dropped;
  }

  // Starts again at a byte of `bytes`, behind which eight zero bytes lie.
  void attach_at(std::span<const std::uint8_t> bytes, std::ptrdiff_t position) {
    discard_bits();
    attach(bytes, 0);
    position_ = position;
  }

  // Bytes of which every bit has been used, and those that are not even in the reservoir.
  [[nodiscard]] std::ptrdiff_t used() const { return position_ - (count_ + 7) / 8; }
  [[nodiscard]] std::ptrdiff_t left() const { return end_ - position_; }

  // The next bit's place in the bytes, and the same turned round.
  [[nodiscard]] std::ptrdiff_t bit() const { return 8 * position_ - count_; }
  void seek(std::ptrdiff_t bit) {
    position_ = bit / 8;
    bits_ = 0;
    count_ = 0;
    refill();
    skip(static_cast<int>(bit % 8));
  }
  [[nodiscard]] const std::uint8_t* data() const { return data_; }

  [[nodiscard]] bool overrun() const { return 8 * (position_ - end_) > count_; }

  // Starts again in front of the bytes that are attached next.
  void discard_bits() { *this = {}; }

  void refill() {
    std::uint64_t word;
    std::memcpy(&word, data_ + (position_ < end_ ? position_ : end_), sizeof word);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    bits_ |= word >> count_;
    position_ += (63 - count_) >> 3;
    count_ |= kRefillBits;
  }

  // Makes at least 32 bits available: one Huffman code and its extra bits.
  void ensure_symbol() {
    if (count_ < 32) refill();
  }

  // The next n bits, 1 <= n <= 32.
  [[nodiscard]] std::uint32_t peek(int n) const {
    return static_cast<std::uint32_t>(bits_ >> (64 - n));
  }
  // The next n bits, 0 <= n <= 63.
  [[nodiscard]] std::uint64_t peek_long(int n) const { return bits_ >> 1 >> (63 - n); }
  // All that are available, from the highest one on.
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] int available() const { return count_; }
  void skip(int n) {
    bits_ <<= n;
    count_ -= n;
  }

  // RECEIVE and EXTEND of T.81 F.2.2.1 for 1 <= size <= 16.
  std::int32_t receive_extend(int size) {
    const auto value = static_cast<std::int32_t>(peek(size));
    skip(size);
    return extend(value, size);
  }

  // The value behind a code of so many bits at the beginning of `bits`; 0 where the size is.
  static constexpr std::int32_t receive_extend(std::uint64_t bits, int code_length, int size) {
    if (size == 0) return 0;
    return extend(static_cast<std::int32_t>(bits << code_length >> (64 - size)), size);
  }

  static constexpr std::int32_t extend(std::int32_t value, int size) {
    return value < (1 << (size - 1)) ? value - (1 << size) + 1 : value;
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::ptrdiff_t end_ = 0;
  std::ptrdiff_t position_ = 0;
  std::uint64_t bits_ = 0;
  int count_ = 0;
};

}  // namespace streamresize
