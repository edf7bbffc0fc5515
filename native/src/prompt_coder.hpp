// What coders have in common that decode an MCU when it is asked for, and not before.
#pragma once

#include <cstddef>
#include <cstdint>

namespace streamresize {

// See EntropyScan for what a coder offers.
class PromptCoder {
 public:
  [[nodiscard]] std::uint32_t ready() const { return 0; }
  [[nodiscard]] static constexpr bool is_ahead() { return false; }
  [[nodiscard]] static constexpr std::size_t windows() { return 1; }
  void settle() {}
  void begin_at(std::uint64_t) {}
  void decode_ahead() {}
};

}  // namespace streamresize
