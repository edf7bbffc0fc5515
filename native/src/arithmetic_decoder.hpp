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

  void attach(std::span<const std::uint8_t> bytes) {
    position_ = bytes.data();
    end_ = bytes.data() + bytes.size();
  }
  [[nodiscard]] const std::uint8_t* position() const { return position_; }
  [[nodiscard]] const std::uint8_t* end() const { return end_; }
  void set_position(const std::uint8_t* position) { position_ = position; }

  // More zero bytes were supplied behind the end of the file than an encoder leaves off. In front
  // of a marker any number is right (D.1.8).
  [[nodiscard]] bool overrun() const { return supplied_ > kMaxSupplied; }

  // INITDEC (D.2.1); the bytes are taken with the first decision.
  void restart() {
    code_ = 0;
    interval_ = 0;
    shift_ = -16;
    supplied_ = 0;
  }

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

  const std::uint8_t* position_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint32_t code_ = 0;      // C
  std::uint32_t interval_ = 0;  // A
  int shift_ = -16;             // bits of C below the 16 that A is compared with
  int supplied_ = 0;
};

}  // namespace streamresize
