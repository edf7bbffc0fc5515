// Quantised coefficients of a run of MCUs within one MCU row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "streamresize/frame.hpp"

namespace streamresize {

// The highest zigzag index that each component needs: 0 is the DC coefficient alone.
using KeptCoefficients = std::array<std::uint8_t, kMaxComponents>;

// The zigzag index of the last coefficient that an N-point transform reads.
constexpr std::uint8_t last_kept_index(std::uint32_t size) {
  return size == 8 ? 63 : size == 4 ? 24 : size == 2 ? 4 : 0;
}

// N of the transform that reads the coefficients up to zigzag index `kept`.
constexpr int transform_size(int kept) {
  return kept == 0 ? 1 : kept <= 4 ? 2 : kept <= 24 ? 4 : 8;
}

// Blocks are 8 x 8 in natural order and all zero until a cursor writes them, but for arithmetic
// coding only in the first N rows if an N-point transform is to read them; of a component that
// needs its DC coefficients alone, a block is that one value. With a component of 2 x 2 blocks an
// MCU, MCU m holds its blocks (2m, 0), (2m + 1, 0), (2m, 1), (2m + 1, 1).
class CoefficientRow {
 public:
  struct Block {
    std::int16_t* values;
    std::uint8_t* last;      // highest zigzag index that may be non-zero
    std::uint64_t* nonzero;  // bit k: zigzag index k is not zero; null unless several scans add up
  };

  void allocate(const Frame& frame, std::uint32_t mcus, const KeptCoefficients& kept) {
    for (std::size_t i = 0; i < frame.component_count; ++i) {
      const Component& component = frame.components[i];
      Plane& plane = planes_[i];
      plane.block_size = kept[i] == 0 ? 1 : 64;
      plane.columns = mcus * component.blocks_h;
      const std::size_t blocks = std::size_t{plane.columns} * component.blocks_v;
      plane.values.assign(blocks * plane.block_size, 0);
      plane.last.assign(blocks, 0);
      if (frame.progressive() && kept[i] != 0) plane.nonzero.assign(blocks, 0);
    }
  }

  // `x` and `y` in blocks of the component, from the first MCU of the run.
  Block block(std::size_t component, std::uint32_t x, std::uint32_t y) {
    Plane& plane = planes_[component];
    const std::size_t index = std::size_t{y} * plane.columns + x;
    return {plane.values.data() + plane.block_size * index, plane.last.data() + index,
            plane.nonzero.empty() ? nullptr : plane.nonzero.data() + index};
  }

  // Values that a block has: 64, or 1 for the DC coefficient alone.
  [[nodiscard]] std::size_t block_size(std::size_t component) const {
    return planes_[component].block_size;
  }

  // `count` blocks of a row of blocks, from x on.
  void clear(std::size_t component, std::uint32_t x, std::uint32_t y, std::size_t count) {
    const Block first = block(component, x, y);
    if (block_size(component) == 1) {
      std::fill_n(first.values, count, std::int16_t{0});
    } else {
      for (std::size_t i = 0; i < count; ++i)
        clear({first.values + 64 * i, first.last + i, nullptr});
    }
    clear_nonzero(first, count);
  }

  // The values alone of `count` blocks side by side, all of them: refinement of arithmetic-coded
  // coefficients writes, and asks for, those that no transform reads.
  void clear_values(std::size_t component, const Block& first, std::size_t count) {
    std::fill_n(first.values, block_size(component) * count, std::int16_t{0});
  }

  // The masks alone of `count` blocks side by side.
  static void clear_nonzero(const Block& first, std::size_t count) {
    if (first.nonzero != nullptr) std::fill_n(first.nonzero, count, std::uint64_t{0});
  }

  static void clear(const Block& block) {
    if (*block.last == 0) {
      block.values[0] = 0;
      return;
    }
    std::fill_n(block.values, 64, std::int16_t{0});
    *block.last = 0;
  }

 private:
  struct Plane {
    std::uint32_t columns = 0;
    std::size_t block_size = 64;
    std::vector<std::int16_t> values;
    std::vector<std::uint8_t> last;
    std::vector<std::uint64_t> nonzero;
  };
  std::array<Plane, kMaxComponents> planes_;
};

}  // namespace streamresize
