// Arrays as Python passes them, and what is asked of them.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "kernel_table.hpp"

namespace streamresize {

template <typename T, int Dimensions>
using Array =
    nanobind::ndarray<T, nanobind::ndim<Dimensions>, nanobind::c_contig, nanobind::device::cpu>;
template <typename Sample>
using Strip = nanobind::ndarray<const Sample, nanobind::ndim<2>, nanobind::device::cpu>;
using Plane = Array<const std::uint8_t, 2>;
using Indices = Array<const std::int32_t, 1>;
using Weights = Array<const float, 2>;
using Basis = Array<const double, 2>;

inline constexpr std::int64_t kMaxRows = std::int64_t{1} << 31;

inline Size size(std::size_t value) { return static_cast<Size>(value); }

inline void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

template <typename T>
bool has_shape(const Array<T, 2>& array, std::size_t rows, std::size_t columns) {
  return array.shape(0) == rows && array.shape(1) == columns;
}

}  // namespace streamresize
