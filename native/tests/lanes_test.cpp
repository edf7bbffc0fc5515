#include "lanes.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "check.hpp"
#include "decode_all.hpp"
#include "jpeg_writer.hpp"
#include "lanes_agree.hpp"
#include "random.hpp"

using namespace streamresize;
using Bytes = std::vector<std::uint8_t>;

namespace {

using Sampling = std::vector<std::array<std::uint8_t, 2>>;

// Large enough for lanes.
TestPicture large_picture(const Sampling& sampling, std::uint32_t seed) {
  return random_picture(1400, 1300, sampling, seed);
}

Bytes dc_samples(const TestPicture& picture, const TestComponent& part, std::uint32_t width) {
  Bytes samples;
  for (std::size_t i = 0; i < part.blocks.size(); ++i) {
    if (i % part.columns >= width) continue;
    const int level = ((part.blocks[i][0] * picture.step + 4) >> 3) + 128;
    samples.push_back(static_cast<std::uint8_t>(std::clamp(level, 0, 255)));
  }
  return samples;
}

void check_dc_planes(const TestPicture& picture, std::size_t chunk, unsigned threads) {
  const Decoded decoded = decode_all(
      write_jpeg(picture), {.scales = {8}, .chunk = chunk, .options = {.threads = threads}});
  CHECK(decoded.status.code == StatusCode::end);
  CHECK(decoded.warnings.empty());
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    const TestComponent& part = picture.components[i];
    const auto h_max = std::ranges::max(picture.components, {}, &TestComponent::h).h;
    const std::uint32_t width =
        ((picture.width * std::uint32_t{part.h} + h_max - 1) / h_max + 7) / 8;
    const Bytes expected = dc_samples(picture, part, width);
    CHECK(decoded.planes[i].size() <= expected.size());
    CHECK(std::equal(decoded.planes[i].begin(), decoded.planes[i].end(), expected.begin()));
  }
}

// Small chunks leave no room for lanes.
void check_lanes(const Bytes& bytes, std::uint8_t scale, unsigned threads) {
  const Decoded lanes =
      decode_all(bytes, {.scales = {scale}, .chunk = 1 << 18, .options = {.threads = threads}});
  const Decoded single = decode_all(bytes, {.scales = {scale}, .chunk = 2000});
  CHECK(lanes.planes == single.planes);
  CHECK(lanes.warnings == single.warnings);
}

}  // namespace

TEST(dc_planes_of_large_pictures) {
  std::uint32_t seed = 1;
  for (const Sampling& sampling :
       {Sampling{{1, 1}}, Sampling{{1, 1}, {1, 1}, {1, 1}}, Sampling{{2, 2}, {1, 1}, {1, 1}},
        Sampling{{4, 1}, {1, 1}, {1, 1}}, Sampling{{2, 2}, {1, 2}, {2, 1}, {2, 2}}}) {
    for (const std::size_t chunk : {std::size_t{1000}, std::size_t{1} << 18}) {
      check_dc_planes(large_picture(sampling, seed), chunk, 1);
      check_dc_planes(large_picture(sampling, seed++), chunk, 3);
    }
  }
}

TEST(dc_planes_of_large_pictures_with_restart_intervals) {
  for (const std::uint16_t interval : std::array<std::uint16_t, 3>{5, 700, 3000}) {
    TestPicture picture = large_picture({{2, 2}, {1, 1}, {1, 1}}, interval);
    picture.restart_interval = interval;
    for (const unsigned threads : {1U, 2U}) check_dc_planes(picture, 1 << 18, threads);
  }
}

TEST(lanes_decode_what_the_plain_loop_does) {
  std::array<HuffmanTable, 2> dc;
  std::array<HuffmanTable, 2> ac;
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(dc[i].build(standard_dc_table(i == 1)));
    CHECK(ac[i].build(standard_ac_table(i == 1)));
  }
  Random random(60);
  std::uint32_t mcus = 0;
  std::uint32_t mcus_of_intervals = 0;
  for (int round = 0; round < 90; ++round) {
    std::vector<LaneComponent> components;
    constexpr std::array<std::uint8_t, 4> kKept = {0, 4, 24, 63};
    for (int i = random.between(1, 4); i > 0; --i) {
      const auto table = static_cast<std::size_t>(random.between(0, 1));
      components.push_back({static_cast<std::uint8_t>(random.between(1, 4)),
                            kKept[static_cast<std::size_t>(random.between(0, 3))], &dc[table],
                            &ac[table]});
    }
    Bytes bytes(20'000);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.between(0, 255));
    const auto threads = static_cast<unsigned>(random.between(1, 3));
    const std::uint64_t mcus_of_scan = random.between(0, 1) == 0 ? 100 : 1 << 20;
    LaneIntervals intervals;
    if (round % 3 != 0) {
      intervals = {.count = static_cast<std::size_t>(random.between(2, 60)),
                   .mcus = static_cast<std::uint64_t>(random.between(1, 4))};
    }
    const LaneAgreement agreement =
        lanes_agree(bytes, components, threads, mcus_of_scan, intervals);
    CHECK(agreement.same);
    (intervals.count == 1 ? mcus : mcus_of_intervals) += agreement.mcus;
  }
  CHECK(mcus > 1000);
  CHECK(mcus_of_intervals > 500);
}

// Found by fuzzing: where one lane dies, the others must still come round to their first slot.
TEST(lanes_go_on_where_another_dies) {
  HuffmanTable dc;
  HuffmanTable ac;
  CHECK(dc.build(standard_dc_table(false)));
  CHECK(ac.build(standard_ac_table(false)));
  // Blocks without coefficients, as short as they can be: 00 1010.
  constexpr std::array<std::uint8_t, 3> kEmptyBlocks = {0x28, 0xA2, 0x8A};
  Random random(61);
  for (int round = 0; round < 500; ++round) {
    Bytes bytes;
    while (bytes.size() < 1200) {
      bytes.insert(bytes.end(), kEmptyBlocks.begin(), kEmptyBlocks.end());
    }
    for (int i = 0; i < 3; ++i)
      bytes[static_cast<std::size_t>(random.between(0, 200))] =
          static_cast<std::uint8_t>(random.between(0, 255));
    std::fill_n(bytes.begin() + random.between(64, 130), 4, std::uint8_t{0xFF});
    CHECK(lanes_agree(bytes, {{1, 0, &dc, &ac}}, 1, 1 << 20).same);
  }
}

// Found by fuzzing: the MCUs of one group reached behind the next, whose bytes were gone.
TEST(groups_of_lanes_are_longer_than_mcus) {
  constexpr std::array<std::uint8_t, 129> kPattern = {
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x23, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1F,
      0x52, 0x05, 0x47, 0xB0, 0xAC, 0x11, 0xF4, 0xC7, 0x63, 0xC4, 0xE3, 0xB1, 0x2D, 0x22, 0xCE,
      0x4A, 0xEF, 0xEE, 0x2A, 0x90, 0x4A, 0xCB, 0x1D, 0x66, 0x21, 0x05, 0x92, 0x72, 0x60, 0xD8,
      0x23, 0x0C, 0x71, 0xD9, 0x5D, 0x84, 0xC2, 0x15, 0x5B, 0x5B, 0x82, 0x3A, 0xD1, 0xB3, 0x5B,
      0x60, 0x13, 0x3D, 0x87, 0x66, 0x25, 0x97, 0x29, 0x97, 0x8F, 0x49, 0x77, 0x3C, 0xFB, 0xFB,
      0x96, 0x7A, 0xBD, 0x07, 0x9D, 0xC6, 0x01, 0x8D, 0x4E, 0x3F, 0x52, 0xA4, 0xEB, 0x6F, 0x94,
      0xE3, 0x16, 0x21, 0xAC, 0xA2, 0x54, 0x56, 0x04, 0x7B, 0x54, 0xBA, 0xF1, 0x68, 0xC2, 0xB2,
      0x95, 0x55, 0xDE, 0xE7, 0x59, 0xF1, 0x3F, 0xFF, 0xD9};
  std::array<HuffmanTable, 2> dc;
  HuffmanTable ac;
  for (std::size_t i = 0; i < 2; ++i) CHECK(dc[i].build(standard_dc_table(i == 1)));
  CHECK(ac.build(standard_ac_table(false)));
  Bytes bytes;
  while (bytes.size() < 8000) bytes.insert(bytes.end(), kPattern.begin(), kPattern.end());
  CHECK(lanes_agree(bytes, {{1, 0, &dc[0], &ac}, {3, 0, &dc[1], &ac}}, 2, 100).same);
}

// From the second time on there are tables for lanes.
TEST(pictures_of_medium_size_come_out_the_same_with_kept_tables) {
  Random random(52);
  for (const Sampling& sampling : {Sampling{{1, 1}}, Sampling{{2, 2}, {1, 1}, {1, 1}}}) {
    const Bytes sound = write_jpeg(random_picture(600, 580, sampling, 53));
    Bytes damaged = sound;
    damage(damaged, random, 700, 5);
    for (const std::uint8_t scale : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
      for (const Bytes& bytes : {sound, sound, sound, damaged}) {
        check_lanes(bytes, scale, 1);
      }
    }
  }
}

TEST(lanes_see_damage_where_it_is) {
  Random random(51);
  for (const std::uint16_t interval : std::array<std::uint16_t, 6>{0, 1, 9, 60, 400, 3000}) {
    TestPicture picture = large_picture({{2, 2}, {1, 1}, {1, 1}}, 50);
    picture.restart_interval = interval;
    const Bytes sound = write_jpeg(picture);
    for (int round = 0; round < 20; ++round) {
      Bytes bytes = sound;
      damage(bytes, random, 700, 5);
      const auto scale = static_cast<std::uint8_t>(1 << random.between(0, 3));
      const auto threads = static_cast<unsigned>(random.between(1, 3));
      check_lanes(bytes, scale, threads);
    }
  }
}

// Markers that are lost, doubled or swapped.
TEST(lanes_see_wrong_markers_where_they_are) {
  TestPicture picture = large_picture({{2, 2}, {1, 1}, {1, 1}}, 54);
  picture.restart_interval = 30;
  const Bytes sound = write_jpeg(picture);
  std::vector<std::size_t> markers;
  for (std::size_t i = 700; i + 1 < sound.size(); ++i) {
    if (sound[i] == 0xFF && (sound[i + 1] & 0xF8) == 0xD0) markers.push_back(i);
  }
  Random random(55);
  for (int round = 0; round < 60; ++round) {
    Bytes bytes = sound;
    const auto last = static_cast<int>(markers.size()) - 1;
    const auto at =
        static_cast<std::ptrdiff_t>(markers[static_cast<std::size_t>(random.between(0, last))]);
    const auto marker = bytes.begin() + at;
    switch (random.between(0, 4)) {
      case 0:
        bytes.erase(marker, marker + 2);
        break;
      case 1:
        bytes.insert(marker, {0xFF, marker[1]});
        break;
      case 2:
        bytes.insert(marker, {0xFF, 0xFF});
        break;
      case 3:
        bytes.insert(marker, 300, std::uint8_t{0x12});
        break;
      default:
        marker[1] = static_cast<std::uint8_t>(0xD0 + random.between(0, 9));
    }
    const auto threads = static_cast<unsigned>(random.between(1, 3));
    check_lanes(bytes, 4, threads);
  }
}
