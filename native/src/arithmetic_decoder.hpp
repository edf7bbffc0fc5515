// Binary arithmetic decoder (T.81 Annex D).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace streamresize {

class ArithmeticDecoder {
 public:
  // Probability state: index into Table D.3, and the more probable symbol in bit 7.
  using Statistic = std::uint8_t;

  // Continues in `bytes`, which lack the first `dropped` of those that the decoder had.
  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    bytes_ = bytes;
    position_ -= dropped;
  }
  [[nodiscard]] std::ptrdiff_t used() const { return position_; }
  [[nodiscard]] std::ptrdiff_t left() const { return std::ssize(bytes_) - position_; }

  // More zero bytes were supplied than an encoder leaves off at the end of a file.
  [[nodiscard]] bool overrun() const { return supplied_ > kMaxSupplied; }

  // INITDEC (D.2.1), in front of the bytes that are attached next; they are taken with the first
  // decision.
  void restart() { *this = {}; }

  // DECODE (D.2.2): the next binary decision, by a statistic that learns from it.
  bool decode(Statistic& statistic);

  // A decision with probability 0.5.
  bool decode_equiprobable() {
    Statistic statistic = kEquiprobable;
    return decode(statistic);
  }

 private:
  static constexpr Statistic kEquiprobable = 113;  // behind Table D.3: never adapts
  static constexpr int kMaxSupplied = 16;

  std::uint32_t next_byte();
  void renormalize();

  std::span<const std::uint8_t> bytes_;
  std::ptrdiff_t position_ = 0;
  std::uint32_t code_ = 0;      // C
  std::uint32_t interval_ = 0;  // A
  int shift_ = -16;             // bits of C below the 16 that A is compared with
  int supplied_ = 0;
};

}  // namespace streamresize
