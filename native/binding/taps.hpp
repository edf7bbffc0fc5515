// What each output sample of an axis is made of: lengths[i] inputs from first[i] on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "arrays.hpp"

namespace streamresize {

// Every tap has a weight: `rows` rows of `most` of them.
inline void require_taps(std::span<const std::int32_t> first, std::span<const std::int32_t> lengths,
                         std::size_t rows, std::size_t most) {
  require(first.size() == lengths.size() && first.size() == rows, "tap tables differ in length");
  bool valid = true;
  for (std::size_t i = 0; i < rows; ++i) {  // without a branch, so that it vectorises
    const std::int64_t begin = first.data()[i], length = lengths.data()[i];
    valid &= (begin >= 0) & (length >= 1) & (length <= size(most)) & (begin + length <= kMaxRows);
  }
  require(valid, "taps out of range");
}

// Checked when they are made, and never changed.
template <typename Weight>
class Taps {
 public:
  Taps(const Indices& first, const Indices& lengths, const Array<const Weight, 2>& weights)
      : first_(first.data(), first.data() + first.shape(0)),
        lengths_(lengths.data(), lengths.data() + lengths.shape(0)),
        weights_(weights.data(), weights.data() + weights.size()),
        most_(weights.shape(1)) {
    check(weights.shape(0));
  }

  // Averages over equal parts of what is from `low` to `high`; input i lies from i to i + 1.
  static Taps of_areas(double low, double high, std::size_t outputs) {
    require(low >= 0.0 && low < high && high <= static_cast<double>(kMaxRows - 1) && outputs > 0,
            "an axis out of range");
    const double inputs = std::ceil((high - low) / static_cast<double>(outputs));
    Taps taps(outputs, static_cast<std::size_t>(inputs) + 2);
    kKernels.weigh_areas(low, high, taps.first_.data(), taps.lengths_.data(), taps.weights_.data(),
                         size(outputs), size(taps.most_));
    taps.check(outputs);
    return taps;
  }

  [[nodiscard]] std::size_t outputs() const { return first_.size(); }
  // Those of an output, at most.
  [[nodiscard]] std::size_t most() const { return most_; }
  // That an axis must have.
  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t nbytes() const {
    return (first_.size() + lengths_.size()) * sizeof(std::int32_t) +
           weights_.size() * sizeof(Weight);
  }
  [[nodiscard]] const std::int32_t* first() const { return first_.data(); }
  [[nodiscard]] const std::int32_t* lengths() const { return lengths_.data(); }
  // most() for each output.
  [[nodiscard]] const Weight* weights() const { return weights_.data(); }

 private:
  Taps(std::size_t outputs, std::size_t most)
      : first_(outputs), lengths_(outputs), weights_(outputs * most), most_(most) {}

  void check(std::size_t rows) {
    require_taps(first_, lengths_, rows, most_);
    for (std::size_t i = 0; i < rows; ++i) {
      inputs_ = std::max(inputs_, static_cast<std::size_t>(std::int64_t{first_[i]} + lengths_[i]));
    }
  }

  std::vector<std::int32_t> first_;
  std::vector<std::int32_t> lengths_;
  std::vector<Weight> weights_;
  std::size_t most_;
  std::size_t inputs_ = 0;
};

using FloatTaps = Taps<float>;
using FixedTaps = Taps<std::int32_t>;

// uint8 samples, row by row.
struct PlaneSpan {
  const std::uint8_t* data;
  std::size_t height;
  std::size_t width;
};

inline PlaneSpan span_of(const Plane& plane) {
  return {plane.data(), plane.shape(0), plane.shape(1)};
}

template <typename Weight>
void require_taps_within(const PlaneSpan& plane, const Taps<Weight>& rows,
                         const Taps<Weight>& columns) {
  require(rows.inputs() <= plane.height && columns.inputs() <= plane.width, "taps out of range");
}

// A whole plane at once, with all the room that it takes: rows first, nothing rounded, transposed
// (columns, rows); or columns first in fixed point, (rows, columns). The taps lie within the plane.
void reduce(const PlaneSpan& plane, const FloatTaps& rows, const FloatTaps& columns, float* out);
void reduce(const PlaneSpan& plane, const FixedTaps& rows, const FixedTaps& columns,
            std::uint8_t* out);

}  // namespace streamresize
