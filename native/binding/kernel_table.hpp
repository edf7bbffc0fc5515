// The kernels, compiled from numba (streamresize/kernels), for the processor at hand.
#pragma once

#include <cstdint>

namespace streamresize {

using Bytes = std::uint8_t*;
using Integers = const std::int32_t*;
using Floats = float*;
using Words = const std::uint64_t*;
using Longs = std::int64_t*;
using Size = std::intptr_t;

template <typename Sample>
using ResampleStrip = Size(const Sample* strip, Size rows, Size stride, Size strip_row,
                           Integers row_first, Integers row_count, const float* row_weights,
                           Size row_entries, Size row_taps, Integers col_first,
                           const float* col_weights, Size columns, Size col_taps,
                           Floats accumulators, Size accumulator_count, Size width, Floats scratch,
                           Size scratch_row, Size out_row, Size window_row, Sample* out);

template <typename Weight, typename... Others>
using ReducePlane = void(const std::uint8_t* plane, Size height, Size width, Integers row_first,
                         Integers row_count, const Weight* row_weights, Size rows, Size row_taps,
                         Integers col_first, Integers col_count, const Weight* col_weights,
                         Size columns, Size col_taps, Others... others);

#define STREAMRESIZE_DECLARE_KERNELS(suffix)                                                       \
  ResampleStrip<std::uint8_t> streamresize_resample_strip_##suffix;                                \
  ResampleStrip<std::uint16_t> streamresize_resample_deep_strip_##suffix;                          \
  void streamresize_look_up_channels_##suffix(const std::uint8_t* picture,                         \
                                              const std::uint16_t* table, std::uint16_t* light,    \
                                              Size height, Size width, Size channels);             \
  void streamresize_reduce_strip_fixed_##suffix(                                                   \
      const std::uint8_t* strip, Size rows, Size stride, Size strip_row, Integers row_first,       \
      Integers row_count, Integers row_weights, Size outputs, Size row_taps, Integers col_first,   \
      Integers col_count, Integers col_weights, Size columns, Size col_taps, std::int32_t* line,   \
      std::int32_t* sums);                                                                         \
  void streamresize_reduce_rows_##suffix(                                                          \
      const std::uint8_t* strip, Size rows, Size stride, Size strip_row, Integers first,           \
      Integers count, const float* weights, Size outputs, Size taps, Floats sums, Size width);     \
  void streamresize_reduce_columns_##suffix(const float* plane, Size columns, Size rows,           \
                                            Integers first, Integers count, const float* weights,  \
                                            Size outputs, Size taps, Floats out);                  \
  ReducePlane<float, Floats, Floats, Floats> streamresize_reduce_plane_##suffix;                   \
  ReducePlane<std::int32_t, Bytes, std::int32_t*, Size, Bytes, Bytes>                              \
      streamresize_reduce_plane_fixed_##suffix;                                                    \
  void streamresize_find_content_##suffix(const std::uint8_t* luma, Size height, Size width,       \
                                          Longs box);                                              \
  Size streamresize_total_steps_##suffix(const float* picture, Size height, Size width);           \
  void streamresize_weigh_areas_##suffix(double low, double high, std::int32_t* first,             \
                                         std::int32_t* count, Floats weights, Size outputs,        \
                                         Size taps);                                               \
  void streamresize_round_turned_##suffix(const float* columns, Size width, Size height,           \
                                          Bytes samples);                                          \
  void streamresize_above_median_##suffix(const double* values, Size count, Size lower,            \
                                          double* room, Bytes bits);                               \
  void streamresize_low_frequencies_##suffix(double* picture, Size side, Size begin,               \
                                             const double* basis, Size frequencies, double* lines, \
                                             double* turned, double* out);                         \
  void streamresize_ycbcr_to_rgb_##suffix(const std::uint8_t* y, const std::uint8_t* cb,           \
                                          const std::uint8_t* cr, Bytes rgb, Size height,          \
                                          Size width);                                             \
  void streamresize_cmyk_to_rgb_##suffix(const std::uint8_t* c, const std::uint8_t* m,             \
                                         const std::uint8_t* y, const std::uint8_t* k,             \
                                         Size inverted, Bytes rgb, Size height, Size width);       \
  void streamresize_ycck_to_rgb_##suffix(const std::uint8_t* y, const std::uint8_t* cb,            \
                                         const std::uint8_t* cr, const std::uint8_t* k,            \
                                         Size inverted, Bytes rgb, Size height, Size width);       \
  void streamresize_hamming_nearest_##suffix(Words hashes, Size count, Size words, Words queries,  \
                                             Size query_count, std::uint16_t* distances,           \
                                             std::uint16_t* numbers);                              \
  Size streamresize_hamming_within_64_##suffix(Words hashes, Size count, Words queries,            \
                                               Size query_count, Size radius, Longs rows,          \
                                               Longs numbers, Longs distances, Size room);         \
  Size streamresize_hamming_within_256_##suffix(Words hashes, Size count, Words queries,           \
                                                Size query_count, Size radius, Longs rows,         \
                                                Longs numbers, Longs distances, Size room);        \
  Size streamresize_probe_within_##suffix(                                                         \
      Words hashes, const std::uint32_t* order, const std::uint32_t* starts, Size count,           \
      const std::uint16_t* masks, Size mask_count, const std::int64_t* mask_counts,                \
      Size mask_bits, Words query, Size radius, Longs rows, Longs distances, Size room);

extern "C" {
STREAMRESIZE_DECLARE_KERNELS(base)
#ifdef STREAMRESIZE_X86_64_V3
STREAMRESIZE_DECLARE_KERNELS(v3)
#endif
}

struct KernelTable {
  ResampleStrip<std::uint8_t>* resample_strip;
  ResampleStrip<std::uint16_t>* resample_deep_strip;
  decltype(&streamresize_look_up_channels_base) look_up_channels;
  decltype(&streamresize_reduce_strip_fixed_base) reduce_strip_fixed;
  decltype(&streamresize_reduce_rows_base) reduce_rows;
  decltype(&streamresize_reduce_columns_base) reduce_columns;
  decltype(&streamresize_reduce_plane_base) reduce_plane;
  decltype(&streamresize_reduce_plane_fixed_base) reduce_plane_fixed;
  decltype(&streamresize_find_content_base) find_content;
  decltype(&streamresize_total_steps_base) total_steps;
  decltype(&streamresize_weigh_areas_base) weigh_areas;
  decltype(&streamresize_round_turned_base) round_turned;
  decltype(&streamresize_above_median_base) above_median;
  decltype(&streamresize_low_frequencies_base) low_frequencies;
  decltype(&streamresize_ycbcr_to_rgb_base) ycbcr_to_rgb;
  decltype(&streamresize_cmyk_to_rgb_base) cmyk_to_rgb;
  decltype(&streamresize_ycck_to_rgb_base) ycck_to_rgb;
  decltype(&streamresize_hamming_nearest_base) hamming_nearest;
  decltype(&streamresize_hamming_within_64_base) hamming_within_64;
  decltype(&streamresize_hamming_within_256_base) hamming_within_256;
  decltype(&streamresize_probe_within_base) probe_within;
};

extern const KernelTable kKernels;

}  // namespace streamresize
