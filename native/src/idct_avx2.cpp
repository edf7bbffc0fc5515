#include <immintrin.h>

#include "idct_vector.hpp"

namespace streamresize {
namespace {

// Two coefficients that are multiplied and added in one step: their multipliers, 13 fraction bits.
inline __m256i multipliers(int first, int second) {
  return _mm256_set1_epi32(static_cast<int>(static_cast<std::uint32_t>(second) << 16 |
                                            (static_cast<std::uint32_t>(first) & 0xFFFF)));
}

// The inputs of eight 8-point transforms, in pairs of 16-bit values.
struct Inputs {
  __m256i even04;
  __m256i even26;
  __m256i odd13;
  __m256i odd57;
};

inline __m256i shifted(__m256i sum, __m256i rounding, int shift) {
  return _mm256_srai_epi32(_mm256_add_epi32(sum, rounding), shift);
}

// The transform of idct_vector.hpp with the products of each input collected, which changes no bit:
// nothing is rounded before the end.
inline void inverse_dct(const Inputs& in, int shift, __m256i (&out)[8]) {
  const auto even = [&](int i0, int i4, int i2, int i6) {
    return _mm256_add_epi32(_mm256_madd_epi16(in.even04, multipliers(i0, i4)),
                            _mm256_madd_epi16(in.even26, multipliers(i2, i6)));
  };
  const auto odd = [&](int i1, int i3, int i5, int i7) {
    return _mm256_add_epi32(_mm256_madd_epi16(in.odd13, multipliers(i1, i3)),
                            _mm256_madd_epi16(in.odd57, multipliers(i5, i7)));
  };
  const __m256i evens[4] = {even(8192, 8192, 10703, 4433), even(8192, -8192, 4433, -10704),
                            even(8192, -8192, -4433, 10704), even(8192, 8192, -10703, -4433)};
  const __m256i odds[4] = {odd(11363, 9633, 6437, 2260), odd(9633, -2259, -11362, -6436),
                           odd(6437, -11362, 2261, 9633), odd(2260, -6436, 9633, -11363)};
  const __m256i rounding = _mm256_set1_epi32(1 << (shift - 1));
  for (int i = 0; i < 4; ++i) {
    out[i] = shifted(_mm256_add_epi32(evens[i], odds[i]), rounding, shift);
    out[7 - i] = shifted(_mm256_sub_epi32(evens[i], odds[i]), rounding, shift);
  }
}

// Rows 2i and 2i + 1 of the dequantised block, and whether everything fits in 16 bits.
struct Dequantized {
  __m256i rows[4];
  bool fits;
};

inline Dequantized dequantize(const std::int16_t* coefficients, const std::uint16_t* quantization) {
  // Between the passes there are 2 fraction bits, and no multiplier exceeds 1.39.
  const __m128i largest_column = _mm_set1_epi16(5800);
  Dequantized result;
  __m256i overflow = _mm256_setzero_si256();
  __m256i columns = _mm256_setzero_si256();
  for (int i = 0; i < 4; ++i) {
    const auto* values = reinterpret_cast<const __m256i*>(coefficients + 16 * i);
    const auto* steps = reinterpret_cast<const __m256i*>(quantization + 16 * i);
    const __m256i value = _mm256_loadu_si256(values);
    const __m256i step = _mm256_loadu_si256(steps);
    const __m256i low = _mm256_mullo_epi16(value, step);
    const __m256i high = _mm256_mulhi_epi16(value, step);
    overflow = _mm256_or_si256(overflow, _mm256_xor_si256(high, _mm256_srai_epi16(low, 15)));
    overflow = _mm256_or_si256(overflow, _mm256_srai_epi16(step, 15));
    columns = _mm256_adds_epu16(columns, _mm256_abs_epi16(low));
    result.rows[i] = low;
  }
  const __m128i sums =
      _mm_adds_epu16(_mm256_castsi256_si128(columns), _mm256_extracti128_si256(columns, 1));
  const __m128i excess = _mm_subs_epu16(sums, largest_column);
  result.fits = _mm256_testz_si256(overflow, overflow) != 0 && _mm_testz_si128(excess, excess) != 0;
  return result;
}

// Columns of two rows that lie in different registers, value by value.
inline __m256i interleaved(__m128i a, __m128i b) {
  return _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b));
}

inline Inputs columns_of(const Dequantized& block) {
  const auto row = [&](int y) {
    const __m256i two = block.rows[y / 2];
    return y % 2 == 0 ? _mm256_castsi256_si128(two) : _mm256_extracti128_si256(two, 1);
  };
  return {interleaved(row(0), row(4)), interleaved(row(2), row(6)), interleaved(row(1), row(3)),
          interleaved(row(5), row(7))};
}

inline Inputs rows_of(const __m256i (&rows)[8]) {
  // Of a row 0 .. 7: 0 4 2 6 1 3 5 7.
  const __m256i order = _mm256_setr_epi8(0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15,  //
                                         0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  __m256i pairs[4];  // of rows i and i + 4
  for (int i = 0; i < 4; ++i) {
    const __m256i packed = _mm256_packs_epi32(rows[i], rows[i + 4]);
    pairs[i] = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(packed, 0xD8), order);
  }
  const __m256i even01 = _mm256_unpacklo_epi32(pairs[0], pairs[1]);
  const __m256i even23 = _mm256_unpacklo_epi32(pairs[2], pairs[3]);
  const __m256i odd01 = _mm256_unpackhi_epi32(pairs[0], pairs[1]);
  const __m256i odd23 = _mm256_unpackhi_epi32(pairs[2], pairs[3]);
  return {_mm256_unpacklo_epi64(even01, even23), _mm256_unpackhi_epi64(even01, even23),
          _mm256_unpacklo_epi64(odd01, odd23), _mm256_unpackhi_epi64(odd01, odd23)};
}

// Columns 4i .. 4i + 3 as bytes, four rows in each half.
inline __m256i sample_rows(const __m256i* columns) {
  const __m256i by_row = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,  //
                                          0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(columns[0], columns[1]),
                                           _mm256_packs_epi32(columns[2], columns[3]));
  const __m256i level_shift = _mm256_set1_epi8(-128);
  return _mm256_shuffle_epi8(_mm256_xor_si256(bytes, level_shift), by_row);
}

inline void store_rows(__m128i two, std::uint8_t* samples, std::ptrdiff_t stride) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(samples), two);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(samples + stride), _mm_unpackhi_epi64(two, two));
}

void idct8_16_bit(const std::int16_t* coefficients, const std::uint16_t* quantization, int last,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  if (last == 0) return fill_dc<Bits8, 8>(coefficients, quantization, samples, stride);
  const Dequantized block = dequantize(coefficients, quantization);
  if (!block.fits) {
    return idct8_dense<Bits8, false>(coefficients, quantization, samples, stride);
  }
  __m256i values[8];
  inverse_dct(columns_of(block), kConstBits - Bits8::kPass1Bits, values);
  inverse_dct(rows_of(values), kConstBits + Bits8::kPass1Bits + 3, values);
  const __m256i left = sample_rows(values);
  const __m256i right = sample_rows(values + 4);
  const __m256i rows0145 = _mm256_unpacklo_epi32(left, right);
  const __m256i rows2367 = _mm256_unpackhi_epi32(left, right);
  store_rows(_mm256_castsi256_si128(rows0145), samples, stride);
  store_rows(_mm256_castsi256_si128(rows2367), samples + 2 * stride, stride);
  store_rows(_mm256_extracti128_si256(rows0145, 1), samples + 4 * stride, stride);
  store_rows(_mm256_extracti128_si256(rows2367, 1), samples + 6 * stride, stride);
}

constexpr TransformVariant make_avx2_transforms() {
  TransformVariant variant = make_transforms();
  variant.bits8.idct8 = transform_blocks<Bits8, 8, idct8_16_bit>;
  return variant;
}

}  // namespace

const TransformVariant kAvx2Transforms = make_avx2_transforms();

}  // namespace streamresize
