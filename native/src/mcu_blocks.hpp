// The blocks of consecutive MCUs of a scan, as its coder walks over them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "coefficients.hpp"
#include "tables.hpp"

namespace streamresize {

// One block of the current MCU; `step` blocks further is the same of the next MCU.
struct McuBlock : CoefficientRow::Block {
  ScanComponent selector;
  std::ptrdiff_t step;
  std::ptrdiff_t value_step;

  void advance(std::ptrdiff_t mcus = 1) {
    last += mcus * step;
    values += mcus * value_step;
    if (nonzero != nullptr) nonzero += mcus * step;
  }
};

class McuBlocks {
 public:
  static constexpr std::size_t kMaxBlocks = kMaxComponents * 16;  // 4 x 4 of each component

  void add(const McuBlock& block) { blocks_[count_++] = block; }
  [[nodiscard]] McuBlock* begin() { return blocks_.data(); }
  [[nodiscard]] McuBlock* end() { return blocks_.data() + count_; }
  void advance(std::uint32_t mcus = 1) {
    for (McuBlock& block : *this) block.advance(mcus);
  }

 private:
  std::array<McuBlock, kMaxBlocks> blocks_;
  std::size_t count_ = 0;
};

// How far a coder came: `decoded` whole MCUs; the fault is in the next one.
struct McuProgress {
  std::uint32_t decoded = 0;
  const char* fault = nullptr;
};

inline constexpr const char* kEndsEarly = "the entropy-coded data ends early";

// Decodes `count` MCUs block by block: decode(block) returns the fault or nullptr, overrun()
// whether more was decoded than there is.
template <typename Decode, typename Overrun>
McuProgress decode_each_block(McuBlocks& mcu, std::uint32_t count, Decode decode, Overrun overrun) {
  McuProgress progress;
  for (; progress.decoded < count; ++progress.decoded) {
    for (const McuBlock& block : mcu) {
      progress.fault = decode(block);
      if (progress.fault != nullptr) break;
    }
    if (overrun()) progress.fault = kEndsEarly;
    if (progress.fault != nullptr) break;
    mcu.advance();
  }
  return progress;
}

}  // namespace streamresize
