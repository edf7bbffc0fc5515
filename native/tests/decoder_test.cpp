#include "streamresize/decoder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "decode_all.hpp"
#include "idct.hpp"
#include "jpeg_writer.hpp"
#include "random.hpp"

using namespace streamresize;

namespace {

using Bytes = std::vector<std::uint8_t>;

Decoded decode(const Bytes& bytes, const std::vector<std::uint8_t>& scales,
               std::size_t chunk = 4096, bool strict = false) {
  return decode_all(bytes, {.scales = scales, .chunk = chunk, .options = {.strict = strict}});
}

// The plane as the transforms make it from the coefficients that were written.
Bytes expected_plane(const TestPicture& picture, std::size_t index, std::uint8_t scale) {
  const TestComponent& part = picture.components[index];
  std::uint32_t h_max = 1;
  std::uint32_t v_max = 1;
  for (const TestComponent& other : picture.components) {
    h_max = std::max<std::uint32_t>(h_max, other.h);
    v_max = std::max<std::uint32_t>(v_max, other.v);
  }
  const std::uint32_t width = ceil_div(ceil_div(picture.width * part.h, h_max), scale);
  const std::uint32_t height = ceil_div(ceil_div(picture.height * part.v, v_max), scale);
  const std::uint32_t size = 8U / scale;
  std::array<std::uint16_t, 64> quantization;
  quantization.fill(picture.step);
  Bytes plane(std::size_t{width} * height);
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      const TestBlock& block = part.blocks[std::size_t{y / size} * part.columns + x / size];
      std::array<std::uint8_t, 64> samples;
      block_transforms(8).for_size(size)(block.data(), quantization.data(), 63, samples.data(), 8);
      plane[std::size_t{y} * width + x] = samples[(y % size) * 8 + x % size];
    }
  }
  return plane;
}

void check_planes(const TestPicture& picture, const std::vector<std::uint8_t>& scales) {
  const Decoded decoded = decode(write_jpeg(picture), scales);
  CHECK(decoded.status.code == StatusCode::end);
  CHECK(decoded.warnings.empty());
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    CHECK(decoded.planes[i] == expected_plane(picture, i, scales[std::min(i, scales.size() - 1)]));
  }
}

Bytes small_jpeg() { return write_jpeg(random_picture(50, 40, {{2, 2}, {1, 1}, {1, 1}}, 6)); }

std::size_t find(const Bytes& bytes, std::uint8_t marker) {
  const std::array<std::uint8_t, 2> wanted{0xFF, marker};
  return static_cast<std::size_t>(
      std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) - bytes.begin());
}

}  // namespace

TEST(planes_are_the_transforms_of_the_coefficients) {
  for (const std::uint8_t scale : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
    check_planes(random_picture(61, 45, {{1, 1}}, 1), {scale});
    check_planes(random_picture(61, 45, {{2, 2}}, 2), {scale});
    check_planes(random_picture(61, 45, {{2, 2}, {1, 1}, {1, 1}}, 3), {scale});
    check_planes(random_picture(300, 9, {{1, 2}, {4, 1}, {3, 1}, {1, 1}}, 4), {scale});
    check_planes(random_picture(1, 1, {{2, 1}, {1, 2}}, 5), {scale});
  }
  check_planes(random_picture(90, 70, {{2, 2}, {1, 1}, {1, 1}}, 7), {2, 1, 8});
}

TEST(results_do_not_depend_on_the_pieces) {
  TestPicture picture = random_picture(150, 40, {{2, 1}, {1, 1}, {1, 1}}, 8);
  picture.restart_interval = 3;
  Bytes damaged = write_jpeg(picture);
  damaged[damaged.size() / 2] ^= 0x55;
  for (const Bytes& bytes : {write_jpeg(picture), damaged}) {
    const Decoded whole = decode(bytes, {1}, bytes.size());
    for (const std::size_t chunk : std::array<std::size_t, 6>{1, 2, 3, 7, 64, 1000}) {
      const Decoded pieces = decode(bytes, {1}, chunk);
      CHECK(pieces.planes == whole.planes);
      CHECK_EQUAL(pieces.warnings.size(), whole.warnings.size());
    }
  }
}

TEST(a_cut_file_ends_with_a_warning_or_a_fault) {
  Bytes bytes = small_jpeg();
  bytes.resize(bytes.size() - bytes.size() / 3);
  const Decoded lenient = decode(bytes, {1});
  CHECK(lenient.status.code == StatusCode::end);
  CHECK_EQUAL(lenient.warnings.size(), 1U);
  const Decoded strict = decode(bytes, {1}, 4096, true);
  CHECK(strict.status.code == StatusCode::malformed);
  CHECK(strict.status.offset > find(bytes, 0xDA));
  CHECK(strict.status.offset <= bytes.size());
}

TEST(any_single_change_is_survived) {
  const Bytes sound = small_jpeg();
  Random random(9);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    Bytes bytes = sound;
    bytes[at] = static_cast<std::uint8_t>(random.between(0, 255));
    if (at >= find(sound, 0xC0) && at < find(sound, 0xC0) + 9) continue;  // other sizes take long
    const Decoded decoded = decode(bytes, {static_cast<std::uint8_t>(1 << random.between(0, 3))},
                                   static_cast<std::size_t>(random.between(1, 300)));
    CHECK(decoded.status.failed() || decoded.status.code == StatusCode::end);
  }
}

TEST(faults_have_names_and_are_final) {
  Decoder decoder;
  const Bytes bytes{'G', 'I', 'F'};
  decoder.append(bytes);
  for (int round = 0; round < 2; ++round) {
    const Status status = decoder.read_header();
    CHECK(status.code == StatusCode::malformed);
    CHECK(std::string_view(status.what).find("SOI") != std::string_view::npos);
  }
  CHECK(decoder.append(bytes).code == StatusCode::malformed);
}

TEST(limits_are_checked_in_the_header) {
  const Bytes bytes = small_jpeg();
  for (const auto& [limits, name] :
       {std::pair{Limits{.width = 49}, "width"}, std::pair{Limits{.height = 39}, "height"},
        std::pair{Limits{.pixels = 1999}, "pixels"}}) {
    Decoder decoder(limits);
    decoder.append(bytes);
    const Status status = decoder.read_header();
    CHECK(status.code == StatusCode::limit);
    CHECK(std::string_view(status.what) == name);
    CHECK_EQUAL(status.value, status.bound + 1);
  }
}
