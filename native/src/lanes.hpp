// Several places of a sequential scan decoded at once.
//
// One stream of Huffman codes is bound by the latency of its lookups: where a code begins is known
// only when the one before it has been looked up. So further lanes start further on, at a guess.
// Huffman codes resynchronise: after a few MCUs such a lane nearly always decodes what is there.
// When the lane before it arrives, it looks for an MCU that begins at the same bit in both; from
// there on the later lane's MCUs are the scan's. DC differences need no prediction: they are summed
// up when they are taken. Where lanes do not meet, what the later ones did is lost, and the next
// attempts are put off for longer and longer.
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

// What the lanes read.
struct LaneTables {
  static constexpr int kWidth = 12;

  // A lookup: its bits in bits 0-7, a DC difference or coefficient in bits 8-23, its advance in the
  // zigzag in bits 24-31. Sums of these say where a block stands. What no entry holds overshoots
  // the block, as in AcSkipTable.
  using Entry = std::uint32_t;
  static constexpr int kValueShift = 8;
  static constexpr int kAdvanceShift = 24;
  static constexpr Entry kBits = 0xFF;
  static constexpr Entry kValue = 0xFFFF << kValueShift;
  static constexpr Entry kOvershoot = Entry{kBlockEnd} << kAdvanceShift;
  static constexpr int kMaxBits = 19;  // three lookups are served by one load

  // A block of an MCU. Tables are places in `entries`; exclusive or turns one into another.
  struct Slot {
    std::uint32_t first_ac;      // the table of its first AC coefficient
    std::uint32_t to_skip;       // turns that into the table behind the last kept coefficient
    std::uint32_t to_next_dc;    // turns that into the table of the next block's DC difference
    std::int32_t kept;           // zigzag index of the last kept coefficient
    std::uint32_t record;        // the values that it leaves behind
    const std::uint8_t* places;  // among these, by the zigzag index behind the coefficient
  };

  bool dc_only = true;
  std::vector<Entry> entries;
  std::vector<Slot> slots;                       // MCU after MCU, kUnchecked more than in a turn
  std::vector<const SequentialTables*> symbols;  // of each slot
  std::size_t slots_in_mcu = 0;
  std::size_t record_of_mcu = 0;  // values
  std::size_t turn = 0;           // slots after which a lane begins with the first one again
  std::uint32_t first_dc = 0;     // the table of the first block's DC difference
  static constexpr std::size_t kUnchecked = 8;
};

inline constexpr std::size_t kLanes = 3;

// A stretch of the window for each lane: from `begin` to the next lane's (bits), the last one's to
// about `end`. `records` are where the blocks' values go, all zero unless only DC differences are
// wanted.
//
// The record of a block is its top left N x N coefficients, as its transform reads them, and the
// zigzag index behind its last one, with AcSkipTable::kEob added. Where only DC differences are
// wanted, it is the sum of the block's entries, lower half first.
struct LaneRequest {
  std::array<std::uint64_t, kLanes> begin;
  std::uint64_t end;
  std::array<std::span<std::uint16_t>, kLanes> records;
};

// Whole MCUs: of each lane from `from` up to `mcus`; `end` is the bit behind them. Without any,
// nothing is known. `written` values of each lane's records may differ from zero.
struct LaneResult {
  std::array<std::uint32_t, kLanes> from{};
  std::array<std::uint32_t, kLanes> mcus{};
  std::array<std::size_t, kLanes> written{};
  std::uint64_t end = 0;
};

class Lanes {
 public:
  static constexpr std::ptrdiff_t kLeastReach = 1 << 11;
  // For long stretches the reader's window should have so many bytes.
  static constexpr std::size_t kWindowBytes = 3 << 16;

  // `blocks` are the tables of the blocks of one MCU, LaneTables::kWidth wide; `least_reach` is the
  // least number of bytes for which a lane pays.
  explicit Lanes(std::span<const SequentialTables* const> blocks,
                 std::ptrdiff_t least_reach = kLeastReach);

  // Decodes ahead from the reader's place, the start of an MCU, if that seems worth while; the
  // reader moves on. Nothing may have been left from before.
  void run(BitReader& reader);

  // MCUs that are decoded and not yet taken.
  [[nodiscard]] std::uint32_t ready() const;

  // Takes `count` MCUs, at most ready().
  void take(McuBlocks& mcu, std::uint32_t count, std::span<ComponentCoding> components);

  void clear();

 private:
  void adapt(std::size_t values, bool met);

  LaneTables tables_;
  std::array<std::vector<std::uint16_t>, kLanes> records_;
  std::array<std::span<const std::uint16_t>, kLanes> ready_;
  std::array<std::size_t, kLanes> written_{};
  std::ptrdiff_t least_reach_;
  std::ptrdiff_t reach_;       // bytes that each lane is given
  std::uint32_t waiting_ = 0;  // rounds to sit out
  std::uint32_t penalty_ = 1;
};

}  // namespace streamresize
