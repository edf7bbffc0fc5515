// Two places of a scan decoded at once, where only DC coefficients are needed.
//
// One stream of Huffman codes is bound by the latency of its lookups: where a code begins is known
// only when the one before it has been looked up. So a second lane starts further on, at a guess.
// Huffman codes resynchronise: after a few MCUs the second lane nearly always decodes what is
// there. When the first lane arrives, it looks for an MCU that begins at the same bit in both; from
// there on the second lane's MCUs are the scan's. Differences need no prediction: they are summed
// up when they are taken. Where the lanes do not meet, what the second one did is lost, and the
// next attempts are put off for longer and longer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bit_reader.hpp"
#include "lookup_tables.hpp"
#include "mcu_blocks.hpp"

namespace streamresize {

struct ComponentCoding;
struct SequentialTables;

// What both lanes read.
struct LaneTables {
  static constexpr int kWidth = 12;

  // A lookup: its bits in bits 0-7, its advance in the zigzag in bits 8-15, a DC difference in bits
  // 16-31. What no entry holds overshoots the block, as in AcSkipTable.
  using Entry = std::uint32_t;

  // A block of an MCU: where in `entries` the table of its AC coefficients begins, and what turns
  // that (by exclusive or) into the table of the next block's DC difference.
  struct Slot {
    std::uint32_t skip;
    std::uint32_t to_next_dc;
    const SequentialTables* tables;
  };

  std::vector<Entry> entries;
  std::vector<Slot> slots;  // MCU after MCU, kUnchecked more than in a turn
  std::size_t slots_in_mcu = 0;
  std::size_t turn = 0;        // slots after which a lane begins with the first one again
  std::uint32_t first_dc = 0;  // the table of the first block's DC difference
  static constexpr std::size_t kUnchecked = 8;
};

// Two stretches of the window: from the reader's place to `middle`, and from there to about `end`
// (bits). Differences go to `first` and `second`, which are all zero.
struct LaneRequest {
  static constexpr std::size_t kSpare = 512;  // blocks that a lane may need beyond its last check

  std::uint64_t middle;
  std::uint64_t end;
  std::span<std::uint16_t> first;
  std::span<std::uint16_t> second;
};

// Whole MCUs: the first lane's, then those of the second from `second_from` on; `end` is the bit
// behind them. Without any, nothing is known.
struct LaneResult {
  std::uint32_t first_mcus = 0;
  std::uint32_t second_from = 0;
  std::uint32_t second_mcus = 0;
  std::uint64_t end = 0;
};

class DcLanes {
 public:
  // `blocks` are the tables of the blocks of one MCU.
  explicit DcLanes(std::span<const SequentialTables* const> blocks);

  // Decodes ahead from the reader's place, the start of an MCU, if that seems worth while; the
  // reader moves on. Nothing may have been left from before.
  void run(BitReader& reader);

  // MCUs that are decoded and not yet taken.
  [[nodiscard]] std::uint32_t ready() const;

  // Takes `count` MCUs, at most ready().
  void take(McuBlocks& mcu, std::uint32_t count, std::span<ComponentCoding> components);

  void clear();

 private:
  LaneTables tables_;
  std::array<std::vector<std::uint16_t>, 2> differences_;
  std::array<std::span<const std::uint16_t>, 2> ready_;
  std::ptrdiff_t reach_;       // bytes that each lane is given
  std::uint32_t waiting_ = 0;  // rounds to sit out
  std::uint32_t penalty_ = 1;
};

}  // namespace streamresize
