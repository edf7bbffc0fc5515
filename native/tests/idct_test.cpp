#include "idct.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "check.hpp"
#include "random.hpp"
#include "zigzag.hpp"

using namespace streamresize;

namespace {

struct TestInput {
  std::array<std::int16_t, 64> coefficients{};
  std::array<std::uint16_t, 64> quantization{};
  int last = 0;
};

TestInput random_input(Random& random, int amplitude, int last) {
  TestInput input;
  input.last = last;
  for (auto& step : input.quantization) step = static_cast<std::uint16_t>(random.between(1, 9));
  for (int k = 0; k <= last; ++k) {
    input.coefficients[kNaturalOrder[static_cast<std::size_t>(k)]] =
        static_cast<std::int16_t>(random.between(-amplitude, amplitude));
  }
  return input;
}

// N-point inverse of the top-left N x N coefficients times N / 8, in double precision.
double exact_sample(const TestInput& input, int size, int x, int y, double middle) {
  double sum = 0;
  for (int v = 0; v < size; ++v) {
    for (int u = 0; u < size; ++u) {
      const auto at = static_cast<std::size_t>(8 * v + u);
      const double scale = (u == 0 ? std::sqrt(0.5) : 1) * (v == 0 ? std::sqrt(0.5) : 1) / 4;
      sum += scale * input.coefficients[at] * input.quantization[at] *
             std::cos((2 * x + 1) * u * std::numbers::pi / (2 * size)) *
             std::cos((2 * y + 1) * v * std::numbers::pi / (2 * size));
    }
  }
  return std::min(std::max(sum + middle, 0.0), 2 * middle - 1);
}

using Wide = std::array<std::int64_t, 8>;

// One pass of the accurate integer transform, 13 fraction bits.
Wide integer_pass(const Wide& in, int shift) {
  const auto rotated = (in[2] + in[6]) * 4433;
  const auto even2 = rotated - in[6] * 15137;
  const auto even3 = rotated + in[2] * 6270;
  const auto even0 = (in[0] + in[4]) * 8192;
  const auto even1 = (in[0] - in[4]) * 8192;
  const auto z5 = (in[7] + in[3] + in[5] + in[1]) * 9633;
  const auto z1 = (in[7] + in[1]) * -7373;
  const auto z2 = (in[5] + in[3]) * -20995;
  const auto z3 = (in[7] + in[3]) * -16069 + z5;
  const auto z4 = (in[5] + in[1]) * -3196 + z5;
  const std::array<std::int64_t, 4> even{even0 + even3, even1 + even2, even1 - even2,
                                         even0 - even3};
  const std::array<std::int64_t, 4> odd{in[1] * 12299 + z1 + z4, in[3] * 25172 + z2 + z3,
                                        in[5] * 16819 + z2 + z4, in[7] * 2446 + z1 + z3};
  Wide out;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    out[i] = (even[i] + odd[i] + half) >> shift;
    out[7 - i] = (even[i] - odd[i] + half) >> shift;
  }
  return out;
}

// The accurate integer transform, columns first, 2 more fraction bits between the passes.
std::array<std::uint8_t, 64> integer_transform(const TestInput& input) {
  std::array<Wide, 8> rows;
  for (std::size_t x = 0; x < 8; ++x) {
    Wide column;
    for (std::size_t y = 0; y < 8; ++y) {
      column[y] = input.coefficients[8 * y + x] * std::int64_t{input.quantization[8 * y + x]};
    }
    column = integer_pass(column, 13 - 2);
    for (std::size_t y = 0; y < 8; ++y) rows[y][x] = column[y];
  }
  std::array<std::uint8_t, 64> samples;
  for (std::size_t y = 0; y < 8; ++y) {
    const Wide row = integer_pass(rows[y], 13 + 2 + 3);
    for (std::size_t x = 0; x < 8; ++x) {
      samples[8 * y + x] =
          static_cast<std::uint8_t>(std::clamp<std::int64_t>(row[x] + 128, 0, 255));
    }
  }
  return samples;
}

template <typename Sample>
std::array<Sample, 64> transformed(const BlockTransforms& transforms, int size,
                                   const TestInput& input, int last) {
  std::array<Sample, 64> samples{};
  TestInput copy = input;
  auto last_index = static_cast<std::uint8_t>(last);
  transforms.for_size(static_cast<std::uint32_t>(size))(
      copy.coefficients.data(), &last_index, 1, input.quantization.data(),
      reinterpret_cast<std::uint8_t*>(samples.data()), 8 * sizeof(Sample));
  return samples;
}

template <typename Sample>
void check_against_exact(const BlockTransforms& transforms, int amplitude, double middle) {
  Random random(4);
  for (const int last : {0, 1, 3, 9, 10, 24, 63}) {
    for (int round = 0; round < 50; ++round) {
      const TestInput input = random_input(random, amplitude, last);
      for (const int size : {1, 2, 4, 8}) {
        // With 12 bits of precision fewer fraction bits fit between the two passes.
        const double tolerance = size == 8 && middle > 128 ? 1.5 : 1.0;
        const auto samples = transformed<Sample>(transforms, size, input, last);
        for (int y = 0; y < size; ++y) {
          for (int x = 0; x < size; ++x) {
            const double exact = exact_sample(input, size, x, y, middle);
            const double error = std::abs(samples[static_cast<std::size_t>(8 * y + x)] - exact);
            CHECK(error <= tolerance);
          }
        }
        CHECK(samples == transformed<Sample>(transforms, size, input, 63));
      }
    }
  }
}

}  // namespace

TEST(the_zigzag_order_walks_the_diagonals) {
  std::size_t k = 0;
  for (int diagonal = 0; diagonal < 15; ++diagonal) {
    for (int step = 0; step <= diagonal; ++step) {
      const int x = diagonal % 2 == 0 ? step : diagonal - step;
      const int y = diagonal - x;
      if (x < 8 && y < 8) CHECK_EQUAL(kNaturalOrder[k++], 8 * y + x);
    }
  }
  CHECK_EQUAL(k, 64U);
  for (; k < kNaturalOrder.size(); ++k) CHECK_EQUAL(kNaturalOrder[k], 63);
}

TEST(transforms_are_within_one_level_of_the_exact_ones) {
  check_against_exact<std::uint8_t>(kPortableTransforms.bits8, 60, 128);
  check_against_exact<std::uint16_t>(kPortableTransforms.bits12, 900, 2048);
}

TEST(the_8_point_transform_is_the_accurate_integer_one) {
  Random random(6);
  for (const int amplitude : {3, 20, 60, 120}) {
    for (const int last : {0, 1, 5, 9, 10, 30, 63}) {
      for (int round = 0; round < 100; ++round) {
        const TestInput input = random_input(random, amplitude, last);
        CHECK(transformed<std::uint8_t>(kPortableTransforms.bits8, 8, input, last) ==
              integer_transform(input));
      }
    }
  }
}

TEST(samples_are_clamped) {
  for (const std::int16_t dc : std::array<std::int16_t, 4>{-16000, -1025, 1017, 16000}) {
    for (const int last : {0, 9, 63}) {
      TestInput input{.coefficients = {dc}, .quantization = {}, .last = last};
      input.quantization.fill(1);
      for (const int size : {1, 2, 4, 8}) {
        const auto samples =
            transformed<std::uint8_t>(kPortableTransforms.bits8, size, input, last);
        CHECK_EQUAL(samples[0], dc < 0 ? 0 : 255);
        CHECK_EQUAL(samples[static_cast<std::size_t>(9 * (size - 1))], dc < 0 ? 0 : 255);
      }
    }
  }
}

// Blocks in a row, which end at these zigzag indices, give what each gives alone; nothing is
// written beside them, and the rows that were read come out clear.
void check_side_by_side(const BlockTransforms& transforms, std::size_t size,
                        const std::vector<int>& ends) {
  const std::size_t stride = ends.size() * 8 + 4;
  Random random(7);
  std::vector<TestInput> inputs;
  std::vector<std::int16_t> coefficients;
  std::vector<std::uint8_t> last;
  for (const int index : ends) {
    TestInput input = random_input(random, 50, size == 1 ? 0 : index);
    input.quantization.fill(3);
    inputs.push_back(input);
    coefficients.insert(coefficients.end(), input.coefficients.begin(),
                        input.coefficients.begin() + (size == 1 ? 1 : 64));
    last.push_back(static_cast<std::uint8_t>(input.last));
  }
  std::vector<std::uint8_t> samples(8 * stride, 77);
  transforms.for_size(static_cast<std::uint32_t>(size))(
      coefficients.data(), last.data(), ends.size(), inputs[0].quantization.data(), samples.data(),
      static_cast<std::ptrdiff_t>(stride));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t x = i % stride;
    const std::size_t y = i / stride;
    if (y >= size || x >= size * ends.size()) {
      CHECK_EQUAL(samples[i], 77);
      continue;
    }
    const TestInput& input = inputs[x / size];
    const auto alone =
        transformed<std::uint8_t>(transforms, static_cast<int>(size), input, input.last);
    CHECK_EQUAL(samples[i], alone[8 * y + x % size]);
  }
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    if (size == 1 || i % 64 < 8 * size) CHECK_EQUAL(coefficients[i], 0);
  }
  CHECK(std::ranges::all_of(last, [](std::uint8_t index) { return index == 0; }));
}

TEST(blocks_side_by_side) {
  for (const BlockTransforms& transforms : {kPortableTransforms.bits8, block_transforms(8)}) {
    for (const std::size_t size : std::array<std::size_t, 4>{1, 2, 4, 8}) {
      check_side_by_side(transforms, size, {0, 9, 63, 0, 30});
      check_side_by_side(transforms, size, {0, 4, 3, 1, 7, 5, 6, 7, 8, 0, 4, 4, 9});
    }
  }
}

// The index of the last coefficient is a bound: what it spares must not show, however large the
// values are.
TEST(a_dc_coefficient_alone_gives_the_same_whatever_the_last_index_is) {
  for (const int dc : {1, 700, -700, 32767, -32768}) {
    for (const int step : {1, 9, 255, 65535}) {
      TestInput input;
      input.coefficients[0] = static_cast<std::int16_t>(dc);
      input.quantization.fill(static_cast<std::uint16_t>(step));
      for (const int size : {2, 4, 8}) {
        CHECK(transformed<std::uint8_t>(block_transforms(8), size, input, 0) ==
              transformed<std::uint8_t>(block_transforms(8), size, input, 63));
        CHECK(transformed<std::uint16_t>(block_transforms(12), size, input, 0) ==
              transformed<std::uint16_t>(block_transforms(12), size, input, 63));
      }
    }
  }
}

#ifdef STREAMRESIZE_X86_64_V3
TEST(variants_agree_on_any_coefficients) {
  if (!__builtin_cpu_supports("avx2")) return;
  const auto make_hostile = [](TestInput& input) {
    input.quantization.fill(65535);
    for (auto& value : input.coefficients) value = value < 0 ? -32768 : value > 0 ? 32767 : 0;
  };
  Random random(5);
  for (const int amplitude : {10, 80, 150, 300, 1000, 32767}) {
    for (int round = 0; round < 200; ++round) {
      TestInput input = random_input(random, amplitude, random.between(0, 63));
      if (round % 2 != 0) make_hostile(input);
      for (const int size : {1, 2, 4, 8}) {
        CHECK(transformed<std::uint8_t>(kPortableTransforms.bits8, size, input, input.last) ==
              transformed<std::uint8_t>(kAvx2Transforms.bits8, size, input, input.last));
        CHECK(transformed<std::uint16_t>(kPortableTransforms.bits12, size, input, input.last) ==
              transformed<std::uint16_t>(kAvx2Transforms.bits12, size, input, input.last));
      }
    }
  }
}
#endif
