// A plane to a few rows or samples: taps, checked once, and the kernels that use them, as Python's.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "register.hpp"
#include "taps.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace streamresize {
namespace {

void require_rows(const Strip<std::uint8_t>& strip, Size strip_row) {
  require(strip.stride(1) == 1 && strip.stride(0) >= size(strip.shape(1)) && strip_row >= 0,
          "strip: rows must be contiguous");
}

void reduce_strip_fixed(const Strip<std::uint8_t>& strip, Size strip_row, const FixedTaps& rows,
                        const FixedTaps& columns, const Array<std::int32_t, 1>& line,
                        const Array<std::int32_t, 2>& sums) {
  require_rows(strip, strip_row);
  require(columns.inputs() <= strip.shape(1), "taps out of range");
  require(line.shape(0) == columns.outputs() && has_shape(sums, rows.outputs(), columns.outputs()),
          "line and sums: one for each output");
  const nb::gil_scoped_release release;
  kKernels.reduce_strip_fixed(
      strip.data(), size(strip.shape(0)), strip.stride(0), strip_row, rows.first(), rows.lengths(),
      rows.weights(), size(rows.outputs()), size(rows.most()), columns.first(), columns.lengths(),
      columns.weights(), size(columns.outputs()), size(columns.most()), line.data(), sums.data());
}

void reduce_rows(const Strip<std::uint8_t>& strip, Size strip_row, const FloatTaps& rows,
                 const Array<float, 2>& sums) {
  require_rows(strip, strip_row);
  require(sums.shape(0) == rows.outputs() && sums.shape(1) <= strip.shape(1),
          "sums: a row for each output, no longer than those of the strip");
  const nb::gil_scoped_release release;
  kKernels.reduce_rows(strip.data(), size(strip.shape(0)), strip.stride(0), strip_row, rows.first(),
                       rows.lengths(), rows.weights(), size(rows.outputs()), size(rows.most()),
                       sums.data(), size(sums.shape(1)));
}

void reduce_columns(const Weights& plane, const FloatTaps& columns, const Array<float, 2>& out) {
  require(columns.inputs() <= plane.shape(0), "taps out of range");
  require(has_shape(out, columns.outputs(), plane.shape(1)), "out: one for each output and row");
  const nb::gil_scoped_release release;
  kKernels.reduce_columns(plane.data(), size(plane.shape(0)), size(plane.shape(1)), columns.first(),
                          columns.lengths(), columns.weights(), size(columns.outputs()),
                          size(columns.most()), out.data());
}

void reduce_plane(const Plane& plane, const FloatTaps& rows, const FloatTaps& columns,
                  const Array<float, 2>& out) {
  const PlaneSpan span = span_of(plane);
  require_taps_within(span, rows, columns);
  require(has_shape(out, columns.outputs(), rows.outputs()), "out: one for each output");
  const nb::gil_scoped_release release;
  reduce(span, rows, columns, out.data());
}

void reduce_plane_fixed(const Plane& plane, const FixedTaps& rows, const FixedTaps& columns,
                        const Array<std::uint8_t, 2>& out) {
  const PlaneSpan span = span_of(plane);
  require_taps_within(span, rows, columns);
  require(has_shape(out, rows.outputs(), columns.outputs()), "out: one for each output");
  const nb::gil_scoped_release release;
  reduce(span, rows, columns, out.data());
}

void round_turned(const Weights& columns, const Array<std::uint8_t, 2>& samples) {
  require(has_shape(samples, columns.shape(1), columns.shape(0)), "samples: one for each value");
  kKernels.round_turned(columns.data(), size(columns.shape(0)), size(columns.shape(1)),
                        samples.data());
}

// Read-only arrays that keep their taps alive.
template <typename T>
nb::object view(const T* data, std::initializer_list<std::size_t> shape, nb::handle taps) {
  return nb::ndarray<nb::numpy, const T>(data, shape, taps).cast();
}

template <typename Weight>
void define_taps(nb::module_& module, const char* name) {
  using Kind = Taps<Weight>;
  nb::class_<Kind>(module, name)
      .def(nb::init<const Indices&, const Indices&, const Array<const Weight, 2>&>(),
           "first"_a.noconvert(), "lengths"_a.noconvert(), "weights"_a.noconvert())
      .def_prop_ro(
          "first",
          [](const Kind& taps) { return view(taps.first(), {taps.outputs()}, nb::find(taps)); })
      .def_prop_ro(
          "lengths",
          [](const Kind& taps) { return view(taps.lengths(), {taps.outputs()}, nb::find(taps)); })
      .def_prop_ro("weights",
                   [](const Kind& taps) {
                     return view(taps.weights(), {taps.outputs(), taps.most()}, nb::find(taps));
                   })
      .def_prop_ro("nbytes", &Kind::nbytes);
}

}  // namespace

void reduce(const PlaneSpan& plane, const FloatTaps& rows, const FloatTaps& columns, float* out) {
  const std::size_t count = plane.width * rows.outputs();
  const auto room = std::make_unique_for_overwrite<float[]>(2 * count);
  kKernels.reduce_plane(plane.data, size(plane.height), size(plane.width), rows.first(),
                        rows.lengths(), rows.weights(), size(rows.outputs()), size(rows.most()),
                        columns.first(), columns.lengths(), columns.weights(),
                        size(columns.outputs()), size(columns.most()), room.get(),
                        room.get() + count, out);
}

void reduce(const PlaneSpan& plane, const FixedTaps& rows, const FixedTaps& columns,
            std::uint8_t* out) {
  const std::size_t turned = plane.width * plane.height;
  const std::size_t longest = std::max(plane.height, columns.outputs());
  const auto room =
      std::make_unique_for_overwrite<std::uint8_t[]>(turned + plane.height * columns.outputs());
  const auto sums = std::make_unique_for_overwrite<std::int32_t[]>(longest);
  kKernels.reduce_plane_fixed(plane.data, size(plane.height), size(plane.width), rows.first(),
                              rows.lengths(), rows.weights(), size(rows.outputs()),
                              size(rows.most()), columns.first(), columns.lengths(),
                              columns.weights(), size(columns.outputs()), size(columns.most()),
                              room.get(), sums.get(), size(longest), room.get() + turned, out);
}

void register_reductions(nb::module_& module) {
  define_taps<float>(module, "FloatTaps");
  define_taps<std::int32_t>(module, "FixedTaps");
  module.def("area_taps", &FloatTaps::of_areas, "low"_a, "high"_a, "outputs"_a);
  module.def("reduce_strip_fixed", &reduce_strip_fixed, "strip"_a.noconvert(), "strip_row"_a,
             "rows"_a, "columns"_a, "line"_a.noconvert(), "sums"_a.noconvert());
  module.def("reduce_rows", &reduce_rows, "strip"_a.noconvert(), "strip_row"_a, "rows"_a,
             "sums"_a.noconvert());
  module.def("reduce_columns", &reduce_columns, "plane"_a.noconvert(), "columns"_a,
             "out"_a.noconvert());
  module.def("reduce_plane", &reduce_plane, "plane"_a.noconvert(), "rows"_a, "columns"_a,
             "out"_a.noconvert());
  module.def("reduce_plane_fixed", &reduce_plane_fixed, "plane"_a.noconvert(), "rows"_a,
             "columns"_a, "out"_a.noconvert());
  module.def("round_turned", &round_turned, "columns"_a.noconvert(), "samples"_a.noconvert());
}

}  // namespace streamresize
