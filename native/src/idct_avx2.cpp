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

// The transform of idct_vector.hpp with the products of each input collected, which changes no bit:
// nothing is rounded before the end.
inline void inverse_dct(const Inputs& in, int shift, __m256i (&out)[8]) {
  const __m256i rounding = _mm256_set1_epi32(1 << (shift - 1));
  const __m256i flat[2] = {
      _mm256_add_epi32(_mm256_madd_epi16(in.even04, multipliers(8192, 8192)), rounding),
      _mm256_add_epi32(_mm256_madd_epi16(in.even04, multipliers(8192, -8192)), rounding)};
  const auto even = [&](int i, int i2, int i6) {
    return _mm256_add_epi32(flat[i], _mm256_madd_epi16(in.even26, multipliers(i2, i6)));
  };
  const auto odd = [&](int i1, int i3, int i5, int i7) {
    return _mm256_add_epi32(_mm256_madd_epi16(in.odd13, multipliers(i1, i3)),
                            _mm256_madd_epi16(in.odd57, multipliers(i5, i7)));
  };
  const __m256i evens[4] = {even(0, 10703, 4433), even(1, 4433, -10704), even(1, -4433, 10704),
                            even(0, -10703, -4433)};
  const __m256i odds[4] = {odd(11363, 9633, 6437, 2260), odd(9633, -2259, -11362, -6436),
                           odd(6437, -11362, 2261, 9633), odd(2260, -6436, 9633, -11363)};
  for (int i = 0; i < 4; ++i) {
    out[i] = _mm256_srai_epi32(_mm256_add_epi32(evens[i], odds[i]), shift);
    out[7 - i] = _mm256_srai_epi32(_mm256_sub_epi32(evens[i], odds[i]), shift);
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

// Two 4 x 4 blocks side by side, one in each half of a register.
namespace two_blocks {

struct Inputs {
  __m256i even02;
  __m256i odd13;
};

inline void inverse_dct(const Inputs& in, int shift, __m256i (&out)[4]) {
  const __m256i rounding = _mm256_set1_epi32(1 << (shift - 1));
  const __m256i even0 =
      _mm256_add_epi32(_mm256_madd_epi16(in.even02, multipliers(8192, 8192)), rounding);
  const __m256i even1 =
      _mm256_add_epi32(_mm256_madd_epi16(in.even02, multipliers(8192, -8192)), rounding);
  const __m256i odd0 = _mm256_madd_epi16(in.odd13, multipliers(10703, 4433));
  const __m256i odd1 = _mm256_madd_epi16(in.odd13, multipliers(4433, -10703));
  out[0] = _mm256_srai_epi32(_mm256_add_epi32(even0, odd0), shift);
  out[1] = _mm256_srai_epi32(_mm256_add_epi32(even1, odd1), shift);
  out[2] = _mm256_srai_epi32(_mm256_sub_epi32(even1, odd1), shift);
  out[3] = _mm256_srai_epi32(_mm256_sub_epi32(even0, odd0), shift);
}

// The first half of rows 2i and 2i + 1 of both: in each half of a register one row of each.
struct Dequantized {
  __m256i rows[2];
  bool fits;
};

inline __m256i load_rows(const void* rows) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(rows));
}

inline Dequantized dequantize(const std::int16_t* coefficients, const std::uint16_t* quantization) {
  const __m128i largest_column = _mm_set1_epi16(5800);
  Dequantized result;
  __m256i overflow = _mm256_setzero_si256();
  __m256i columns = _mm256_setzero_si256();
  for (int i = 0; i < 2; ++i) {
    const __m256i value = _mm256_unpacklo_epi64(load_rows(coefficients + 16 * i),
                                                load_rows(coefficients + 64 + 16 * i));
    const __m256i steps = load_rows(quantization + 16 * i);
    const __m256i step = _mm256_unpacklo_epi64(steps, steps);
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

inline Inputs columns_of(const Dequantized& blocks) {
  // Rows 0 and 2 in the lower half, 1 and 3 in the upper one, value by value.
  const __m256i left = _mm256_unpacklo_epi16(blocks.rows[0], blocks.rows[1]);
  const __m256i right = _mm256_unpackhi_epi16(blocks.rows[0], blocks.rows[1]);
  return {_mm256_permute2x128_si256(left, right, 0x20),
          _mm256_permute2x128_si256(left, right, 0x31)};
}

inline Inputs rows_of(const __m256i (&rows)[4]) {
  // Of two rows: 0 2 1 3 of each.
  const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,  //
                                         0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
  const __m256i rows01 = _mm256_shuffle_epi8(_mm256_packs_epi32(rows[0], rows[1]), order);
  const __m256i rows23 = _mm256_shuffle_epi8(_mm256_packs_epi32(rows[2], rows[3]), order);
  const __m256 first = _mm256_castsi256_ps(rows01);
  const __m256 second = _mm256_castsi256_ps(rows23);
  return {_mm256_castps_si256(_mm256_shuffle_ps(first, second, 0x88)),
          _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0xDD))};
}

// False where the values do not fit in 16 bits; nothing is written then.
inline bool idct4(const std::int16_t* coefficients, const std::uint16_t* quantization,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  const Dequantized blocks = dequantize(coefficients, quantization);
  if (!blocks.fits) return false;
  __m256i values[4];
  inverse_dct(columns_of(blocks), kConstBits - Bits8::kPass1Bits, values);
  inverse_dct(rows_of(values), kConstBits + Bits8::kPass1Bits + 3, values);
  const __m256i by_row = sample_rows(values);
  const __m128i left = _mm256_castsi256_si128(by_row);
  const __m128i right = _mm256_extracti128_si256(by_row, 1);
  store_rows(_mm_unpacklo_epi32(left, right), samples, stride);
  store_rows(_mm_unpackhi_epi32(left, right), samples + 2 * stride, stride);
  return true;
}

}  // namespace two_blocks

// Four 2 x 2 blocks side by side.
namespace four_blocks {

// The coefficients at (0, row) and (1, row) of each block, dequantised; what does not fit in 16
// bits sets bits of `overflow`.
inline __m128i dequantized_row(const std::int16_t* coefficients, const std::uint16_t* quantization,
                               int row, __m128i& overflow) {
  const __m128i blocks = _mm_setr_epi32(0, 32, 64, 96);  // in units of four bytes
  const auto* first = reinterpret_cast<const int*>(coefficients + 8 * row);
  const __m128i value = _mm_i32gather_epi32(first, blocks, 4);
  int steps;
  std::memcpy(&steps, quantization + 8 * row, sizeof steps);
  const __m128i step = _mm_set1_epi32(steps);
  const __m128i low = _mm_mullo_epi16(value, step);
  const __m128i high = _mm_mulhi_epi16(value, step);
  overflow = _mm_or_si128(overflow, _mm_xor_si128(high, _mm_srai_epi16(low, 15)));
  overflow = _mm_or_si128(overflow, _mm_srai_epi16(step, 15));
  return low;
}

// A row of samples from the sums for the left and for the right one of each block.
inline void store_row(__m128i left, __m128i right, std::uint8_t* samples) {
  const __m128i half = _mm_set1_epi32(4);
  const __m128i words = _mm_packs_epi32(_mm_srai_epi32(_mm_add_epi32(left, half), 3),
                                        _mm_srai_epi32(_mm_add_epi32(right, half), 3));
  const __m128i bytes = _mm_xor_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(-128));
  const __m128i ordered = _mm_unpacklo_epi8(bytes, _mm_srli_si128(bytes, 4));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(samples), ordered);
}

// False where the values do not fit in 16 bits; nothing is written then.
inline bool idct2(const std::int16_t* coefficients, const std::uint16_t* quantization,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  __m128i overflow = _mm_setzero_si128();
  const __m128i top = dequantized_row(coefficients, quantization, 0, overflow);
  const __m128i bottom = dequantized_row(coefficients, quantization, 1, overflow);
  if (_mm_testz_si128(overflow, overflow) == 0) return false;
  const __m128i add = _mm_set1_epi32(0x0001'0001);
  const __m128i subtract = _mm_set1_epi32(static_cast<int>(0xFFFF'0001));
  const __m128i left = _mm_madd_epi16(top, add);
  const __m128i right = _mm_madd_epi16(top, subtract);
  const __m128i left_slope = _mm_madd_epi16(bottom, add);
  const __m128i right_slope = _mm_madd_epi16(bottom, subtract);
  store_row(_mm_add_epi32(left, left_slope), _mm_add_epi32(right, right_slope), samples);
  store_row(_mm_sub_epi32(left, left_slope), _mm_sub_epi32(right, right_slope), samples + stride);
  return true;
}

}  // namespace four_blocks

// `Blocks` transforms Count blocks of N x N samples at once if their values fit in 16 bits.
template <int N, int Count, auto Blocks, auto OneByOne>
void transform_in_groups(std::int16_t* coefficients, std::uint8_t* last, std::size_t count,
                         const std::uint16_t* quantization, std::uint8_t* samples,
                         std::ptrdiff_t stride) {
  for (; count >= Count; count -= Count) {
    if (Blocks(coefficients, quantization, samples, stride)) {
      for (int i = 0; i < Count; ++i) {
        std::memset(coefficients + 64 * i, 0, 8 * N * sizeof *coefficients);
      }
      std::memset(last, 0, Count);
    } else {
      OneByOne(coefficients, last, Count, quantization, samples, stride);
    }
    coefficients += Count * 64;
    last += Count;
    samples += Count * N;
  }
  OneByOne(coefficients, last, count, quantization, samples, stride);
}

constexpr TransformVariant make_avx2_transforms() {
  TransformVariant variant = make_transforms();
  variant.bits8.idct2 =
      transform_in_groups<2, 4, four_blocks::idct2, transform_blocks<Bits8, 2, idct2<Bits8>>>;
  variant.bits8.idct4 =
      transform_in_groups<4, 2, two_blocks::idct4, transform_blocks<Bits8, 4, idct4<Bits8>>>;
  variant.bits8.idct8 = transform_blocks<Bits8, 8, idct8_16_bit>;
  return variant;
}

}  // namespace

const TransformVariant kAvx2Transforms = make_avx2_transforms();

}  // namespace streamresize
