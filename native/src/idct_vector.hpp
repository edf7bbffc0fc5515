// The transforms in the compiler's vector types, compiled once for each CPU variant.
//
// A vector holds one row (or, after transposing, one column) of the block. Lanes are unsigned: the
// products of hostile coefficients wrap instead of being undefined.
#pragma once

#include <cstdint>
#include <cstring>

#include "idct.hpp"

namespace streamresize {
namespace {

template <int N>
struct VectorTypes {
  typedef std::uint32_t Unsigned __attribute__((vector_size(4 * N)));
  typedef std::int32_t Signed __attribute__((vector_size(4 * N)));
  typedef std::int16_t Coefficients __attribute__((vector_size(2 * N)));
  typedef std::uint16_t Steps __attribute__((vector_size(2 * N)));
  typedef std::uint8_t Bytes __attribute__((vector_size(N)));
  typedef std::uint16_t Words __attribute__((vector_size(2 * N)));
};

template <int N>
using Vector = typename VectorTypes<N>::Unsigned;

#if defined(__clang__) || __GNUC__ >= 12
#define STREAMRESIZE_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define STREAMRESIZE_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, __typeof__(a){__VA_ARGS__})
#endif

constexpr int kConstBits = 13;  // fraction bits of the cosines

// 8 or 12 bits a sample. kPass1Bits is the number of fraction bits kept between the passes.
struct Bits8 {
  using Sample = std::uint8_t;
  static constexpr int kPass1Bits = 2;
  static constexpr std::int32_t kMax = 255;
  template <int N>
  using Samples = typename VectorTypes<N>::Bytes;
};

struct Bits12 {
  using Sample = std::uint16_t;
  static constexpr int kPass1Bits = 1;
  static constexpr std::int32_t kMax = 4095;
  template <int N>
  using Samples = typename VectorTypes<N>::Words;
};

template <typename Bits>
constexpr std::uint32_t kLevelShift = (Bits::kMax + 1) / 2;  // A.3.1

constexpr std::uint32_t fixed(double value) {
  return static_cast<std::uint32_t>(
      static_cast<std::int32_t>(value * (1 << kConstBits) + (value < 0 ? -0.5 : 0.5)));
}

template <int N>
inline Vector<N> shift_right_rounded(Vector<N> value, int bits) {
  using Signed = typename VectorTypes<N>::Signed;
  const auto rounded = value + (std::uint32_t{1} << (bits - 1));
  return reinterpret_cast<Vector<N>>(reinterpret_cast<Signed>(rounded) >> bits);
}

inline void transpose(Vector<8> (&m)[8]) {
  Vector<8> pairs[8];
  Vector<8> quads[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = STREAMRESIZE_SHUFFLE(m[i], m[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = STREAMRESIZE_SHUFFLE(m[i], m[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int half = 0; half < 8; half += 4) {
    for (int i = 0; i < 2; ++i) {
      const auto& low = pairs[half + i];
      const auto& high = pairs[half + i + 2];
      quads[half + 2 * i] = STREAMRESIZE_SHUFFLE(low, high, 0, 1, 8, 9, 4, 5, 12, 13);
      quads[half + 2 * i + 1] = STREAMRESIZE_SHUFFLE(low, high, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; ++i) {
    m[i] = STREAMRESIZE_SHUFFLE(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] = STREAMRESIZE_SHUFFLE(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

inline void transpose(Vector<4> (&m)[4]) {
  const auto a = STREAMRESIZE_SHUFFLE(m[0], m[1], 0, 4, 1, 5);
  const auto b = STREAMRESIZE_SHUFFLE(m[0], m[1], 2, 6, 3, 7);
  const auto c = STREAMRESIZE_SHUFFLE(m[2], m[3], 0, 4, 1, 5);
  const auto d = STREAMRESIZE_SHUFFLE(m[2], m[3], 2, 6, 3, 7);
  m[0] = STREAMRESIZE_SHUFFLE(a, c, 0, 1, 4, 5);
  m[1] = STREAMRESIZE_SHUFFLE(a, c, 2, 3, 6, 7);
  m[2] = STREAMRESIZE_SHUFFLE(b, d, 0, 1, 4, 5);
  m[3] = STREAMRESIZE_SHUFFLE(b, d, 2, 3, 6, 7);
}

// 8-point inverse DCT, scaled by sqrt(8): C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast
// 1-D DCT algorithms with 11 multiplications", ICASSP 1989. With Sparse only m[0..3] are non-zero.
template <bool Sparse>
inline void inverse_dct(Vector<8> (&m)[8], int shift) {
  const Vector<8> zero{};
  const Vector<8> in4 = Sparse ? zero : m[4];
  const Vector<8> in5 = Sparse ? zero : m[5];
  const Vector<8> in6 = Sparse ? zero : m[6];
  const Vector<8> in7 = Sparse ? zero : m[7];

  const auto rotated = (m[2] + in6) * fixed(0.541196100);
  const auto even2 = rotated - in6 * fixed(1.847759065);
  const auto even3 = rotated + m[2] * fixed(0.765366865);
  const auto even0 = (m[0] + in4) << kConstBits;
  const auto even1 = (m[0] - in4) << kConstBits;
  const Vector<8> even[4] = {even0 + even3, even1 + even2, even1 - even2, even0 - even3};

  const auto common = (in7 + m[3] + in5 + m[1]) * fixed(1.175875602);
  const auto z1 = (in7 + m[1]) * fixed(0.899976223);
  const auto z2 = (in5 + m[3]) * fixed(2.562915447);
  const auto z3 = common - (in7 + m[3]) * fixed(1.961570560);
  const auto z4 = common - (in5 + m[1]) * fixed(0.390180644);
  const Vector<8> odd[4] = {m[1] * fixed(1.501321110) - z1 + z4,
                            m[3] * fixed(3.072711026) - z2 + z3, in5 * fixed(2.053119869) - z2 + z4,
                            in7 * fixed(0.298631336) - z1 + z3};

  for (int i = 0; i < 4; ++i) {
    m[i] = shift_right_rounded<8>(even[i] + odd[i], shift);
    m[7 - i] = shift_right_rounded<8>(even[i] - odd[i], shift);
  }
}

// 4-point inverse DCT, scaled by 2.
inline void inverse_dct(Vector<4> (&m)[4], int shift) {
  const auto even0 = (m[0] + m[2]) << kConstBits;
  const auto even1 = (m[0] - m[2]) << kConstBits;
  const auto odd0 = m[1] * fixed(1.306562965) + m[3] * fixed(0.541196100);
  const auto odd1 = m[1] * fixed(0.541196100) - m[3] * fixed(1.306562965);
  m[0] = shift_right_rounded<4>(even0 + odd0, shift);
  m[1] = shift_right_rounded<4>(even1 + odd1, shift);
  m[2] = shift_right_rounded<4>(even1 - odd1, shift);
  m[3] = shift_right_rounded<4>(even0 - odd0, shift);
}

template <int N>
inline Vector<N> load_dequantized(const std::int16_t* coefficients,
                                  const std::uint16_t* quantization) {
  typename VectorTypes<N>::Coefficients values;
  typename VectorTypes<N>::Steps steps;
  std::memcpy(&values, coefficients, sizeof values);
  std::memcpy(&steps, quantization, sizeof steps);
  using Signed = typename VectorTypes<N>::Signed;
  return reinterpret_cast<Vector<N>>(__builtin_convertvector(values, Signed)) *
         __builtin_convertvector(steps, Vector<N>);
}

template <typename Bits, int N>
inline void store_samples(Vector<N> value, std::uint8_t* samples) {
  using Signed = typename VectorTypes<N>::Signed;
  auto level = reinterpret_cast<Signed>(value + kLevelShift<Bits>);
  level = level < 0 ? Signed{} : level;
  level = level > Bits::kMax ? Signed{} + Bits::kMax : level;
  const auto narrow = __builtin_convertvector(level, typename Bits::template Samples<N>);
  std::memcpy(samples, &narrow, sizeof narrow);
}

template <typename Bits>
inline void store_sample(std::uint32_t value, std::uint8_t* samples) {
  const auto level = static_cast<std::int32_t>(value + kLevelShift<Bits>);
  const auto sample = static_cast<typename Bits::Sample>(level < 0            ? 0
                                                         : level > Bits::kMax ? Bits::kMax
                                                                              : level);
  std::memcpy(samples, &sample, sizeof sample);
}

// (value + 4) / 8, rounded down: both passes' scale for blocks that need no multiplication.
inline std::uint32_t eighth(std::uint32_t value) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value + 4U) >> 3);
}

inline std::uint32_t dequantized(const std::int16_t* coefficients,
                                 const std::uint16_t* quantization, int index) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(coefficients[index])) *
         quantization[index];
}

// One pass over a value, whose factor is 1; wraps where the vectors do.
inline std::uint32_t pass_dc(std::uint32_t value, int shift) {
  const std::uint32_t rounded = (value << kConstBits) + (std::uint32_t{1} << (shift - 1));
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded) >> shift);
}

// Both passes of a 4- or 8-point transform that has no other input.
template <typename Bits>
inline std::uint32_t transformed_dc(std::uint32_t value) {
  return pass_dc(pass_dc(value, kConstBits - Bits::kPass1Bits), kConstBits + Bits::kPass1Bits + 3);
}

template <typename Bits, int N>
inline void fill_dc(const std::int16_t* coefficients, const std::uint16_t* quantization,
                    std::uint8_t* samples, std::ptrdiff_t stride) {
  constexpr int kSampleBytes = sizeof(typename Bits::Sample);
  const std::uint32_t dc = dequantized(coefficients, quantization, 0);
  const std::uint32_t value = N == 2 ? eighth(dc) : transformed_dc<Bits>(dc);
  for (int x = 0; x < N; ++x) store_sample<Bits>(value, samples + x * kSampleBytes);
  for (int y = 1; y < N; ++y) std::memcpy(samples + y * stride, samples, N * kSampleBytes);
}

template <typename Bits>
void idct1(std::int16_t* coefficients, std::uint8_t*, std::size_t count,
           const std::uint16_t* quantization, std::uint8_t* samples, std::ptrdiff_t) {
  const std::uint32_t step = quantization[0];
  for (std::size_t i = 0; i < count; ++i) {
    const auto dc = static_cast<std::uint32_t>(static_cast<std::int32_t>(coefficients[i]));
    store_sample<Bits>(eighth(dc * step), samples + i * sizeof(typename Bits::Sample));
  }
  std::memset(coefficients, 0, count * sizeof *coefficients);
}

template <typename Bits>
inline void idct2(const std::int16_t* coefficients, const std::uint16_t* quantization, int last,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  if (last == 0) return fill_dc<Bits, 2>(coefficients, quantization, samples, stride);
  constexpr int kSampleBytes = sizeof(typename Bits::Sample);
  const std::uint32_t dc = dequantized(coefficients, quantization, 0);
  const std::uint32_t right = dequantized(coefficients, quantization, 1);
  const std::uint32_t down = dequantized(coefficients, quantization, 8);
  const std::uint32_t both = dequantized(coefficients, quantization, 9);
  store_sample<Bits>(eighth(dc + right + down + both), samples);
  store_sample<Bits>(eighth(dc - right + down - both), samples + kSampleBytes);
  store_sample<Bits>(eighth(dc + right - down - both), samples + stride);
  store_sample<Bits>(eighth(dc - right - down + both), samples + stride + kSampleBytes);
}

template <typename Bits>
inline void idct4(const std::int16_t* coefficients, const std::uint16_t* quantization, int last,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  if (last == 0) return fill_dc<Bits, 4>(coefficients, quantization, samples, stride);
  Vector<4> m[4];
  for (int y = 0; y < 4; ++y) {
    m[y] = load_dequantized<4>(coefficients + 8 * y, quantization + 8 * y);
  }
  inverse_dct(m, kConstBits - Bits::kPass1Bits);
  transpose(m);
  inverse_dct(m, kConstBits + Bits::kPass1Bits + 3);
  transpose(m);
  for (int y = 0; y < 4; ++y) store_samples<Bits, 4>(m[y], samples + y * stride);
}

template <typename Bits, bool Sparse>
inline void idct8_dense(const std::int16_t* coefficients, const std::uint16_t* quantization,
                        std::uint8_t* samples, std::ptrdiff_t stride) {
  Vector<8> m[8];
  for (int y = 0; y < (Sparse ? 4 : 8); ++y) {
    m[y] = load_dequantized<8>(coefficients + 8 * y, quantization + 8 * y);
  }
  inverse_dct<Sparse>(m, kConstBits - Bits::kPass1Bits);
  transpose(m);
  inverse_dct<Sparse>(m, kConstBits + Bits::kPass1Bits + 3);
  transpose(m);
  for (int y = 0; y < 8; ++y) store_samples<Bits, 8>(m[y], samples + y * stride);
}

template <typename Bits>
inline void idct8(const std::int16_t* coefficients, const std::uint16_t* quantization, int last,
                  std::uint8_t* samples, std::ptrdiff_t stride) {
  constexpr int kLastInTopLeftQuarter = 9;  // zigzag 0..9 lies in rows and columns 0..3
  if (last == 0) return fill_dc<Bits, 8>(coefficients, quantization, samples, stride);
  if (last <= kLastInTopLeftQuarter) {
    return idct8_dense<Bits, true>(coefficients, quantization, samples, stride);
  }
  idct8_dense<Bits, false>(coefficients, quantization, samples, stride);
}

// Block after block by Transform, N samples wide.
template <typename Bits, int N, auto Transform>
void transform_blocks(std::int16_t* coefficients, std::uint8_t* last, std::size_t count,
                      const std::uint16_t* quantization, std::uint8_t* samples,
                      std::ptrdiff_t stride) {
  for (std::size_t i = 0; i < count; ++i) {
    Transform(coefficients, quantization, last[i], samples, stride);
    if (last[i] == 0) {
      coefficients[0] = 0;
    } else {
      std::memset(coefficients, 0, 8 * N * sizeof *coefficients);
      last[i] = 0;
    }
    coefficients += 64;
    samples += N * sizeof(typename Bits::Sample);
  }
}

template <typename Bits>
constexpr BlockTransforms make_transforms_for() {
  return {idct1<Bits>, transform_blocks<Bits, 2, idct2<Bits>>,
          transform_blocks<Bits, 4, idct4<Bits>>, transform_blocks<Bits, 8, idct8<Bits>>};
}

constexpr TransformVariant make_transforms() {
  return {make_transforms_for<Bits8>(), make_transforms_for<Bits12>()};
}

}  // namespace
}  // namespace streamresize
