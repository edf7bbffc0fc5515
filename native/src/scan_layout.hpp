// Which blocks the MCUs of a scan are (T.81 A.2).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "coefficients.hpp"
#include "scan_cursor.hpp"
#include "tables.hpp"

namespace streamresize {

// An interleaved scan has the frame's MCUs. In a scan of one component an MCU is one block, and
// the scan covers the component's own blocks, not the padding of the frame's MCUs (A.2.2).
class ScanLayout {
 public:
  struct Part {
    ScanComponent selector;
    std::uint8_t blocks_h;
    std::uint8_t blocks_v;
  };

  ScanLayout(const Frame& frame, const ScanHeader& header) : part_count_(header.component_count) {
    const bool interleaved = part_count_ > 1;
    for (std::size_t i = 0; i < part_count_; ++i) {
      const ScanComponent selector = header.components[i];
      const Component& component = frame.components[selector.index];
      parts_[i] = {selector, interleaved ? component.blocks_h : std::uint8_t{1},
                   interleaved ? component.blocks_v : std::uint8_t{1}};
      blocks_per_mcu_ += std::uint32_t{parts_[i].blocks_h} * parts_[i].blocks_v;
    }
    const Component& first = frame.components[header.components[0].index];
    columns_ = interleaved ? frame.mcu_columns : ceil_div(first.width, kBlockSize);
    rows_ = interleaved ? frame.mcu_rows : ceil_div(first.height, kBlockSize);
    rows_per_frame_row_ = interleaved ? 1 : first.blocks_v;
  }

  [[nodiscard]] std::uint32_t mcus_in_row(std::uint32_t frame_row) const {
    const std::uint32_t first = frame_row * rows_per_frame_row_;
    if (first >= rows_) return 0;
    return std::min(rows_per_frame_row_, rows_ - first) * columns_;
  }

  [[nodiscard]] std::uint64_t mcus() const { return std::uint64_t{columns_} * rows_; }
  [[nodiscard]] std::uint32_t blocks_per_mcu() const { return blocks_per_mcu_; }
  [[nodiscard]] std::size_t part_count() const { return part_count_; }
  [[nodiscard]] const Part& part(std::size_t index) const { return parts_[index]; }

  // Calls visit(part, block) for the blocks of one MCU in coding order; stops where it returns a
  // fault, which is handed on.
  template <typename Visit>
  const char* for_each_block(CoefficientRow& coefficients, const McuRun& run, Visit visit) const {
    const std::uint32_t top = rows_per_frame_row_ == 1 ? 0 : run.next / columns_;
    const std::uint32_t column = run.next - top * columns_ - run.origin;
    for (std::size_t i = 0; i < part_count_; ++i) {
      const Part& part = parts_[i];
      for (std::uint32_t y = 0; y < part.blocks_v; ++y) {
        for (std::uint32_t x = 0; x < part.blocks_h; ++x) {
          const auto block = coefficients.block(part.selector.index, column * part.blocks_h + x,
                                                top * part.blocks_v + y);
          if (const char* fault = visit(part, block)) return fault;
        }
      }
    }
    return nullptr;
  }

 private:
  std::array<Part, kMaxComponents> parts_{};
  std::size_t part_count_;
  std::uint32_t blocks_per_mcu_ = 0;
  std::uint32_t columns_ = 0;
  std::uint32_t rows_ = 0;
  std::uint32_t rows_per_frame_row_ = 1;
};

}  // namespace streamresize
