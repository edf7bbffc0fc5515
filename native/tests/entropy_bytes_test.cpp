#include "entropy_bytes.hpp"

#include <algorithm>
#include <vector>

#include "check.hpp"
#include "random.hpp"

using namespace streamresize;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr std::size_t kWindowBytes = 8000;

struct Stuffed {
  Bytes plain;
  Bytes stuffed;
  std::vector<std::size_t> places;  // of each plain byte among the stuffed ones
};

// Bytes with many 0xFF, and the same with a zero stuffed behind each.
Stuffed random_bytes(std::uint32_t seed, int count) {
  Random random(seed);
  Stuffed result;
  for (int i = 0; i < count; ++i) {
    const auto byte =
        static_cast<std::uint8_t>(random.between(0, 3) == 0 ? 0xFF : random.between(0, 255));
    result.plain.push_back(byte);
    result.places.push_back(result.stuffed.size());
    result.stuffed.push_back(byte);
    if (byte == 0xFF) result.stuffed.push_back(0);
  }
  return result;
}

Bytes with(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

bool holds(const EntropyBytes& window, std::span<const std::uint8_t> expected) {
  return std::ranges::equal(window.bytes(), expected);
}

}  // namespace

TEST(stuffed_zeros_are_removed_however_the_bytes_arrive) {
  const Stuffed bytes = random_bytes(3, 5000);
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{999}}) {
    EntropyBytes window(kWindowBytes);
    Input input(1000);
    for (std::size_t at = 0; at < bytes.stuffed.size(); at += step) {
      input.append(std::span(bytes.stuffed).subspan(at, std::min(step, bytes.stuffed.size() - at)));
      window.refill(input, 0);
      CHECK(!window.ended());
    }
    CHECK(holds(window, bytes.plain) || bytes.plain.back() == 0xFF);
    input.finish();
    window.refill(input, 0);
    CHECK(holds(window, bytes.plain));
    CHECK(window.ended());
    CHECK(!window.at_marker());
  }
}

TEST(every_byte_of_the_window_knows_its_place) {
  const Stuffed bytes = random_bytes(4, 600);
  EntropyBytes window(kWindowBytes);
  Input input(1000);
  input.append(with(bytes.stuffed, {0xFF, 0xD9}));
  window.refill(input, 0);
  for (std::size_t i = 0; i < bytes.plain.size(); ++i) {
    CHECK_EQUAL(window.source_offset(static_cast<std::ptrdiff_t>(i)), 1000 + bytes.places[i]);
  }
  const std::uint64_t end = 1000 + bytes.stuffed.size();
  CHECK_EQUAL(window.source_offset(std::ssize(bytes.plain)), end);
  CHECK_EQUAL(window.source_offset(std::ssize(bytes.plain) + 50), end);
  CHECK_EQUAL(window.source_offset(-3), 1000U);
  CHECK_EQUAL(input.offset(), end);
}

TEST(the_window_moves_on) {
  const Stuffed bytes = random_bytes(5, 200'000);
  EntropyBytes window(kWindowBytes);
  Input input;
  input.append(bytes.stuffed);
  input.finish();
  Random random(6);
  std::size_t begin = 0;
  std::size_t taken = 0;
  do {
    window.refill(input, taken);
    begin += taken;
    const auto held = window.bytes();
    CHECK(holds(window, std::span(bytes.plain).subspan(begin, held.size())));
    CHECK(window.ended() || held.size() >= kWindowBytes);
    for (std::size_t i = 0; i < EntropyBytes::kPadding; ++i) {
      CHECK_EQUAL(held.data()[held.size() + i], 0);
    }
    taken = static_cast<std::size_t>(random.between(0, static_cast<int>(held.size())));
  } while (!window.ended());
  CHECK_EQUAL(begin + window.bytes().size(), bytes.plain.size());
}

TEST(a_marker_ends_the_bytes) {
  const Bytes data{1, 0xFF, 0, 2};
  const Bytes plain{1, 0xFF, 2};
  for (const std::uint8_t code : std::vector<std::uint8_t>{0xD0, 0xD9, 0x05, 0xFF}) {
    EntropyBytes window(kWindowBytes);
    Input input;
    input.append(with(data, {0xFF, code, 9, 9}));
    window.refill(input, 0);
    CHECK(holds(window, plain));
    CHECK(window.at_marker());
    CHECK_EQUAL(input.offset(), data.size());
    window.discard();
    CHECK(window.bytes().empty());
    CHECK(!window.ended());
  }
}

TEST(a_prefix_waits_for_the_byte_behind_it) {
  EntropyBytes window(kWindowBytes);
  Input input;
  input.append(Bytes{7, 0xFF});
  window.refill(input, 0);
  CHECK(holds(window, Bytes{7}));
  CHECK(!window.ended());
  input.append(Bytes{0, 8});
  window.refill(input, 1);
  CHECK(holds(window, Bytes{0xFF, 8}));
  input.append(Bytes{0xFF});
  input.finish();
  window.refill(input, 2);
  CHECK(window.bytes().empty());
  CHECK(window.ended());
  CHECK(!window.at_marker());
}

TEST(a_window_goes_on_behind_the_markers_that_should_follow) {
  EntropyBytes window(kWindowBytes);
  Input input(1000);
  input.append(Bytes{1, 2, 0xFF, 0xD6, 3, 0xFF, 0, 0xFF, 0xD7, 0xFF, 0xD0, 4, 5, 6, 0xFF, 0xD1, 7});
  window.refill(input, 0, {.count = 3, .number = 6});
  CHECK(holds(window, Bytes{1, 2}));
  CHECK_EQUAL(window.size(), 2 + 8 + 2 + 8 + 0 + 8 + 3U);
  CHECK(std::ranges::equal(window.ends(), std::vector<std::size_t>{2, 12, 20}));
  CHECK(window.ended() && window.at_marker() && window.is_complete());
  CHECK_EQUAL(window.source_offset(0), 1000U);
  CHECK_EQUAL(window.source_offset(2), 1002U);
  CHECK_EQUAL(window.source_offset(9), 1002U);
  CHECK_EQUAL(input.offset(), 1014U);

  window.pass_intervals(1);
  CHECK(holds(window, with(Bytes{1, 2}, with(Bytes(8, 0), {3, 0xFF}))));
  CHECK_EQUAL(window.source_offset(10), 1004U);
  CHECK_EQUAL(window.source_offset(11), 1005U);
  CHECK_EQUAL(window.source_offset(12), 1007U);

  window.refill(input, 10, {.count = 2, .number = 7});
  CHECK(holds(window, Bytes{3, 0xFF}));
  window.pass_intervals(2);
  CHECK_EQUAL(window.bytes().size(), window.size());
  CHECK(!window.has_next() && window.ended());
  CHECK_EQUAL(window.source_offset(18), 1011U);
  CHECK_EQUAL(window.source_offset(21), 1014U);
}

TEST(a_marker_that_should_not_follow_ends_the_window) {
  for (const std::uint8_t marker : Bytes{0xD0, 0xD2, 0xD9, 0xFF}) {
    EntropyBytes window(kWindowBytes);
    Input input(0);
    input.append(Bytes{1, 2, 0xFF, marker, 3});
    window.refill(input, 0, {.count = 5, .number = 1});
    CHECK(holds(window, Bytes{1, 2}));
    CHECK(window.is_complete() && !window.has_next());
    CHECK_EQUAL(input.offset(), 2U);
  }
}

// What a scan with very many intervals takes memory for.
TEST(a_window_has_only_so_many_intervals) {
  EntropyBytes window(std::size_t{1} << 20);
  Bytes bytes;
  for (std::size_t i = 0; i < EntropyBytes::kMostIntervals + 5; ++i) {
    bytes.insert(bytes.end(), {7, 0xFF, static_cast<std::uint8_t>(0xD0 + i % 8)});
  }
  Input input(0);
  input.append(bytes);
  window.refill(input, 0, {.count = 1 << 20, .number = 0});
  CHECK_EQUAL(window.ends().size(), EntropyBytes::kMostIntervals);
  CHECK(!window.is_complete() && !window.wants_more());
  window.pass_intervals(EntropyBytes::kMostIntervals / 2);
  CHECK(window.wants_more());
  window.refill(input, window.ends().front(), {.count = 1 << 20, .number = 0});
  CHECK_EQUAL(window.ends().size(), EntropyBytes::kMostIntervals / 2 + 5);
}
