// T.81 Figure A.6: natural (row by row) index of each zigzag position.
//
// Some encoders let a run of zeros reach beyond the block. As other decoders do, the coefficient
// behind it is taken for the last one: 16 more positions, the longest run, stand for that.
#pragma once

#include <array>
#include <cstdint>

namespace streamresize {

inline constexpr std::array<std::uint8_t, 64 + 16> kNaturalOrder = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33,
    40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36,
    29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

}  // namespace streamresize
