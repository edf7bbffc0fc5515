// Rows of pictures and hashes by the million: the kernels of resampling, colour and search as
// Python functions.
//
// Arguments are checked here: the kernels trust them.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstdint>

#include "register.hpp"
#include "taps.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace streamresize {
namespace {

using Picture = nb::ndarray<std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;

constexpr Size kLanes = 4;  // as in streamresize/kernels/resampling.py

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
  require_taps({row_first.data(), row_first.shape(0)}, {row_count.data(), row_count.shape(0)},
               row_weights.shape(0), row_weights.shape(1));
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
