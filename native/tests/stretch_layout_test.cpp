#include "stretch_layout.hpp"

#include <deque>
#include <vector>

#include "check.hpp"

using namespace streamresize;

namespace {

constexpr std::size_t kReach = 1000;

// Stretches of about 1000 bytes from a bit on, until no other has room.
struct Laid {
  Laid(const std::vector<std::size_t>& ends, std::ptrdiff_t limit, std::ptrdiff_t bit = 0) {
    StretchLayout layout(ends, limit, {.bit = bit}, kReach);
    while (layout.place(stretches.emplace_back())) {
    }
    stretches.pop_back();
    end = layout.next().bit;
  }

  std::deque<Stretch> stretches;
  std::ptrdiff_t end = 0;
};

}  // namespace

TEST(stretches_lie_side_by_side_where_there_are_no_intervals) {
  const Laid laid({}, 3500, 5);
  CHECK_EQUAL(laid.stretches.size(), 3U);
  CHECK_EQUAL(laid.end, 5 + 24'000);
  for (std::size_t i = 0; i < laid.stretches.size(); ++i) {
    const Stretch& stretch = laid.stretches[i];
    CHECK_EQUAL(stretch.begin, 5 + 8 * kReach * i);
    CHECK_EQUAL(stretch.goal, 5 + 8 * kReach * (i + 1));
    CHECK(stretch.ends.empty());
    CHECK(!stretch.is_sure);
  }
}

TEST(a_stretch_is_as_many_intervals_as_have_room) {
  // Of 300 bytes each, with eight zeros behind.
  const Laid laid({300, 608, 916, 1224, 1532, 1840}, 4000, 80);
  CHECK(laid.stretches.size() >= 3);
  // The rest of the current one, whatever its beginning is.
  CHECK_EQUAL(laid.stretches[0].begin, 80U);
  CHECK((laid.stretches[0].ends == std::vector<std::uint64_t>{8 * 300}));
  CHECK(!laid.stretches[0].is_sure);
  CHECK_EQUAL(laid.stretches[1].begin, 8 * 308U);
  CHECK((laid.stretches[1].ends == std::vector<std::uint64_t>{8 * 608, 8 * 916, 8 * 1224}));
  CHECK_EQUAL(laid.stretches[1].goal, 8 * 1224U);
  CHECK(laid.stretches[1].is_sure);
  CHECK((laid.stretches[2].ends == std::vector<std::uint64_t>{8 * 1532, 8 * 1840}));
  CHECK(laid.stretches[2].is_sure);
}

TEST(a_first_interval_that_is_whole_does_not_lie_alone) {
  const std::vector<std::size_t> ends{300, 608};
  StretchLayout layout(ends, 4000, {.bit = 0, .is_sure = true, .is_interval = true}, kReach);
  Stretch stretch;
  CHECK(layout.place(stretch));
  CHECK_EQUAL(stretch.ends.size(), 2U);
  CHECK(stretch.is_sure);
}

TEST(a_long_interval_is_divided_to_its_end) {
  const Laid laid({2700}, 5000);
  CHECK_EQUAL(laid.stretches.size(), 5U);
  CHECK_EQUAL(laid.stretches[0].goal, 8 * 900U);
  CHECK_EQUAL(laid.stretches[1].goal, 8 * 1800U);
  CHECK((laid.stretches[2].ends == std::vector<std::uint64_t>{8 * 2700}));
  CHECK_EQUAL(laid.stretches[3].begin, 8 * 2708U);
  CHECK(laid.stretches[3].is_sure);
  CHECK(laid.stretches[3].ends.empty());
  CHECK(!laid.stretches[4].is_sure);
}

TEST(a_slightly_longer_interval_is_not_divided) {
  CHECK_EQUAL(Laid({1250}, 1500).stretches.size(), 1U);
  CHECK_EQUAL(Laid({1260}, 1500).stretches.size(), 2U);
}

// What several threads rely on.
TEST(parts_of_an_interval_are_not_too_short) {
  constexpr std::ptrdiff_t kLeast = 625;
  CHECK_EQUAL(StretchLayout::reach_for(kLeast), static_cast<std::ptrdiff_t>(kReach));
  for (std::size_t interval = 1; interval < 9000; ++interval) {
    for (const Stretch& stretch : Laid({interval}, 1 << 14).stretches) {
      const auto bytes = static_cast<std::ptrdiff_t>((stretch.goal - stretch.begin) / 8);
      CHECK(bytes >= kLeast || (stretch.begin == 0 && !stretch.ends.empty()));
    }
  }
}

TEST(lanes_stop_at_the_limit) {
  CHECK(Laid({900}, 900).stretches.empty());
  CHECK(Laid({}, 999).stretches.empty());
  CHECK_EQUAL(Laid({}, 1000).stretches.size(), 1U);
}
