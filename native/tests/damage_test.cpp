// What is left of a picture whose entropy-coded data is damaged.
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "decode_all.hpp"
#include "jpeg_writer.hpp"
#include "random.hpp"

using namespace streamresize;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kMcusPerStripe = kWidth / 8;
constexpr std::size_t kStripes = 20;

// Grey, with a restart interval for each row of blocks, here called a stripe.
TestPicture striped_picture() {
  TestPicture picture = random_picture(kWidth, 8 * kStripes, {{1, 1}}, 11);
  picture.restart_interval = kMcusPerStripe;
  return picture;
}

struct Stripe {
  Bytes marker;  // in front of the data; the first has none
  Bytes data;
};

struct Parts {
  Bytes head;
  std::vector<Stripe> stripes;
  Bytes tail{0xFF, 0xD9};
};

Parts split(const Bytes& jpeg) {
  const Bytes sos{0xFF, 0xDA};
  const auto scan = std::search(jpeg.begin(), jpeg.end(), sos.begin(), sos.end()) + 2;
  const auto begin = scan + scan[1];
  Parts parts{.head = {jpeg.begin(), begin}, .stripes = {{}}};
  for (auto at = begin; at != jpeg.end() - 2; ++at) {
    if (*at == 0xFF && at[1] != 0) {
      parts.stripes.push_back({.marker = {at[0], at[1]}, .data = {}});
      ++at;
    } else {
      parts.stripes.back().data.push_back(*at);
    }
  }
  return parts;
}

Bytes join(const Parts& parts) {
  Bytes all = parts.head;
  for (const auto& [marker, data] : parts.stripes) {
    all.insert(all.end(), marker.begin(), marker.end());
    all.insert(all.end(), data.begin(), data.end());
  }
  all.insert(all.end(), parts.tail.begin(), parts.tail.end());
  return all;
}

Parts sound_parts() { return split(write_jpeg(striped_picture())); }

bool same_warnings(const Decoded& a, const Decoded& b) {
  return std::ranges::equal(a.warnings, b.warnings, [](const Warning& x, const Warning& y) {
    return std::string_view(x.what) == y.what && x.offset == y.offset && x.mcu == y.mcu;
  });
}

// Decodes at once and in pieces, which must not differ.
Decoded decode(const Bytes& bytes, bool strict = false) {
  DecodeRequest request{.chunk = bytes.size(), .options = {.strict = strict}};
  const Decoded whole = decode_all(bytes, request);
  for (const std::size_t chunk : std::array<std::size_t, 5>{1, 2, 3, 7, 64}) {
    request.chunk = chunk;
    const Decoded pieces = decode_all(bytes, request);
    CHECK_EQUAL(pieces.status.code, whole.status.code);
    CHECK_EQUAL(pieces.status.offset, whole.status.offset);
    CHECK(pieces.planes == whole.planes);
    CHECK(same_warnings(pieces, whole));
  }
  return whole;
}

Bytes stripe_of(const Decoded& decoded, std::size_t index) {
  const Bytes& plane = decoded.planes[0];
  const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(8 * kWidth * index);
  return {begin, begin + 8 * kWidth};
}

// All stripes but [first, last) are those of the sound picture.
void check_lost(const Decoded& decoded, std::size_t first, std::size_t last) {
  static const Decoded sound = decode_all(join(sound_parts()), {});
  CHECK_EQUAL(decoded.status.code, StatusCode::end);
  for (std::size_t i = 0; i < kStripes; ++i) {
    const bool lost = i >= first && i < last;
    CHECK_EQUAL(stripe_of(decoded, i) == stripe_of(sound, i), !lost);
  }
}

Warning first_warning(const Decoded& decoded) {
  CHECK(!decoded.warnings.empty());
  return decoded.warnings.empty() ? Warning{} : decoded.warnings[0];
}

void check_only_warning(const Decoded& decoded, const char* what, std::uint64_t mcu) {
  CHECK_EQUAL(decoded.warnings.size(), 1U);
  const Warning warning = first_warning(decoded);
  CHECK_EQUAL(std::string_view(warning.what), what);
  CHECK_EQUAL(warning.mcu, mcu);
}

constexpr const char* kEndsEarly = "the entropy-coded data ends early";
constexpr const char* kMissing = "restart marker missing";

}  // namespace

TEST(a_sound_striped_picture) {
  const Parts parts = sound_parts();
  CHECK_EQUAL(parts.stripes.size(), kStripes);
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 0, 0);
  CHECK(decoded.warnings.empty());
}

TEST(a_missing_restart_marker_costs_one_stripe) {
  for (const std::size_t at : std::array<std::size_t, 4>{1, 3, 8, kStripes - 2}) {
    Parts parts = sound_parts();
    parts.stripes[at].marker.clear();
    const Decoded decoded = decode(join(parts));
    check_lost(decoded, at, at + 1);
    check_only_warning(decoded, kMissing, at * kMcusPerStripe);
  }
}

TEST(missing_stripes_do_not_move_the_others) {
  for (const std::size_t count : std::array<std::size_t, 2>{1, 2}) {
    Parts parts = sound_parts();
    parts.stripes.erase(parts.stripes.begin() + 5,
                        parts.stripes.begin() + 5 + static_cast<std::ptrdiff_t>(count));
    const Decoded decoded = decode(join(parts));
    check_lost(decoded, 5, 5 + count);
    check_only_warning(decoded, kMissing, 5 * kMcusPerStripe);
  }
}

TEST(a_duplicated_restart_marker_costs_one_stripe) {
  Parts parts = sound_parts();
  Bytes& marker = parts.stripes[4].marker;
  marker.insert(marker.end(), {0xFF, marker[1]});
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 4, 5);
  check_only_warning(decoded, kEndsEarly, 4 * kMcusPerStripe);
}

TEST(swapped_restart_markers_cost_two_stripes) {
  Parts parts = sound_parts();
  std::swap(parts.stripes[6].marker, parts.stripes[7].marker);
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 6, 8);
  check_only_warning(decoded, kMissing, 6 * kMcusPerStripe);
}

TEST(garbage_in_one_stripe_leaves_the_others) {
  Random random(12);
  for (int round = 0; round < 20; ++round) {
    Parts parts = sound_parts();
    const auto at = static_cast<std::size_t>(random.between(0, kStripes - 1));
    for (auto& byte : parts.stripes[at].data) {
      byte = static_cast<std::uint8_t>(random.between(0, 254));
    }
    check_lost(decode(join(parts)), at, at + 1);
  }
}

TEST(bytes_behind_a_stripe_are_passed_over) {
  Parts parts = sound_parts();
  for (Stripe& stripe : parts.stripes) {
    stripe.data.insert(stripe.data.end(), {0x00, 0x12, 0xFF, 0x00, 0xFF, 0x05, 0xFF, 0xFF});
  }
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 0, 0);
  CHECK(decoded.warnings.empty());
}

TEST(a_stripe_that_ends_early_repeats_its_last_level) {
  Parts parts = sound_parts();
  parts.stripes[9].data.resize(parts.stripes[9].data.size() / 2);
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 9, 10);
  CHECK_EQUAL(decoded.warnings.size(), 1U);
  const std::uint64_t mcu = first_warning(decoded).mcu - 9 * kMcusPerStripe;
  CHECK(mcu < kMcusPerStripe);
  const Bytes stripe = stripe_of(decoded, 9);
  for (std::size_t i = 0; i < stripe.size(); ++i) {
    if (i % kWidth >= 8 * mcu) CHECK_EQUAL(stripe[i], stripe[8 * mcu]);
  }
}

TEST(rows_behind_the_end_repeat_the_last_dc_value) {
  const TestPicture picture = striped_picture();
  const int dc = picture.components[0].blocks[7 * kMcusPerStripe - 1][0];
  const int level = std::clamp(((dc * picture.step + 4) >> 3) + 128, 0, 255);
  Parts parts = sound_parts();
  parts.stripes.resize(7);
  for (const Bytes& tail : {Bytes{}, Bytes{0xFF}, Bytes{0xFF, 0xD9}}) {
    parts.tail = tail;
    const Decoded decoded = decode(join(parts));
    check_lost(decoded, 7, kStripes);
    check_only_warning(decoded, kMissing, 7 * kMcusPerStripe);
    for (std::size_t i = 7; i < kStripes; ++i) {
      CHECK(stripe_of(decoded, i) == Bytes(8 * kWidth, static_cast<std::uint8_t>(level)));
    }
  }
}

TEST(a_cut_anywhere_leaves_what_is_in_front) {
  const Bytes sound = join(sound_parts());
  const Decoded whole = decode(sound);
  for (std::size_t size = sound_parts().head.size(); size < sound.size() - 3; size += 41) {
    const Decoded cut =
        decode(Bytes(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK_EQUAL(cut.status.code, StatusCode::end);
    CHECK_EQUAL(cut.warnings.size(), 1U);
    const Warning warning = first_warning(cut);
    const std::size_t intact = warning.mcu / kMcusPerStripe;
    for (std::size_t i = 0; i < intact; ++i) CHECK(stripe_of(cut, i) == stripe_of(whole, i));
    CHECK(warning.offset <= size);
  }
}

TEST(strict_decoding_fails_at_the_first_damage) {
  const Bytes sound = join(sound_parts());
  CHECK_EQUAL(decode(sound, true).status.code, StatusCode::end);
  for (std::size_t size = sound_parts().head.size(); size < sound.size() - 3; size += 97) {
    const Bytes cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size));
    const Warning warning = first_warning(decode(cut));
    const Status status = decode(cut, true).status;
    CHECK_EQUAL(status.code, StatusCode::malformed);
    CHECK_EQUAL(std::string_view(status.what), warning.what);
    CHECK_EQUAL(status.offset, warning.offset);
    CHECK(status.offset >= sound_parts().head.size() && status.offset <= size);
  }
}

TEST(invalid_codes_are_reported_where_they_are) {
  Parts parts = sound_parts();
  parts.stripes[2].data.assign(40, 0xFF);
  for (std::size_t i = 1; i < 40; i += 2) parts.stripes[2].data[i] = 0;  // stuffed
  const Decoded decoded = decode(join(parts));
  check_lost(decoded, 2, 3);
  check_only_warning(decoded, "invalid Huffman code", 2 * kMcusPerStripe);
  parts.stripes.resize(2);
  parts.tail.clear();
  const std::uint64_t begin = join(parts).size() + 2;
  const std::uint64_t offset = first_warning(decoded).offset;
  CHECK(offset >= begin && offset < begin + 8);  // stuffed zeros are not counted back
}

TEST(a_missing_end_marker_and_trailing_bytes_do_not_matter) {
  Parts parts = sound_parts();
  for (const Bytes& tail : {Bytes{}, Bytes{0xFF}, Bytes{0xFF, 0xD9, 0xFF, 0xD8, 0xFF, 0xDA, 7},
                            Bytes{0xFF, 0xFF, 0xD9}, Bytes(70000, 0xA5)}) {
    parts.tail = tail;
    const Decoded decoded = decode(join(parts), true);
    check_lost(decoded, 0, 0);
    CHECK(decoded.warnings.empty());
  }
}

TEST(warnings_beyond_the_kept_ones_are_counted) {
  Parts parts = sound_parts();
  for (Stripe& stripe : parts.stripes) stripe.data = {0xFF, 0x00, 0xFF, 0x00, 0xFF, 0x00};
  const Bytes bytes = join(parts);
  Decoder decoder;
  decoder.append(bytes);
  decoder.finish_input();
  CHECK(decoder.read_header().ok());
  CHECK(decoder.start(Bytes{8}, {}).ok());
  Bytes row(kWidth / 8);
  const PlaneView view{row.data(), kWidth / 8, kWidth / 8, 1};
  while (decoder.decode_mcu_row({&view, 1}).ok()) {
  }
  CHECK_EQUAL(decoder.warning_count(), kStripes);
  CHECK_EQUAL(decoder.warnings().size(), Decoder::kMaxWarnings);
}

TEST(a_missing_restart_marker_is_reported_at_the_next_one) {
  for (const std::size_t junk : std::array<std::size_t, 2>{0, 600}) {
    Parts parts = sound_parts();
    parts.stripes[3].marker.clear();
    parts.stripes[3].data.insert(parts.stripes[3].data.begin(), junk, 0x12);
    const Decoded decoded = decode(join(parts));
    parts.stripes.resize(4);
    parts.tail.clear();
    CHECK_EQUAL(first_warning(decoded).offset, join(parts).size());
  }
}

TEST(faults_in_long_intervals_have_the_same_offset_in_all_pieces) {
  const Bytes sound = write_jpeg(random_picture(400, 60, {{1, 1}}, 18));
  for (std::size_t at = 120; at + 700 < sound.size(); at += 17) {
    Bytes bytes = sound;
    for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = i % 2 == 0 ? 0xFF : 0;
    decode(bytes);
  }
}
