// Bits of an entropy-coded segment (T.81 F.2.2.5), stuffed zeros removed.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace streamresize {

// A left-justified 64-bit reservoir. Behind the last byte, or in front of a marker, zero bits are
// supplied; overrun() tells whether any of them was taken.
class BitReader {
 public:
  static constexpr int kRefillBits = 56;  // available after refill(): 56 to 63

  // Continues in `bytes` with the bits already in the reservoir.
  void attach(std::span<const std::uint8_t> bytes) {
    position_ = bytes.data();
    end_ = bytes.data() + bytes.size();
    drop_padding();
  }

  [[nodiscard]] const std::uint8_t* position() const { return position_; }
  [[nodiscard]] const std::uint8_t* end() const { return end_; }
  void set_position(const std::uint8_t* position) { position_ = position; }

  // Whole bytes in the reservoir that came from the source.
  [[nodiscard]] std::size_t buffered_bytes() const {
    return count_ > padding_ ? static_cast<std::size_t>(count_ - padding_) / 8 : 0;
  }

  [[nodiscard]] bool overrun() const { return count_ < padding_; }

  void discard_bits() {
    bits_ = 0;
    count_ = 0;
    padding_ = 0;
  }

  // Makes at least 32 bits available: one Huffman code and its extra bits.
  void ensure_symbol() {
    if (count_ < 32) refill();
  }

  // The next n bits, 1 <= n <= 32.
  [[nodiscard]] std::uint32_t peek(int n) const {
    return static_cast<std::uint32_t>(bits_ >> (64 - n));
  }
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

  static constexpr std::int32_t extend(std::int32_t value, int size) {
    return value < (1 << (size - 1)) ? value - (1 << size) + 1 : value;
  }

 private:
  void refill() {
    if (end_ - position_ >= 8) {
      std::uint64_t word;
      std::memcpy(&word, position_, sizeof word);
      const std::uint64_t inverted = ~word;
      const bool has_ff = ((inverted - 0x0101010101010101U) & word & 0x8080808080808080U) != 0;
      if (!has_ff) {
        if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
        bits_ |= word >> count_;
        position_ += (63 - count_) >> 3;
        count_ |= kRefillBits;
        return;
      }
    }
    refill_bytewise();
  }

  void refill_bytewise() {
    while (count_ < kRefillBits) {
      if (position_ == end_ ||
          (*position_ == 0xFF && (end_ - position_ < 2 || position_[1] != 0))) {
        count_ += 8;
        padding_ += 8;
        continue;
      }
      const std::uint64_t byte = *position_;
      position_ += byte == 0xFF ? 2 : 1;
      const int shift = 56 - count_;
      bits_ = (bits_ & ~(std::uint64_t{0xFF} << shift)) | byte << shift;
      count_ += 8;
    }
  }

  // Zero bits supplied because the bytes had run out make way for the bytes that came since.
  void drop_padding() {
    if (padding_ == 0) return;
    count_ -= padding_;
    padding_ = 0;
    bits_ = count_ > 0 ? bits_ & ~std::uint64_t{0} << (64 - count_) : 0;
  }

  const std::uint8_t* position_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint64_t bits_ = 0;
  int count_ = 0;
  int padding_ = 0;
};

}  // namespace streamresize
