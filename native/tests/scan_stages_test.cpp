// Files with several scans, decoded by several threads.
#include "scan_stages.hpp"

#include <algorithm>
#include <vector>

#include "check.hpp"
#include "decode_all.hpp"
#include "jpeg_writer.hpp"
#include "random.hpp"

using namespace streamresize;
using Bytes = std::vector<std::uint8_t>;

namespace {

Bytes separate_scans(std::uint16_t width, std::uint16_t height) {
  TestPicture picture = random_picture(width, height, {{2, 2}, {1, 1}, {1, 2}, {1, 1}}, 80);
  picture.interleaved = false;
  picture.restart_interval = 9;
  return write_jpeg(picture);
}

// Where the marker stands for the n-th time, counted from 0.
Bytes::const_iterator find_marker(const Bytes& bytes, std::uint8_t marker, int n) {
  const Bytes sequence = {0xFF, marker};
  auto at = std::ranges::search(bytes, sequence).begin();
  for (; n != 0; --n) at = std::search(at + 2, bytes.end(), sequence.begin(), sequence.end());
  return at;
}

// The first component's own scan, and behind it one of all three.
Bytes repeated_component() {
  TestPicture picture = random_picture(90, 150, {{2, 2}, {1, 1}, {1, 1}}, 82);
  picture.interleaved = false;
  const Bytes separate = write_jpeg(picture);
  picture = random_picture(90, 150, {{2, 2}, {1, 1}, {1, 1}}, 83);
  const Bytes together = write_jpeg(picture);
  Bytes bytes(separate.begin(), find_marker(separate, 0xDA, 1));
  bytes.insert(bytes.end(), find_marker(together, 0xDA, 0), together.end());
  return bytes;
}

void check_threads(const Bytes& bytes, std::uint8_t scale, bool strict) {
  DecodeRequest request{.scales = {scale}, .options = {.strict = strict}};
  const Decoded alone = decode_all(bytes, request);
  for (const unsigned threads : {2U, 3U, 9U}) {
    request.options.threads = threads;
    const Decoded together = decode_all(bytes, request);
    CHECK(alone.planes == together.planes);
    CHECK(alone.status.code == together.status.code);
    CHECK_EQUAL(alone.status.offset, together.status.offset);
    CHECK(alone.warnings == together.warnings);
  }
}

}  // namespace

TEST(stages_change_no_sample) {
  for (const std::uint8_t scale : std::vector<std::uint8_t>{1, 2, 4, 8}) {
    check_threads(separate_scans(150, 170), scale, false);
    check_threads(separate_scans(150, 9), scale, false);
  }
}

TEST(stages_see_damage_where_it_is) {
  const Bytes sound = separate_scans(90, 200);
  Random random(81);
  for (int round = 0; round < 30; ++round) {
    Bytes bytes = sound;
    damage(bytes, random, 900, 8);
    check_threads(bytes, static_cast<std::uint8_t>(1 << random.between(0, 3)), round % 2 != 0);
  }
}

// Found by fuzzing: what an earlier scan had left in a block came up again in a later row.
TEST(a_component_with_two_scans_leaves_nothing_behind) {
  for (const std::uint8_t scale : std::vector<std::uint8_t>{1, 2, 4, 8}) {
    check_threads(repeated_component(), scale, false);
  }
}
