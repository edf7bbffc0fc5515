// Which blocks the MCUs of a scan are (T.81 A.2).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "coefficients.hpp"
#include "mcu_blocks.hpp"
#include "scan_cursor.hpp"
#include "tables.hpp"

namespace streamresize {

// An interleaved scan has the frame's MCUs. In a scan of one component an MCU is one block, and
// the scan covers the component's own blocks, not the padding of the frame's MCUs (A.2.2).
class ScanLayout {
 public:
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
  // Of the scan's component number `i`.
  [[nodiscard]] std::size_t blocks_in_mcu(std::size_t i) const {
    return std::size_t{parts_[i].blocks_h} * parts_[i].blocks_v;
  }

  // MCUs of the run that lie in one line of the scan.
  [[nodiscard]] std::uint32_t mcus_in_line(const McuRun& run) const {
    return std::min(run.last, (line(run) + 1) * columns_) - run.next;
  }

  // The blocks of MCU run.next, in coding order.
  McuBlocks blocks(CoefficientRow& coefficients, const McuRun& run) const {
    McuBlocks result;
    const std::uint32_t top = line(run);
    const std::uint32_t column = run.next - top * columns_ - run.origin;
    for (std::size_t i = 0; i < part_count_; ++i) {
      const Part& part = parts_[i];
      const std::size_t component = part.selector.index;
      for (std::uint32_t y = 0; y < part.blocks_v; ++y) {
        for (std::uint32_t x = 0; x < part.blocks_h; ++x) {
          result.add(
              {coefficients.block(component, column * part.blocks_h + x, top * part.blocks_v + y),
               part.selector, part.blocks_h,
               static_cast<std::ptrdiff_t>(coefficients.block_size(component) * part.blocks_h)});
        }
      }
    }
    return result;
  }

 private:
  struct Part {
    ScanComponent selector;
    std::uint8_t blocks_h;
    std::uint8_t blocks_v;
  };

  // A scan of one component has as many lines of blocks in an MCU row as the component.
  [[nodiscard]] std::uint32_t line(const McuRun& run) const {
    return rows_per_frame_row_ == 1 ? 0 : run.next / columns_;
  }

  std::array<Part, kMaxComponents> parts_{};
  std::size_t part_count_;
  std::uint32_t blocks_per_mcu_ = 0;
  std::uint32_t columns_ = 0;
  std::uint32_t rows_ = 0;
  std::uint32_t rows_per_frame_row_ = 1;
};

}  // namespace streamresize
