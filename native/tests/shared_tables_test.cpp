#include "shared_tables.hpp"

#include <array>

#include "check.hpp"

using namespace streamresize;

namespace {

HuffmanTable build(const HuffmanSpec& spec) {
  HuffmanTable table;
  CHECK(table.build(spec));
  return table;
}

}  // namespace

TEST(pictures_share_tables_that_are_the_same) {
  const HuffmanTable dc = build(standard_dc_table(false));
  const HuffmanTable ac = build(standard_ac_table(false));
  const HuffmanTable same_dc = build(standard_dc_table(false));
  const HuffmanTable other_dc = build(standard_dc_table(true));
  const HuffmanTable other_ac = build(standard_ac_table(true));
  const auto tables = shared_tables({&dc, &ac, 24}, 10).tables;
  const auto again = shared_tables({&same_dc, &ac, 24}, 10);
  CHECK(again.is_known);
  CHECK(again.tables == tables);
  const std::array<BlockCodes, 3> others = {
      {{&other_dc, &ac, 24}, {&dc, &other_ac, 24}, {&dc, &ac, 4}}};
  for (const BlockCodes& codes : others) CHECK(shared_tables(codes, 10).tables != tables);
  CHECK(shared_tables({&dc, &ac, 24}, 9).tables != tables);
  CHECK(shared_tables({&dc, &ac, 24}, 10).tables == tables);
  for (int i = 0; i < 2; ++i) {
    CHECK(!shared_tables({&dc, &ac, 24}, LaneTables::kWidth).is_known);
  }
}

TEST(the_last_tables_of_lanes_are_kept) {
  const HuffmanTable dc = build(standard_dc_table(false));
  const HuffmanTable ac = build(standard_ac_table(false));
  const HuffmanTable other_ac = build(standard_ac_table(true));
  const std::array<BlockCodes, 3> mcu = {{{&dc, &ac, 24}, {&dc, &ac, 24}, {&dc, &other_ac, 24}}};
  const std::array<BlockCodes, 3> other = {{{&dc, &ac, 24}, {&dc, &other_ac, 24}, {&dc, &ac, 24}}};
  const auto tables = make_lane_tables(mcu);
  CHECK(tables->blocks[0] == tables->blocks[1]);
  CHECK(tables->blocks[0] != tables->blocks[2]);
  CHECK(known_lane_tables(mcu) != tables);
  keep_lane_tables(tables);
  CHECK(known_lane_tables(mcu) == tables);
  CHECK(known_lane_tables(other) != tables);
  CHECK(known_lane_tables(std::span(mcu).first(2)) != tables);
  for (int i = 0; i < 3; ++i) keep_lane_tables(make_lane_tables(other));
  CHECK(known_lane_tables(mcu) == tables);
  keep_lane_tables(make_lane_tables(other));
  CHECK(known_lane_tables(mcu) != tables);
}
