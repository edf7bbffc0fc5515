// What coders have in common that decode an MCU when it is asked for, and not before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "restart_intervals.hpp"

namespace streamresize {

// See EntropyScan for what a coder offers.
class PromptCoder {
 public:
  [[nodiscard]] std::uint32_t ready() const { return 0; }
  [[nodiscard]] static constexpr bool is_ahead() { return false; }
  [[nodiscard]] static constexpr std::size_t windows() { return 1; }
  void settle() {}
  void begin_at(std::uint64_t) {}
  [[nodiscard]] static constexpr bool spans_intervals() { return false; }
  void begin_ready_interval() {}
  void continue_in(std::span<const std::uint8_t>, std::size_t) {}
  std::size_t decode_ahead(const RestartIntervals&) { return 0; }
};

}  // namespace streamresize
