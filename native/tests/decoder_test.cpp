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
      TestBlock block = part.blocks[std::size_t{y / size} * part.columns + x / size];
      std::uint8_t last = 63;
      std::array<std::uint8_t, 64> samples;
      block_transforms(8).for_size(size)(block.data(), &last, 1, quantization.data(),
                                         samples.data(), 8);
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
    check_planes(random_picture(300, 20, {{2, 2}}, 9), {scale});
    check_planes(random_picture(61, 45, {{2, 2}, {1, 1}, {1, 1}}, 3), {scale});
    check_planes(random_picture(300, 9, {{1, 2}, {4, 1}, {3, 1}, {1, 1}}, 4), {scale});
    check_planes(random_picture(1, 1, {{2, 1}, {1, 2}}, 5), {scale});
  }
  check_planes(random_picture(90, 70, {{2, 2}, {1, 1}, {1, 1}}, 7), {2, 1, 8});
}

TEST(planes_of_all_sampling_factors) {
  Random random(21);
  for (std::uint8_t h = 1; h <= 4; ++h) {
    for (std::uint8_t v = 1; v <= 4; ++v) {
      const auto factor = [&] { return static_cast<std::uint8_t>(random.between(1, 4)); };
      const auto scale = [&] { return static_cast<std::uint8_t>(1 << random.between(0, 3)); };
      const auto size = [&] { return static_cast<std::uint16_t>(random.between(1, 90)); };
      check_planes(random_picture(size(), size(), {{h, v}, {factor(), factor()}, {1, 1}}, h),
                   {scale(), scale(), scale()});
      check_planes(random_picture(size(), size(), {{h, v}}, v), {scale()});
    }
  }
}

TEST(planes_of_all_sizes_up_to_two_mcus) {
  for (std::uint16_t size = 1; size <= 33; ++size) {
    for (const std::uint8_t scale : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
      const auto other = static_cast<std::uint16_t>(34 - size);
      check_planes(random_picture(size, other, {{2, 2}, {1, 1}, {1, 1}}, size), {scale});
    }
  }
}

TEST(planes_of_pictures_with_restart_intervals) {
  for (const std::uint16_t interval : std::array<std::uint16_t, 5>{1, 2, 7, 16, 1000}) {
    TestPicture picture = random_picture(333, 37, {{2, 1}, {1, 1}, {1, 1}}, interval);
    picture.restart_interval = interval;
    check_planes(picture, {1, 2});
  }
}

TEST(planes_of_pictures_with_a_scan_for_each_component) {
  for (const std::uint16_t interval : std::array<std::uint16_t, 2>{0, 5}) {
    for (const std::uint8_t scale : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
      TestPicture picture = random_picture(61, 45, {{2, 2}, {1, 1}, {1, 3}}, 30U + scale);
      picture.restart_interval = interval;
      picture.interleaved = false;
      check_planes(picture, {scale});
    }
  }
}

TEST(views_clip_what_is_written) {
  const TestPicture picture = random_picture(40, 8, {{1, 1}}, 22);
  const Bytes expected = expected_plane(picture, 0, 1);
  for (std::uint32_t width = 0; width <= 40; width += 5) {
    Decoder decoder;
    decoder.append(write_jpeg(picture));
    CHECK(decoder.read_header().ok());
    CHECK(decoder.start(Bytes{1}, {}).ok());
    Bytes row(64 * 8, 77);
    const PlaneView view{row.data(), 64, width, 5};
    CHECK(decoder.decode_mcu_row({&view, 1}).ok());
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool inside = i % 64 < width && i / 64 < 5;
      CHECK_EQUAL(row[i], inside ? expected[i / 64 * 40 + i % 64] : 77);
    }
  }
}

TEST(the_end_follows_the_last_row_again_and_again) {
  const TestPicture picture = random_picture(8, 24, {{1, 1}}, 23);
  Decoder decoder;
  decoder.append(write_jpeg(picture));
  CHECK(decoder.read_header().ok());
  CHECK(decoder.start(Bytes{1}, {}).ok());
  Bytes row(64);
  const PlaneView view{row.data(), 8, 8, 8};
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(decoder.decode_mcu_row({&view, 1}).code, StatusCode::ok);
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(decoder.decode_mcu_row({&view, 1}).code, StatusCode::end);
}

TEST(work_is_limited_by_the_bytes_that_came) {
  const TestPicture picture = random_picture(80, 80, {{1, 1}}, 24);
  DecodeRequest request{.limits = {.blocks = 99, .blocks_per_byte = 0}};
  const Status status = decode_all(write_jpeg(picture), request).status;
  CHECK_EQUAL(status.code, StatusCode::limit);
  CHECK_EQUAL(std::string_view(status.what), "blocks");
  request.limits.blocks = 100;
  CHECK_EQUAL(decode_all(write_jpeg(picture), request).status.code, StatusCode::end);
}

TEST(results_do_not_depend_on_the_pieces) {
  TestPicture picture = random_picture(150, 40, {{2, 1}, {1, 1}, {1, 1}}, 8);
  picture.restart_interval = 3;
  Bytes damaged = write_jpeg(picture);
  damaged[damaged.size() / 2] ^= 0x55;
  TestPicture separate = picture;
  separate.interleaved = false;
  for (const Bytes& bytes : {write_jpeg(picture), damaged, write_jpeg(separate)}) {
    const Decoded whole = decode(bytes, {1}, bytes.size());
    for (const std::size_t chunk : std::array<std::size_t, 6>{1, 2, 3, 7, 64, 1000}) {
      const Decoded pieces = decode(bytes, {1}, chunk);
      CHECK(pieces.planes == whole.planes);
      CHECK_EQUAL(pieces.warnings.size(), whole.warnings.size());
    }
  }
}

TEST(a_cut_file_ends_with_a_warning_or_a_fault) {
  const Bytes sound = small_jpeg();
  const Bytes bytes(sound.begin(), sound.end() - std::ssize(sound) / 3);
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

TEST(rows_above_what_is_wanted_change_nothing) {
  for (const bool restarts : {false, true}) {
    TestPicture picture = random_picture(1200, 1400, {{2, 2}, {1, 1}, {1, 1}}, 8);
    if (restarts) picture.restart_interval = 75 * 30;
    const Bytes bytes = write_jpeg(picture);
    for (const std::uint8_t scale : std::array<std::uint8_t, 3>{1, 2, 4}) {
      const Decoded whole = decode(bytes, {scale});
      for (const unsigned threads : std::array<unsigned, 2>{1, 2}) {
        for (const std::uint32_t row : std::array<std::uint32_t, 4>{0, 1, 40, 87}) {
          const PlaneArea area = {0, 1200U / scale, 16 * row / scale};
          const Decoded part = decode_all(
              bytes,
              {.scales = {scale}, .options = {.threads = threads, .wanted = {area, {}, {}}}});
          CHECK(part.status.code == StatusCode::end);
          for (std::size_t i = 0; i < whole.planes.size(); ++i) {
            Bytes expected = whole.planes[i];
            const std::uint32_t size = (i == 0 ? 16U : 8U) / scale;
            const std::size_t stride = expected.size() / ceil_div(i == 0 ? 1400U : 700U, scale);
            std::fill_n(expected.begin(), stride * size * row, std::uint8_t{0});
            CHECK(part.planes[i] == expected);
          }
        }
      }
    }
  }
}

TEST(columns_that_are_not_wanted_stay_as_they_are) {
  const Bytes bytes = write_jpeg(random_picture(700, 40, {{2, 2}, {1, 1}, {1, 1}}, 7));
  for (const std::uint8_t scale : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
    const Decoded whole = decode(bytes, {scale});
    const std::uint32_t first = 100U / scale;
    const std::uint32_t last = 330U / scale;
    const Decoded part = decode_all(
        bytes, {.scales = {scale}, .options = {.wanted = {{first, last}, {0, 0}, {first, last}}}});
    CHECK(part.status.code == StatusCode::end);
    for (std::size_t i = 0; i < whole.planes.size(); ++i) {
      const std::uint32_t width = ceil_div(i == 0 ? 700U : 350U, scale);
      const std::uint32_t mcu = (i == 0 ? 16U : 8U) / scale;
      const std::uint32_t begin = first / (16 / scale) * mcu;  // of Y's first, Cr's last
      const std::uint32_t end = ceil_div(last, 8 / scale) * mcu;
      Bytes expected = whole.planes[i];
      for (std::size_t at = 0; at < expected.size(); ++at) {
        if (at % width < begin || at % width >= end) expected[at] = 0;
      }
      CHECK(part.planes[i] == expected);
    }
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
