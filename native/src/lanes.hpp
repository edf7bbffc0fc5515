// Several places of a sequential scan decoded at once.
//
// One stream of Huffman codes is bound by the latency of its lookups: where a code begins is known
// only when the one before it has been looked up. So further lanes start further on, at a guess.
// Huffman codes resynchronise: after a few MCUs such a lane nearly always decodes what is there.
// When the lane before it arrives, it looks for an MCU that begins at the same bit in both; from
// there on the later lane's MCUs are the scan's. DC differences need no prediction: they are summed
// up when they are taken. Where lanes do not meet, what the later ones did is lost. Then, and where
// too many symbols are in no table, the next attempts are put off for longer and longer.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "bit_reader.hpp"
#include "lane_tables.hpp"
#include "mcu_blocks.hpp"
#include "restart_intervals.hpp"
#include "workers.hpp"

namespace streamresize {

struct ComponentCoding;

inline constexpr std::size_t kLanes = 3;  // that one thread decodes at once

// Where a lane stands. A lane that met an invalid code has no slot.
struct Lane {
  std::uint64_t bit = 0;  // in the window; `sum` says how many of the bits behind it are taken
  LaneTables::Sum sum = 0;
  std::uint32_t table = 0;  // its place among the tables
  const LaneTables::Slot* slot = nullptr;
  std::uint16_t* record = nullptr;  // of the current block, behind the index
  std::uint32_t slow_steps = 0;     // symbols that no table helped with

  [[nodiscard]] bool is_alive() const { return slot != nullptr; }
};

// Room for values, which takes memory when it is used.
struct FreeValues {
  void operator()(std::uint16_t* values) const { std::free(values); }
};
using ZeroedValues = std::unique_ptr<std::uint16_t[], FreeValues>;

// A lane's stretch of the window (bits), and what became of it.
//
// The record of a block is the zigzag index behind its last coefficient, with AcSkipTable::kEob
// added, and its top left N x N coefficients, as its transform reads them. Where only DC
// differences are wanted, it is the sum of the block's entries, lower half first.
struct Stretch {
  static constexpr std::uint32_t kSearched = 32;  // MCUs in which lanes must meet
  static constexpr std::uint32_t kGuesses = 8;
  // The most that a lane may be further on when somebody looks where it is (three lookups since the
  // last load, six symbols more), and a byte of padding.
  static constexpr std::uint64_t kBitsOfTurn = 3 * LaneTables::kMaxBits + 6 * 32 + 8;

  std::uint64_t begin = 0;  // where its lane has begun
  std::uint64_t goal = 0;   // where the next stretch begins, or the last restart interval ends
  bool is_sure = true;      // an MCU begins there
  // Of the restart intervals that the lane decodes to their ends.
  std::vector<std::uint64_t> ends;
  std::size_t ended = 0;      // how many of them it has come behind
  std::uint32_t guesses = 0;  // of its beginning, after the first one
  std::uint32_t met = 0;      // MCU of the next stretch before which the lane ends, or kSearched
  Lane lane;
  ZeroedValues memory;
  std::span<std::uint16_t> records;     // all zero unless only DC differences are wanted
  std::uint16_t* first = nullptr;       // where the lane's record begins
  const std::uint16_t* room = nullptr;  // behind it there is none for another turn
  const std::uint16_t* full = nullptr;  // behind it the lane must end its MCU

  // The window has lost its first bytes.
  void move(std::ptrdiff_t bytes);

  // Where the lane comes to the end of an interval, or to the goal.
  [[nodiscard]] std::uint64_t target() const {
    if (ended == ends.size()) return goal;
    return ends[ended] - std::min(ends[ended], kBitsOfTurn);
  }

  // Its lane has no room for another turn.
  [[nodiscard]] bool is_full() const { return lane.record >= full; }

  // Values that the lane has left behind.
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(lane.record - first); }
};

// A lane at a bit, as if the stretch's first MCU began there.
Lane first_lane(const LaneTables& tables, const Stretch& stretch, std::uint64_t bit);

// Puts the stretch's lane at a bit, as if an MCU began there, whose record begins at `record`. From
// there on the records are clear.
void put_lane(const LaneTables& tables, Stretch& stretch, std::uint16_t* record, std::uint64_t bit);

// The same, for the first MCU.
void begin_stretch(const LaneTables& tables, Stretch& stretch, std::uint64_t bit);

// Where the next stretch begins.
struct StretchBegin {
  std::ptrdiff_t bit = 0;    // in the window
  bool is_sure = false;      // an MCU begins there
  bool is_interval = false;  // even a restart interval
};

// Stretches one behind the other, which one thread decodes at once.
struct LaneGroup {
  const std::uint8_t* window = nullptr;
  std::ptrdiff_t dropped = 0;  // bytes that the reader had dropped when they were counted
  std::uint32_t refills = 0;   // those that there had been when the group began
  bool is_alone = true;        // no other group follows
  std::uint64_t mcus = 0;      // of a restart interval
  std::array<Stretch, kLanes> stretches;
  std::atomic<bool> is_decoded = false;

  [[nodiscard]] std::uint64_t bits() const { return stretches.back().goal - stretches[0].begin; }
};

class Lanes {
 public:
  static constexpr std::ptrdiff_t kLeastReach = 1 << 10;

  // Scans of so many blocks are worth lanes, and new tables, too; where DC differences alone are
  // wanted, new ones from kNewTablesBlocks on. Those of large scans are not kept.
  static constexpr std::uint64_t kLeastBlocks = 3'000;
  static constexpr std::uint64_t kNewTablesBlocks = 6'000;
  static constexpr std::uint64_t kLargeBlocks = 16'000;

  // `mcus` are those of the scan; `least_reach` is the least number of bytes for which a lane pays.
  // With several threads a part of an interval has the bytes of an MCU at least: otherwise what is
  // taken of one group might reach behind the next, whose bytes the window may have lost then.
  Lanes(std::shared_ptr<const LaneTables> tables, std::uint64_t mcus, unsigned threads,
        std::ptrdiff_t least_reach = kLeastReach);
  ~Lanes();

  // For long stretches the reader's window should have so many bytes.
  [[nodiscard]] std::size_t window_bytes() const { return window_bytes_; }
  [[nodiscard]] std::size_t windows() const { return threads_ == 1 ? 1 : 2; }

  // Decodes ahead from the reader's place, the start of an MCU, if that seems worth while; the
  // reader moves on. Nothing may have been left from before. Returns the number of intervals that
  // the reader has gone on.
  std::size_t run(BitReader& reader, const RestartIntervals& intervals);

  // Groups are decoded, or have been, behind the reader's place, so many bytes. Those bytes must
  // stay while they are attached and until settle() after that.
  [[nodiscard]] bool is_ahead() const { return count_ != 0; }
  [[nodiscard]] std::ptrdiff_t bytes_ahead(const BitReader& reader) const;
  // The reader has been attached to bytes that lack the first `count`.
  void drop(std::ptrdiff_t count);
  // Waits until no thread reads bytes that were attached before the ones there are.
  void settle();

  // MCUs that are decoded and not yet taken.
  [[nodiscard]] std::uint32_t ready() const;

  // The most that run() makes ready.
  [[nodiscard]] std::uint64_t most_ready() const;

  // Takes `count` MCUs, at most ready().
  void take(McuBlocks& mcu, std::uint32_t count, std::span<ComponentCoding> components);

  void clear();

 private:
  using Records = std::span<const std::uint16_t>;

  [[nodiscard]] LaneGroup& group(std::size_t number) {
    return ring_[(first_ + number) % ring_.size()];
  }
  bool begin(const BitReader& reader, const RestartIntervals& intervals);
  bool lay_out(LaneGroup& group, const RestartIntervals& intervals, std::ptrdiff_t reach);
  void decode(LaneGroup& group) const;
  void finish(LaneGroup& group);
  void join_first(BitReader& reader, RestartIntervals& intervals);
  bool join(BitReader& reader, RestartIntervals& intervals);
  bool make_ready(const Stretch& stretch, RestartIntervals& intervals);
  [[nodiscard]] std::int64_t scan_bit(const BitReader& reader) const {
    return 8 * dropped_ + reader.bit();
  }
  void adapt_reach(const LaneGroup& group);
  void put_off(const BitReader& reader, std::uint64_t bits);
  void give_up();

  const std::shared_ptr<const LaneTables> shared_;
  const LaneTables& tables_ = *shared_;
  const unsigned threads_;
  const std::size_t window_bytes_;
  std::vector<LaneGroup> ring_;
  std::size_t first_ = 0;       // the group that is joined next
  std::size_t count_ = 0;       // groups that are not joined
  std::uint32_t skipped_ = 0;   // MCUs at the beginning of the first one that are known
  StretchBegin end_;            // behind the last group
  std::ptrdiff_t dropped_ = 0;  // bytes, by the reader
  std::uint32_t refills_ = 0;
  std::vector<Records> ready_;
  const std::ptrdiff_t least_reach_;
  const std::ptrdiff_t most_reach_;
  std::ptrdiff_t reach_;          // bytes that each lane is given
  std::int64_t waits_until_ = 0;  // the bit of the scan from which on lanes are tried again
  std::int64_t penalty_ = 1;
  bool has_met_ = false;  // the last group; until then, one is tried
  std::unique_ptr<Workers> workers_;
};

}  // namespace streamresize
