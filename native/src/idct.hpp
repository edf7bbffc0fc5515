// Dequantisation and scaled inverse DCT of one block.
#pragma once

#include <cstddef>
#include <cstdint>

namespace streamresize {

// Turns `count` blocks that lie side by side into N rows of N x count samples, `stride` bytes
// apart, of one byte each or, with 12 bits of precision, two; and clears N rows of the blocks.
// `coefficients` and `quantization` are 8 x 8 in natural order, `last` is for each block the
// highest zigzag index that may be non-zero. N = 8 is the accurate integer transform (results equal
// to libjpeg's "islow"); N = 4, 2, 1 are the N-point transforms of the top-left N x N coefficients,
// scaled by N / 8. For N = 1 a block is its DC coefficient alone.
using BlockTransform = void (*)(std::int16_t* coefficients, std::uint8_t* last, std::size_t count,
                                const std::uint16_t* quantization, std::uint8_t* samples,
                                std::ptrdiff_t stride);

struct BlockTransforms {
  BlockTransform idct1;
  BlockTransform idct2;
  BlockTransform idct4;
  BlockTransform idct8;

  [[nodiscard]] BlockTransform for_size(std::uint32_t size) const {
    return size == 8 ? idct8 : size == 4 ? idct4 : size == 2 ? idct2 : idct1;
  }
};

struct TransformVariant {
  BlockTransforms bits8;
  BlockTransforms bits12;
};

extern const TransformVariant kPortableTransforms;
#ifdef STREAMRESIZE_X86_64_V3
extern const TransformVariant kAvx2Transforms;
#endif

// The best variant for this processor. `precision` is 8 or 12 bits a sample.
const BlockTransforms& block_transforms(int precision);

}  // namespace streamresize
