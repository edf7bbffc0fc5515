// T.81 Figure A.6: natural (row by row) index of each zigzag position.
//
// Some encoders let a run of zeros reach beyond the block. As other decoders do, the coefficient
// behind it is taken for the last one: 16 more positions, the longest run, stand for that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace streamresize {

using ZigzagOrder = std::array<std::uint8_t, 64 + 16>;

inline constexpr ZigzagOrder kNaturalOrder = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33,
    40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36,
    29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

// A transform of the top left `size` x `size` coefficients reads the one at this natural index.
constexpr bool is_read_by(int size, int natural) {
  return natural / 8 < size && natural % 8 < size;
}

// What a transform of the top left N x N coefficients does not read goes to the end of the first
// row, so that blocks are dirty in N rows only.
template <int N>
constexpr ZigzagOrder make_order() {
  ZigzagOrder order = kNaturalOrder;
  for (std::uint8_t& place : order) {
    if (!is_read_by(N, place)) place = 7;
  }
  return order;
}

inline constexpr ZigzagOrder kOrderOf2 = make_order<2>();
inline constexpr ZigzagOrder kOrderOf4 = make_order<4>();

// Places of the coefficients in a block that an N-point transform will read.
constexpr const ZigzagOrder& order_of(int size) {
  return size == 8 ? kNaturalOrder : size == 4 ? kOrderOf4 : kOrderOf2;
}

// Bit k: an N-point transform reads the coefficient at zigzag index k.
constexpr std::uint64_t read_by(int size) {
  std::uint64_t mask = 0;
  for (std::size_t k = 0; k < 64; ++k) {
    mask |= std::uint64_t{is_read_by(size, kNaturalOrder[k])} << k;
  }
  return mask;
}

}  // namespace streamresize
