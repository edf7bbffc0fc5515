// The row kernels, compiled from numba (streamresize/kernels), as Python functions.
//
// Arguments are checked here: the kernels trust them.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "register.hpp"
#include "streamresize/processor.hpp"

namespace nb = nanobind;
using namespace nb::literals;

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

namespace streamresize {
namespace {

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

KernelTable choose_kernels() {
#ifdef STREAMRESIZE_X86_64_V3
  if (has_avx2()) {
    return {streamresize_resample_strip_v3,    streamresize_resample_deep_strip_v3,
            streamresize_look_up_channels_v3,  streamresize_reduce_strip_fixed_v3,
            streamresize_reduce_rows_v3,       streamresize_reduce_columns_v3,
            streamresize_reduce_plane_v3,      streamresize_reduce_plane_fixed_v3,
            streamresize_find_content_v3,      streamresize_total_steps_v3,
            streamresize_weigh_areas_v3,       streamresize_round_turned_v3,
            streamresize_above_median_v3,      streamresize_low_frequencies_v3,
            streamresize_ycbcr_to_rgb_v3,      streamresize_cmyk_to_rgb_v3,
            streamresize_ycck_to_rgb_v3,       streamresize_hamming_nearest_v3,
            streamresize_hamming_within_64_v3, streamresize_hamming_within_256_v3,
            streamresize_probe_within_v3};
  }
#endif
  return {streamresize_resample_strip_base,    streamresize_resample_deep_strip_base,
          streamresize_look_up_channels_base,  streamresize_reduce_strip_fixed_base,
          streamresize_reduce_rows_base,       streamresize_reduce_columns_base,
          streamresize_reduce_plane_base,      streamresize_reduce_plane_fixed_base,
          streamresize_find_content_base,      streamresize_total_steps_base,
          streamresize_weigh_areas_base,       streamresize_round_turned_base,
          streamresize_above_median_base,      streamresize_low_frequencies_base,
          streamresize_ycbcr_to_rgb_base,      streamresize_cmyk_to_rgb_base,
          streamresize_ycck_to_rgb_base,       streamresize_hamming_nearest_base,
          streamresize_hamming_within_64_base, streamresize_hamming_within_256_base,
          streamresize_probe_within_base};
}

const KernelTable kKernels = choose_kernels();

template <typename T, int Dimensions>
using Array = nb::ndarray<T, nb::ndim<Dimensions>, nb::c_contig, nb::device::cpu>;
template <typename Sample>
using Strip = nb::ndarray<const Sample, nb::ndim<2>, nb::device::cpu>;
using Plane = Array<const std::uint8_t, 2>;
using Picture = nb::ndarray<std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;
using Indices = Array<const std::int32_t, 1>;
using Weights = Array<const float, 2>;

Size size(std::size_t value) { return static_cast<Size>(value); }

constexpr Size kLanes = 4;  // as in streamresize/kernels/resampling.py
constexpr std::int64_t kMaxRows = std::int64_t{1} << 31;

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

// Every tap of the rows has a weight.
void require_row_taps(const Indices& first, const Indices& count, const Weights& weights) {
  require(first.shape(0) == count.shape(0) && first.shape(0) == weights.shape(0),
          "tap tables differ in length");
  const auto taps = static_cast<std::int64_t>(weights.shape(1));
  bool valid = true;
  for (std::size_t i = 0; i < first.shape(0); ++i) {  // without a branch, so that it vectorises
    const std::int64_t begin = first.data()[i];
    const std::int64_t n = count.data()[i];
    valid &= (begin >= 0) & (n >= 1) & (n <= taps) & (begin + n <= kMaxRows);
  }
  require(valid, "taps out of range");
}

// The first taps of the columns do not decrease; inputs 0 .. width - 1 alone have a weight.
void require_column_taps(const Indices& first, const Weights& weights, Size width) {
  const Size columns = size(first.shape(0)), taps = size(weights.shape(1));
  require(columns == size(weights.shape(0)), "tap tables differ in length");
  require(taps >= 1, "columns without taps");
  bool valid = columns == 0 || (first.data()[0] >= 0 && first.data()[columns - 1] < width);
  for (Size i = 1; i < columns; ++i) valid &= first.data()[i - 1] <= first.data()[i];
  require(valid, "taps out of range");
  for (Size i = columns - 1; i >= 0 && first.data()[i] + taps > width; --i) {
    const float* row = weights.data() + i * taps;
    valid &= std::all_of(row + (width - first.data()[i]), row + taps,
                         [](float weight) { return weight == 0.0F; });
  }
  require(valid, "taps out of range");
}

template <typename Sample, ResampleStrip<Sample>* KernelTable::* Kernel>
Size resample_strip(const Strip<Sample>& strip, Size strip_row, const Indices& row_first,
                    const Indices& row_count, const Weights& row_weights, const Indices& col_first,
                    const Weights& col_weights, const Array<float, 2>& accumulators,
                    const Array<float, 2>& scratch, Size out_row, Size window_row,
                    const Array<Sample, 2>& out) {
  const std::size_t width = accumulators.shape(1);
  require(strip.shape(1) >= width && strip.stride(1) == 1 && strip.stride(0) >= size(width),
          "strip: rows must be contiguous and not shorter than the accumulators");
  require(accumulators.shape(0) > 0 && strip_row >= 0, "accumulators or strip_row out of range");
  require(window_row >= 0 && out_row >= window_row, "out_row lies before the window");
  require_row_taps(row_first, row_count, row_weights);
  require_column_taps(col_first, col_weights, size(width));
  require(scratch.shape(0) == 3 && scratch.shape(1) % kLanes == 0 &&
              scratch.shape(1) / kLanes >= col_weights.shape(1),
          "scratch: three rows, each of room for the taps of a column in every lane");
  require(
      out.shape(0) >= row_first.shape(0) + kLanes - 1 && out.shape(1) == col_first.shape(0),
      "out: one row for each entry of the row table and three, one column for each of the other");
  const nb::gil_scoped_release release;
  return (kKernels.*Kernel)(
      strip.data(), size(strip.shape(0)), strip.stride(0), strip_row, row_first.data(),
      row_count.data(), row_weights.data(), size(row_first.shape(0)), size(row_weights.shape(1)),
      col_first.data(), col_weights.data(), size(col_first.shape(0)), size(col_weights.shape(1)),
      accumulators.data(), size(accumulators.shape(0)), size(width), scratch.data(),
      size(scratch.shape(1)), out_row, window_row, out.data());
}

// Every tap lies within `length` inputs and has a weight.
template <typename T>
void require_taps_within(const Indices& first, const Indices& count,
                         const Array<const T, 2>& weights, std::int64_t length) {
  require(first.shape(0) == count.shape(0) && first.shape(0) == weights.shape(0),
          "tap tables differ in length");
  const auto taps = static_cast<std::int64_t>(weights.shape(1));
  bool valid = true;
  for (std::size_t i = 0; i < first.shape(0); ++i) {
    const std::int64_t begin = first.data()[i];
    const std::int64_t n = count.data()[i];
    valid &= (begin >= 0) & (n >= 1) & (n <= taps) & (begin + n <= length);
  }
  require(valid, "taps out of range");
}

void require_rows(const Strip<std::uint8_t>& strip, Size strip_row) {
  require(strip.stride(1) == 1 && strip.stride(0) >= size(strip.shape(1)) && strip_row >= 0,
          "strip: rows must be contiguous");
}

void reduce_strip_fixed(const Strip<std::uint8_t>& strip, Size strip_row, const Indices& row_first,
                        const Indices& row_count, const Array<const std::int32_t, 2>& row_weights,
                        const Indices& col_first, const Indices& col_count,
                        const Array<const std::int32_t, 2>& col_weights,
                        const Array<std::int32_t, 1>& line, const Array<std::int32_t, 2>& sums) {
  require_rows(strip, strip_row);
  require_taps_within<std::int32_t>(row_first, row_count, row_weights, kMaxRows);
  require_taps_within<std::int32_t>(col_first, col_count, col_weights, size(strip.shape(1)));
  require(line.shape(0) == col_first.shape(0) && sums.shape(0) == row_first.shape(0) &&
              sums.shape(1) == col_first.shape(0),
          "line and sums: one for each output");
  const nb::gil_scoped_release release;
  kKernels.reduce_strip_fixed(
      strip.data(), size(strip.shape(0)), strip.stride(0), strip_row, row_first.data(),
      row_count.data(), row_weights.data(), size(row_first.shape(0)), size(row_weights.shape(1)),
      col_first.data(), col_count.data(), col_weights.data(), size(col_first.shape(0)),
      size(col_weights.shape(1)), line.data(), sums.data());
}

void reduce_rows(const Strip<std::uint8_t>& strip, Size strip_row, const Indices& first,
                 const Indices& count, const Weights& weights, const Array<float, 2>& sums) {
  require_rows(strip, strip_row);
  require_taps_within<float>(first, count, weights, kMaxRows);
  require(sums.shape(0) == first.shape(0) && sums.shape(1) <= strip.shape(1),
          "sums: a row for each output, no longer than those of the strip");
  const nb::gil_scoped_release release;
  kKernels.reduce_rows(strip.data(), size(strip.shape(0)), strip.stride(0), strip_row, first.data(),
                       count.data(), weights.data(), size(first.shape(0)), size(weights.shape(1)),
                       sums.data(), size(sums.shape(1)));
}

void reduce_columns(const Weights& plane, const Indices& first, const Indices& count,
                    const Weights& weights, const Array<float, 2>& out) {
  require_taps_within<float>(first, count, weights, size(plane.shape(0)));
  require(out.shape(0) == first.shape(0) && out.shape(1) == plane.shape(1),
          "out: one for each output and row");
  const nb::gil_scoped_release release;
  kKernels.reduce_columns(plane.data(), size(plane.shape(0)), size(plane.shape(1)), first.data(),
                          count.data(), weights.data(), size(first.shape(0)),
                          size(weights.shape(1)), out.data());
}

template <typename T>
void require_taps_of(const Plane& plane, const Indices& row_first, const Indices& row_count,
                     const Array<const T, 2>& row_weights, const Indices& col_first,
                     const Indices& col_count, const Array<const T, 2>& col_weights) {
  require_taps_within<T>(row_first, row_count, row_weights, size(plane.shape(0)));
  require_taps_within<T>(col_first, col_count, col_weights, size(plane.shape(1)));
}

template <typename T>
bool has_shape(const Array<T, 2>& array, std::size_t rows, std::size_t columns) {
  return array.shape(0) == rows && array.shape(1) == columns;
}

void reduce_plane(const Plane& plane, const Indices& row_first, const Indices& row_count,
                  const Weights& row_weights, const Indices& col_first, const Indices& col_count,
                  const Weights& col_weights, const Array<float, 2>& sums,
                  const Array<float, 2>& turned, const Array<float, 2>& out) {
  require_taps_of<float>(plane, row_first, row_count, row_weights, col_first, col_count,
                         col_weights);
  const std::size_t rows = row_first.shape(0), columns = col_first.shape(0);
  require(has_shape(sums, rows, plane.shape(1)) && has_shape(turned, plane.shape(1), rows),
          "sums and turned: a row, or column, for each output row");
  require(has_shape(out, columns, rows), "out: one for each output");
  const nb::gil_scoped_release release;
  kKernels.reduce_plane(plane.data(), size(plane.shape(0)), size(plane.shape(1)), row_first.data(),
                        row_count.data(), row_weights.data(), size(rows),
                        size(row_weights.shape(1)), col_first.data(), col_count.data(),
                        col_weights.data(), size(columns), size(col_weights.shape(1)), sums.data(),
                        turned.data(), out.data());
}

using FixedWeights = Array<const std::int32_t, 2>;

void reduce_plane_fixed(const Plane& plane, const Indices& row_first, const Indices& row_count,
                        const FixedWeights& row_weights, const Indices& col_first,
                        const Indices& col_count, const FixedWeights& col_weights,
                        const Array<std::uint8_t, 2>& turned, const Array<std::int32_t, 1>& sums,
                        const Array<std::uint8_t, 2>& lines, const Array<std::uint8_t, 2>& out) {
  require_taps_of<std::int32_t>(plane, row_first, row_count, row_weights, col_first, col_count,
                                col_weights);
  const std::size_t rows = row_first.shape(0), columns = col_first.shape(0);
  const std::size_t height = plane.shape(0), width = plane.shape(1);
  require(has_shape(turned, width, height) && has_shape(lines, height, columns) &&
              sums.shape(0) >= std::max(height, columns),
          "turned, sums and lines: room for each line");
  require(has_shape(out, rows, columns), "out: one for each output");
  const nb::gil_scoped_release release;
  kKernels.reduce_plane_fixed(
      plane.data(), size(height), size(width), row_first.data(), row_count.data(),
      row_weights.data(), size(rows), size(row_weights.shape(1)), col_first.data(),
      col_count.data(), col_weights.data(), size(columns), size(col_weights.shape(1)),
      turned.data(), sums.data(), size(sums.shape(0)), lines.data(), out.data());
}

void find_content(const Plane& luma, const Array<std::int64_t, 1>& box) {
  require(luma.size() > 0 && box.shape(0) == 4, "find_content: a picture, and a box of four");
  const nb::gil_scoped_release release;
  kKernels.find_content(luma.data(), size(luma.shape(0)), size(luma.shape(1)), box.data());
}

Size total_steps(const Weights& picture) {
  return kKernels.total_steps(picture.data(), size(picture.shape(0)), size(picture.shape(1)));
}

void weigh_areas(double low, double high, const Array<std::int32_t, 1>& first,
                 const Array<std::int32_t, 1>& count, const Array<float, 2>& weights) {
  require(low >= 0.0 && low < high && high <= static_cast<double>(kMaxRows - 1),
          "an axis out of range");
  const std::size_t outputs = weights.shape(0), taps = weights.shape(1);
  require(first.shape(0) == outputs && count.shape(0) == outputs && outputs > 0,
          "tap tables differ in length");
  require(static_cast<double>(taps) >= (high - low) / static_cast<double>(outputs) + 2.0,
          "too few taps");
  kKernels.weigh_areas(low, high, first.data(), count.data(), weights.data(), size(outputs),
                       size(taps));
}

void round_turned(const Weights& columns, const Array<std::uint8_t, 2>& samples) {
  require(has_shape(samples, columns.shape(1), columns.shape(0)), "samples: one for each value");
  kKernels.round_turned(columns.data(), size(columns.shape(0)), size(columns.shape(1)),
                        samples.data());
}

void above_median(const Array<const double, 1>& values, bool lower, const Array<double, 1>& room,
                  const Array<std::uint8_t, 1>& bits) {
  const std::size_t count = values.shape(0);
  require(count > 0 && count == room.shape(0) && count == 8 * bits.shape(0),
          "above_median: eight values for each byte, and room for them");
  kKernels.above_median(values.data(), size(count), lower ? 1 : 0, room.data(), bits.data());
}

using Basis = Array<const double, 2>;

template <typename Picture>
void require_frequencies(const Picture& picture, Size begin, const Basis& basis) {
  const std::size_t side = picture.shape(0), frequencies = basis.shape(0);
  require(picture.shape(1) == side && std::has_single_bit(side),
          "frequencies: of a square picture whose side is a power of two");
  require(
      begin >= 0 && begin <= size(side) && frequencies <= side - static_cast<std::size_t>(begin),
      "frequencies out of range");
  require(basis.shape(1) == side, "basis: one line for each frequency");
}

void low_frequencies(const Array<double, 2>& picture, Size begin, const Basis& basis,
                     const Array<double, 2>& lines, const Array<double, 2>& turned,
                     const Array<double, 2>& out) {
  require_frequencies(picture, begin, basis);
  const std::size_t side = picture.shape(0), frequencies = basis.shape(0);
  require(has_shape(lines, frequencies, side) && has_shape(turned, side, frequencies) &&
              has_shape(out, frequencies, frequencies),
          "lines, turned and out: one line for each frequency");
  kKernels.low_frequencies(picture.data(), size(side), begin, basis.data(), size(frequencies),
                           lines.data(), turned.data(), out.data());
}

// `low_frequencies`, then `above_median`, with all the room that they take.
template <typename Sample>
nb::bytes frequency_hash(const Strip<Sample>& picture, Size begin, const Basis& basis, bool lower,
                         bool backwards) {
  require_frequencies(picture, begin, basis);
  const std::size_t side = picture.shape(0), frequencies = basis.shape(0);
  const std::size_t count = frequencies * frequencies, of_lines = frequencies * side;
  require(count > 0 && count % 8 == 0, "frequency_hash: eight frequencies for each byte");
  const auto room =
      std::make_unique_for_overwrite<double[]>(side * side + 2 * of_lines + 2 * count);
  double* const lines = room.get() + side * side;
  double* const values = lines + 2 * of_lines;
  const std::int64_t across = picture.stride(1), down = picture.stride(0);
  double* column = room.get();
  for (Size x = 0; x < size(side); ++x, column += side) {
    for (Size y = 0; y < size(side); ++y) column[y] = picture.data()[x * across + y * down];
  }
  kKernels.low_frequencies(room.get(), size(side), begin, basis.data(), size(frequencies), lines,
                           lines + of_lines, values);
  if (backwards) std::reverse(values, values + count);
  std::vector<std::uint8_t> bits(count / 8);
  kKernels.above_median(values, size(count), lower ? 1 : 0, values + count, bits.data());
  return nb::bytes(bits.data(), bits.size());
}

template <typename Sample>
void define_frequency_hash(nb::module_& module) {
  module.def("frequency_hash", &frequency_hash<Sample>, "picture"_a.noconvert(), "begin"_a,
             "basis"_a.noconvert(), "lower"_a = false, "backwards"_a = false);
}

void require_same_size(const Plane& plane, const Picture& rgb) {
  require(plane.shape(0) == rgb.shape(0) && plane.shape(1) == rgb.shape(1),
          "planes and picture differ in size");
}

void ycbcr_to_rgb(const Plane& y, const Plane& cb, const Plane& cr, const Picture& rgb) {
  for (const Plane* plane : {&y, &cb, &cr}) require_same_size(*plane, rgb);
  const nb::gil_scoped_release release;
  kKernels.ycbcr_to_rgb(y.data(), cb.data(), cr.data(), rgb.data(), size(rgb.shape(0)),
                        size(rgb.shape(1)));
}

using Light = Array<std::uint16_t, 3>;
using LightTable = nb::ndarray<const std::uint16_t, nb::shape<256>, nb::c_contig, nb::device::cpu>;

void look_up_channels(const Array<const std::uint8_t, 3>& picture, const LightTable& table,
                      const Light& light) {
  require(picture.shape(0) == light.shape(1) && picture.shape(1) == light.shape(2) &&
              picture.shape(2) == light.shape(0),
          "picture and planes differ in size");
  const nb::gil_scoped_release release;
  kKernels.look_up_channels(picture.data(), table.data(), light.data(), size(picture.shape(0)),
                            size(picture.shape(1)), size(picture.shape(2)));
}

template <auto KernelTable::* Kernel>
void four_planes_to_rgb(const Plane& a, const Plane& b, const Plane& c, const Plane& k,
                        bool inverted, const Picture& rgb) {
  for (const Plane* plane : {&a, &b, &c, &k}) require_same_size(*plane, rgb);
  const nb::gil_scoped_release release;
  (kKernels.*Kernel)(a.data(), b.data(), c.data(), k.data(), inverted ? 1 : 0, rgb.data(),
                     size(rgb.shape(0)), size(rgb.shape(1)));
}

template <typename Sample, ResampleStrip<Sample>* KernelTable::* Kernel>
void define_resample_strip(nb::module_& module) {
  module.def("resample_strip", &resample_strip<Sample, Kernel>, "strip"_a.noconvert(),
             "strip_row"_a, "row_first"_a.noconvert(), "row_count"_a.noconvert(),
             "row_weights"_a.noconvert(), "col_first"_a.noconvert(), "col_weights"_a.noconvert(),
             "accumulators"_a.noconvert(), "scratch"_a.noconvert(), "out_row"_a, "window_row"_a,
             "out"_a.noconvert());
}

using Hashes = Array<const std::uint64_t, 2>;
using Numbers = Array<std::int64_t, 1>;

constexpr std::size_t kChunks = 4;  // as in streamresize/kernels/hamming.py
constexpr std::size_t kChunkValues = 1 << 16;
constexpr std::size_t kMostWords = 1000, kMostQueries = 65535;  // as uint16 can count

void hamming_nearest(const Hashes& hashes, const Hashes& queries,
                     const Array<std::uint16_t, 1>& distances,
                     const Array<std::uint16_t, 1>& numbers) {
  require(hashes.shape(1) == queries.shape(1) && hashes.shape(1) <= kMostWords,
          "hashes and queries of different lengths, or too long");
  require(queries.shape(0) <= kMostQueries, "too many queries");
  require(hashes.shape(0) == distances.shape(0) && hashes.shape(0) == numbers.shape(0),
          "distances and numbers: one for each hash");
  const nb::gil_scoped_release release;
  kKernels.hamming_nearest(hashes.data(), size(hashes.shape(0)), size(hashes.shape(1)),
                           queries.data(), size(queries.shape(0)), distances.data(),
                           numbers.data());
}

template <auto KernelTable::* Kernel, std::size_t words>
Size hamming_within(const Hashes& hashes, const Hashes& queries, Size radius, const Numbers& rows,
                    const Numbers& numbers, const Numbers& distances) {
  require(hashes.shape(1) == words && queries.shape(1) == words, "hashes of another length");
  require(rows.shape(0) == numbers.shape(0) && rows.shape(0) == distances.shape(0),
          "rows, numbers and distances differ in length");
  const nb::gil_scoped_release release;
  return (kKernels.*Kernel)(hashes.data(), size(hashes.shape(0)), queries.data(),
                            size(queries.shape(0)), radius, rows.data(), numbers.data(),
                            distances.data(), size(rows.shape(0)));
}

// The bits that each chunk may differ in have their masks.
void require_masks(const Array<const std::uint16_t, 1>& masks,
                   const Array<const std::int64_t, 1>& counts, Size radius) {
  require(radius >= 0 && radius / size(kChunks) < size(counts.shape(0)), "radius out of range");
  for (std::size_t bits = 0; bits < counts.shape(0); ++bits) {
    require(counts.data()[bits] >= 0 && counts.data()[bits] <= size(masks.shape(0)),
            "mask_counts out of range");
  }
}

Size probe_within(const Hashes& hashes, const Array<const std::uint32_t, 2>& order,
                  const Array<const std::uint32_t, 2>& starts,
                  const Array<const std::uint16_t, 1>& masks,
                  const Array<const std::int64_t, 1>& mask_counts,
                  const Array<const std::uint64_t, 1>& query, Size radius, const Numbers& rows,
                  const Numbers& distances) {
  require(
      hashes.shape(0) == kChunks && order.shape(0) == kChunks && order.shape(1) == hashes.shape(1),
      "hashes and order: a row for each chunk");
  require(starts.shape(0) == kChunks && starts.shape(1) == kChunkValues + 1,
          "starts: one for each value of a chunk, and the end");
  require_masks(masks, mask_counts, radius);
  require(query.shape(0) == 1, "the query must have 64 bits");
  require(rows.shape(0) == distances.shape(0), "rows and distances differ in length");
  const nb::gil_scoped_release release;
  return kKernels.probe_within(hashes.data(), order.data(), starts.data(), size(hashes.shape(1)),
                               masks.data(), size(masks.shape(0)), mask_counts.data(),
                               size(mask_counts.shape(0)), query.data(), radius, rows.data(),
                               distances.data(), size(rows.shape(0)));
}

}  // namespace

void register_kernels(nb::module_& module) {
  define_resample_strip<std::uint8_t, &KernelTable::resample_strip>(module);
  define_resample_strip<std::uint16_t, &KernelTable::resample_deep_strip>(module);
  module.def("look_up_channels", &look_up_channels, "picture"_a.noconvert(), "table"_a.noconvert(),
             "light"_a.noconvert());
  module.def("reduce_strip_fixed", &reduce_strip_fixed, "strip"_a.noconvert(), "strip_row"_a,
             "row_first"_a.noconvert(), "row_count"_a.noconvert(), "row_weights"_a.noconvert(),
             "col_first"_a.noconvert(), "col_count"_a.noconvert(), "col_weights"_a.noconvert(),
             "line"_a.noconvert(), "sums"_a.noconvert());
  module.def("reduce_rows", &reduce_rows, "strip"_a.noconvert(), "strip_row"_a,
             "first"_a.noconvert(), "count"_a.noconvert(), "weights"_a.noconvert(),
             "sums"_a.noconvert());
  module.def("reduce_columns", &reduce_columns, "columns"_a.noconvert(), "first"_a.noconvert(),
             "count"_a.noconvert(), "weights"_a.noconvert(), "out"_a.noconvert());
  module.def("reduce_plane", &reduce_plane, "plane"_a.noconvert(), "row_first"_a.noconvert(),
             "row_count"_a.noconvert(), "row_weights"_a.noconvert(), "col_first"_a.noconvert(),
             "col_count"_a.noconvert(), "col_weights"_a.noconvert(), "sums"_a.noconvert(),
             "turned"_a.noconvert(), "out"_a.noconvert());
  module.def("reduce_plane_fixed", &reduce_plane_fixed, "plane"_a.noconvert(),
             "row_first"_a.noconvert(), "row_count"_a.noconvert(), "row_weights"_a.noconvert(),
             "col_first"_a.noconvert(), "col_count"_a.noconvert(), "col_weights"_a.noconvert(),
             "turned"_a.noconvert(), "sums"_a.noconvert(), "lines"_a.noconvert(),
             "out"_a.noconvert());
  module.def("find_content", &find_content, "luma"_a.noconvert(), "box"_a.noconvert());
  module.def("total_steps", &total_steps, "picture"_a.noconvert());
  module.def("weigh_areas", &weigh_areas, "low"_a, "high"_a, "first"_a.noconvert(),
             "count"_a.noconvert(), "weights"_a.noconvert());
  module.def("round_turned", &round_turned, "columns"_a.noconvert(), "samples"_a.noconvert());
  module.def("above_median", &above_median, "values"_a.noconvert(), "lower"_a, "room"_a.noconvert(),
             "bits"_a.noconvert());
  module.def("low_frequencies", &low_frequencies, "picture"_a.noconvert(), "begin"_a,
             "basis"_a.noconvert(), "lines"_a.noconvert(), "turned"_a.noconvert(),
             "out"_a.noconvert());
  define_frequency_hash<std::uint8_t>(module);
  define_frequency_hash<float>(module);
  module.def("ycbcr_to_rgb", &ycbcr_to_rgb, "y"_a.noconvert(), "cb"_a.noconvert(),
             "cr"_a.noconvert(), "rgb"_a.noconvert());
  module.def("cmyk_to_rgb", &four_planes_to_rgb<&KernelTable::cmyk_to_rgb>, "c"_a.noconvert(),
             "m"_a.noconvert(), "y"_a.noconvert(), "k"_a.noconvert(), "inverted"_a,
             "rgb"_a.noconvert());
  module.def("ycck_to_rgb", &four_planes_to_rgb<&KernelTable::ycck_to_rgb>, "y"_a.noconvert(),
             "cb"_a.noconvert(), "cr"_a.noconvert(), "k"_a.noconvert(), "inverted"_a,
             "rgb"_a.noconvert());
  module.def("hamming_nearest", &hamming_nearest, "hashes"_a.noconvert(), "queries"_a.noconvert(),
             "distances"_a.noconvert(), "numbers"_a.noconvert());
  module.def("hamming_within_64", &hamming_within<&KernelTable::hamming_within_64, 1>,
             "hashes"_a.noconvert(), "queries"_a.noconvert(), "radius"_a, "rows"_a.noconvert(),
             "numbers"_a.noconvert(), "distances"_a.noconvert());
  module.def("hamming_within_256", &hamming_within<&KernelTable::hamming_within_256, 4>,
             "hashes"_a.noconvert(), "queries"_a.noconvert(), "radius"_a, "rows"_a.noconvert(),
             "numbers"_a.noconvert(), "distances"_a.noconvert());
  module.def("probe_within", &probe_within, "hashes"_a.noconvert(), "order"_a.noconvert(),
             "starts"_a.noconvert(), "masks"_a.noconvert(), "mask_counts"_a.noconvert(),
             "query"_a.noconvert(), "radius"_a, "rows"_a.noconvert(), "distances"_a.noconvert());
}

}  // namespace streamresize
