// Hashes of small pictures, made of kernels, as Python functions.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "register.hpp"
#include "taps.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace streamresize {
namespace {

using Bits = std::vector<std::uint8_t>;

nb::bytes to_python(const Bits& bits) { return nb::bytes(bits.data(), bits.size()); }

// Samples in either order.
template <typename Sample>
struct Samples {
  const Sample* data;
  std::size_t width;
  std::size_t height;
  std::ptrdiff_t across;  // from one to the next
  std::ptrdiff_t down;

  [[nodiscard]] const Sample& at(std::size_t x, std::size_t y) const {
    return data[size(x) * across + size(y) * down];
  }
  [[nodiscard]] Samples part(std::size_t left, std::size_t top, std::size_t columns,
                             std::size_t rows) const {
    return {&at(left, top), columns, rows, across, down};
  }
};

template <typename Sample>
Samples<Sample> samples_of(const Strip<Sample>& array) {
  return {array.data(), array.shape(1), array.shape(0), array.stride(1), array.stride(0)};
}

template <typename Sample>
Samples<Sample> by_rows(const std::vector<Sample>& samples, std::size_t width) {
  return {samples.data(), width, samples.size() / width, 1, size(width)};
}

template <typename Sample>
Samples<Sample> by_columns(const std::vector<Sample>& samples, std::size_t height) {
  return {samples.data(), samples.size() / height, height, size(height), 1};
}

// What `is_set(x, y)` says of each place, row by row, the most significant bit first.
template <typename IsSet>
Bits pack(std::size_t width, std::size_t height, IsSet is_set) {
  Bits bits((width * height + 7) / 8);
  for (std::size_t i = 0; i < width * height; ++i) {
    if (is_set(i % width, i / width)) bits[i / 8] |= static_cast<std::uint8_t>(0x80U >> (i % 8));
  }
  return bits;
}

Bits dhash(const Samples<std::uint8_t>& luma) {
  require(luma.width > 0, "dhash: no samples");
  return pack(luma.width - 1, luma.height,
              [&](std::size_t x, std::size_t y) { return luma.at(x + 1, y) > luma.at(x, y); });
}

Bits average_hash(const Samples<std::uint8_t>& luma) {
  const std::size_t count = luma.width * luma.height;
  require(count > 0, "average_hash: no samples");
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += luma.at(i % luma.width, i / luma.width);
  // Above the mean is above its whole part.
  return pack(luma.width, luma.height,
              [&](std::size_t x, std::size_t y) { return luma.at(x, y) > sum / count; });
}

// Which of 8 n values lie above their median, or the lower of the two in the middle.
Bits above_median(const std::vector<double>& values, bool lower) {
  require(!values.empty() && values.size() % 8 == 0, "above_median: eight values for each byte");
  std::vector<double> room(values.size());
  Bits bits(values.size() / 8);
  kKernels.above_median(values.data(), size(values.size()), lower ? 1 : 0, room.data(),
                        bits.data());
  return bits;
}

// Frequencies begin, begin + 1, ... of the DCT-II of a square, not normalised.
class Frequencies {
 public:
  // basis: a row for each of them.
  Frequencies(const Basis& basis, Size begin)
      : basis_(basis.data(), basis.data() + basis.size()),
        side_(basis.shape(1)),
        count_(basis.shape(0)),
        begin_(begin) {
    require(std::has_single_bit(side_) && side_ <= kMostSide,
            "frequencies: of a side that is a power of two, at most 4096");
    require(begin >= 0 && begin <= size(side_) && count_ <= side_ - static_cast<std::size_t>(begin),
            "frequencies out of range");
  }

  [[nodiscard]] std::size_t side() const { return side_; }
  [[nodiscard]] std::size_t count() const { return count_; }

  // Down and across, row by row.
  template <typename Sample>
  [[nodiscard]] std::vector<double> of(const Samples<Sample>& picture) const {
    require(picture.width == side_ && picture.height == side_,
            "frequencies: of a square as wide as the basis");
    const std::size_t of_lines = count_ * side_;
    const auto room = std::make_unique_for_overwrite<double[]>(side_ * side_ + 2 * of_lines);
    double* value = room.get();
    for (std::size_t x = 0; x < side_; ++x) {
      const Sample* column = &picture.at(x, 0);
      if (picture.down == 1) {
        value = std::copy_n(column, side_, value);
      } else {
        for (std::size_t y = 0; y < side_; ++y) *value++ = column[size(y) * picture.down];
      }
    }
    std::vector<double> values(count_ * count_);
    kKernels.low_frequencies(room.get(), size(side_), begin_, basis_.data(), size(count_), value,
                             value + of_lines, values.data());
    return values;
  }

 private:
  static constexpr std::size_t kMostSide = 4096;

  std::vector<double> basis_;
  std::size_t side_;
  std::size_t count_;
  Size begin_;
};

struct PdqHash {
  Bits bits;  // the last frequency first
  int quality;
};

// columns: luma, transposed.
PdqHash pdq(const std::vector<float>& columns, const Frequencies& frequencies) {
  constexpr Size kUnit = 90, kBest = 100;
  const auto side = size(frequencies.side());
  std::vector<double> values = frequencies.of(by_columns(columns, frequencies.side()));
  std::ranges::reverse(values);
  const Size steps = kKernels.total_steps(columns.data(), side, side);
  return {above_median(values, true), static_cast<int>(std::min(kBest, steps / kUnit))};
}

// Sides of the samples that hashes are made of: of the largest, from which come those of the
// others.
constexpr std::size_t kLargest = 64, kPhash = 32, kDhash = 8, kAverage = 8;
constexpr std::size_t kFrequencies = 16, kPhashFrequencies = 8;
constexpr std::size_t kColumns = kPhash + (kDhash + 1) + kAverage;
constexpr std::size_t kRows = kPhash + kDhash + kAverage;

// The known hashes of luma in small.
class SmallHasher {
 public:
  // columns, rows: taps from the largest samples to all others, one behind the other.
  SmallHasher(FixedTaps columns, FixedTaps rows, const Basis& phash, const Basis& phash256,
              const Basis& pdq)
      : columns_(std::move(columns)),
        rows_(std::move(rows)),
        phash_(phash, 0),
        phash256_(phash256, 0),
        pdq_(pdq, 1) {
    require(columns_.outputs() == kColumns && rows_.outputs() == kRows &&
                columns_.inputs() <= kLargest && rows_.inputs() <= kLargest,
            "taps: from the largest samples to all others");
    require(phash_.side() == kPhash && phash_.count() == kPhashFrequencies,
            "basis: the frequencies of phash");
    for (const Frequencies* of_largest : {&phash256_, &pdq_}) {
      require(of_largest->side() == kLargest && of_largest->count() == kFrequencies,
              "basis: the frequencies of the largest samples");
    }
  }

  // Taps from luma to the largest samples of imagehash, and to those of PDQ.
  [[nodiscard]] nb::tuple hashes(const Plane& luma, const FloatTaps& columns, const FloatTaps& rows,
                                 const FloatTaps& pdq_columns, const FloatTaps& pdq_rows) const {
    const PlaneSpan plane = span_of(luma);
    require_taps_within(plane, rows, columns);
    require_taps_within(plane, pdq_rows, pdq_columns);
    for (const FloatTaps* taps : {&columns, &rows, &pdq_columns, &pdq_rows}) {
      require(taps->outputs() == kLargest, "taps: to the largest samples");
    }
    Bits phash256, phash, differences, average;
    PdqHash pdq_hash;
    {
      const nb::gil_scoped_release release;
      std::vector<float> turned(kLargest * kLargest);
      std::vector<std::uint8_t> samples(kLargest * kLargest), others(kRows * kColumns);
      reduce(plane, rows, columns, turned.data());
      kKernels.round_turned(turned.data(), kLargest, kLargest, samples.data());
      reduce({samples.data(), kLargest, kLargest}, rows_, columns_, others.data());
      const auto all = by_rows(others, kColumns);
      phash256 = above_median(phash256_.of(by_rows(samples, kLargest)), false);
      phash = above_median(phash_.of(all.part(0, 0, kPhash, kPhash)), false);
      differences = dhash(all.part(kPhash, kPhash, kDhash + 1, kDhash));
      average = average_hash(all.part(kColumns - kAverage, kRows - kAverage, kAverage, kAverage));
      reduce(plane, pdq_rows, pdq_columns, turned.data());
      pdq_hash = pdq(turned, pdq_);
    }
    return nb::make_tuple(to_python(phash), to_python(phash256), to_python(differences),
                          to_python(average), to_python(pdq_hash.bits), pdq_hash.quality);
  }

 private:
  FixedTaps columns_;
  FixedTaps rows_;
  Frequencies phash_;
  Frequencies phash256_;
  Frequencies pdq_;
};

// Whether some of the values lie so far apart.
bool spans(const std::vector<float>& values, float range) {
  float least = values.front(), most = least;
  return std::ranges::any_of(values, [&](float value) {
    least = std::min(least, value);
    most = std::max(most, value);
    return most - least >= range;
  });
}

// Frequencies of the area averages of a part of luma, the largest about 1; of a blank part, zeros.
void area_frequencies(const Plane& luma, double left, double top, double right, double bottom,
                      Size begin, const Basis& basis, const Array<double, 2>& out) {
  constexpr float kRounding = 0x1p-6F;  // levels that the averages of a blank part may differ in
  const Frequencies frequencies(basis, begin);
  const std::size_t side = frequencies.side();
  const PlaneSpan plane = span_of(luma);
  // Before the tables take memory, which would grow with the part.
  require(right <= static_cast<double>(plane.width) && bottom <= static_cast<double>(plane.height),
          "a part that is not within the luma");
  const FloatTaps columns = FloatTaps::of_areas(left, right, side);
  const FloatTaps rows = FloatTaps::of_areas(top, bottom, side);
  require_taps_within(plane, rows, columns);
  require(has_shape(out, frequencies.count(), frequencies.count()), "out: one for each frequency");
  const nb::gil_scoped_release release;
  std::vector<float> turned(side * side);
  reduce(plane, rows, columns, turned.data());
  std::vector<double> values(out.size());
  if (spans(turned, kRounding)) values = frequencies.of(by_columns(turned, side));
  double scale = 1.0;
  for (const double value : values) scale = std::max(scale, std::abs(value));
  std::ranges::transform(values, out.data(), [=](double value) { return value / scale; });
}

void find_content(const Plane& luma, const Array<std::int64_t, 1>& box) {
  require(luma.size() > 0 && box.shape(0) == 4, "find_content: a picture, and a box of four");
  const nb::gil_scoped_release release;
  kKernels.find_content(luma.data(), size(luma.shape(0)), size(luma.shape(1)), box.data());
}

Size total_steps(const Weights& picture) {
  return kKernels.total_steps(picture.data(), size(picture.shape(0)), size(picture.shape(1)));
}

void low_frequencies_of(const Strip<double>& picture, Size begin, const Basis& basis,
                        const Array<double, 2>& out) {
  const Frequencies frequencies(basis, begin);
  require(has_shape(out, frequencies.count(), frequencies.count()), "out: one for each frequency");
  std::ranges::copy(frequencies.of(samples_of<double>(picture)), out.data());
}

nb::bytes bits_above_median(const Array<const double, 1>& values, bool lower) {
  return to_python(above_median({values.data(), values.data() + values.size()}, lower));
}

nb::bytes phash_of(const Strip<std::uint8_t>& luma, const Basis& basis) {
  return to_python(above_median(Frequencies(basis, 0).of(samples_of<std::uint8_t>(luma)), false));
}

nb::bytes dhash_of(const Strip<std::uint8_t>& luma) {
  return to_python(dhash(samples_of<std::uint8_t>(luma)));
}

nb::bytes average_hash_of(const Strip<std::uint8_t>& luma) {
  return to_python(average_hash(samples_of<std::uint8_t>(luma)));
}

nb::tuple pdq_of(const Strip<float>& luma, const Basis& basis) {
  const Frequencies frequencies(basis, 1);
  const auto samples = samples_of<float>(luma);
  const std::size_t side = frequencies.side();
  require(samples.width == side && samples.height == side, "pdq: a square as wide as the basis");
  std::vector<float> columns(side * side);
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = samples.at(i / side, i % side);
  const PdqHash hash = pdq(columns, frequencies);
  return nb::make_tuple(to_python(hash.bits), hash.quality);
}

}  // namespace

void register_hashes(nb::module_& module) {
  module.def("find_content", &find_content, "luma"_a.noconvert(), "box"_a.noconvert());
  module.def("total_steps", &total_steps, "picture"_a.noconvert());
  module.def("above_median", &bits_above_median, "values"_a.noconvert(), "lower"_a);
  module.def("low_frequencies", &low_frequencies_of, "picture"_a.noconvert(), "begin"_a,
             "basis"_a.noconvert(), "out"_a.noconvert());
  module.def("phash", &phash_of, "luma"_a.noconvert(), "basis"_a.noconvert());
  module.def("dhash", &dhash_of, "luma"_a.noconvert());
  module.def("average_hash", &average_hash_of, "luma"_a.noconvert());
  module.def("pdq", &pdq_of, "luma"_a.noconvert(), "basis"_a.noconvert());
  module.def("area_frequencies", &area_frequencies, "luma"_a.noconvert(), "left"_a, "top"_a,
             "right"_a, "bottom"_a, "begin"_a, "basis"_a.noconvert(), "out"_a.noconvert());
  nb::class_<SmallHasher>(module, "SmallHasher")
      .def(nb::init<FixedTaps, FixedTaps, const Basis&, const Basis&, const Basis&>(), "columns"_a,
           "rows"_a, "phash"_a.noconvert(), "phash256"_a.noconvert(), "pdq"_a.noconvert())
      .def("hashes", &SmallHasher::hashes, "luma"_a.noconvert(), "columns"_a, "rows"_a,
           "pdq_columns"_a, "pdq_rows"_a);
}

}  // namespace streamresize
