// What the lanes (lanes.hpp) read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lookup_tables.hpp"

namespace streamresize {

struct SequentialTables;

struct LaneTables {
  static constexpr int kWidth = 11;    // of lookups that may be two coefficients
  static constexpr int kDcWidth = 12;  // where only DC differences are wanted

  // A lookup: its bits in bits 0-7, its advance in the zigzag in bits 24-31. Sums of these say
  // where a block stands. What no entry holds overshoots the block, as in AcSkipTable. Where only
  // DC differences are wanted, they are in bits 8-23.
  using Sum = std::uint32_t;
  static constexpr int kValueShift = 8;
  static constexpr int kAdvanceShift = 24;
  static constexpr Sum kBits = 0xFF;
  static constexpr Sum kValue = 0xFFFF << kValueShift;
  static constexpr Sum kOvershoot = Sum{kBlockEnd} << kAdvanceShift;
  static constexpr int kMaxBits = 19;  // three lookups are served by one load

  // Elsewhere the advance to the first coefficient of two is in bits 8-15, of which sums make
  // nothing that is used; the first value is in bits 32-47, the last one in bits 48-63. A lone one
  // stands in both places. An entry that lacks nothing but extra bits has no bits, the advance in
  // bits 8-15, and the length of the code and the number of extra bits in place of the values.
  using Pair = std::uint64_t;
  static constexpr int kFirstShift = 32;
  static constexpr int kLastShift = 48;

  // Where a lane goes on behind a coefficient that is wanted, or the end of a block; tables are
  // places in `differences` or `pairs`.
  struct Next {
    std::uint32_t table;
    std::uint16_t record;  // values to the record of the next block, 0 within the block
    std::uint8_t place;    // of the coefficient in its record
    std::uint8_t slot;     // 1 where a block has ended
  };
  // By the zigzag index behind the coefficient, with AcSkipTable::kEob added at the end of a block.
  using Nexts = std::array<Next, 256>;

  // A block of an MCU. Where only DC differences are wanted, `skip` is the table of its AC
  // coefficients, which `to_next_dc` turns (by exclusive or) into that of the next difference.
  struct Slot {
    const Next* next;
    std::uint32_t skip;
    std::uint32_t to_next_dc;
  };

  std::vector<std::shared_ptr<const SequentialTables>> blocks;  // of an MCU
  bool dc_only = true;
  std::vector<Sum> differences;                  // where only they are wanted
  std::vector<Pair> pairs;                       // elsewhere
  std::vector<Slot> slots;                       // MCU after MCU, kUnchecked more than in a turn
  std::vector<const SequentialTables*> symbols;  // of each slot
  std::vector<std::unique_ptr<Nexts>> nexts;
  std::vector<std::size_t> records;  // values in the record of each block of an MCU
  std::size_t slots_in_mcu = 0;
  std::size_t record_of_mcu = 0;  // values
  std::size_t turn = 0;           // slots after which a lane begins with the first one again
  std::uint32_t first_dc = 0;     // the table of the first block's DC difference
  static constexpr std::size_t kUnchecked = 8;

  // `of_mcu` are the tables of the blocks of one MCU, width_for() wide.
  explicit LaneTables(std::vector<std::shared_ptr<const SequentialTables>> of_mcu);

  static constexpr int width_for(bool dc_only) { return dc_only ? kDcWidth : kWidth; }
};

}  // namespace streamresize
