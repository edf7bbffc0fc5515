#include "idct.hpp"

#include <array>
#include <cmath>
#include <numbers>

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

template <typename Sample>
std::array<Sample, 64> transformed(const BlockTransforms& transforms, int size,
                                   const TestInput& input, int last) {
  std::array<Sample, 64> samples{};
  transforms.for_size(static_cast<std::uint32_t>(size))(
      input.coefficients.data(), input.quantization.data(), last,
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

TEST(transforms_are_within_one_level_of_the_exact_ones) {
  check_against_exact<std::uint8_t>(kPortableTransforms.bits8, 60, 128);
  check_against_exact<std::uint16_t>(kPortableTransforms.bits12, 900, 2048);
}

#ifdef STREAMRESIZE_X86_64_V3
TEST(variants_agree_on_any_coefficients) {
  if (!__builtin_cpu_supports("avx2")) return;
  Random random(5);
  for (const int amplitude : {10, 1000, 32767}) {
    for (int round = 0; round < 200; ++round) {
      const TestInput input = random_input(random, amplitude, random.between(0, 63));
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
