// The loops of the lanes (lanes.hpp). Included by one source file for each kind of processor;
// everything here is local to that file.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "entropy_bytes.hpp"
#include "huffman_loops.hpp"
#include "lanes.hpp"
#include "sequential_loops.hpp"

namespace streamresize {
namespace {

// The window from the lane's next bit on.
inline std::uint64_t load(const std::uint8_t* data, Lane& lane) {
  lane.bit += lane.sum & LaneTables::kBits;
  lane.sum &= ~LaneTables::kBits;
  std::uint64_t word;
  std::memcpy(&word, data + (lane.bit >> 3), sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word << (lane.bit & 7);
}

inline LaneTables::Sum pack_value(std::int32_t value) {
  return LaneTables::Sum{static_cast<std::uint16_t>(value)} << LaneTables::kValueShift;
}

// Leaves a value in the block's record.
[[gnu::always_inline]] inline void go_on(Lane& lane, LaneTables::Next next, std::uint32_t behind,
                                         std::uint16_t value) {
  lane.record[next.place] = value;
  lane.record[-1] = static_cast<std::uint16_t>(behind);
  lane.record += next.record;
  lane.slot += next.slot;
  lane.table = next.table;
}

// Leaves a difference in the block's record, where only they are wanted.
[[gnu::always_inline]] inline void leave_difference(Lane& lane, bool ends) {
  const LaneTables::Slot& slot = *lane.slot;
  std::memcpy(lane.record, &lane.sum, sizeof lane.sum);
  lane.record += ends ? 2 : 0;
  lane.table = slot.skip ^ (ends ? slot.to_next_dc : 0);
  lane.slot += ends ? 1 : 0;
}

template <bool DcOnly>
using LaneEntry = std::conditional_t<DcOnly, LaneTables::Sum, LaneTables::Pair>;

template <bool DcOnly>
const LaneEntry<DcOnly>* entries_of(const LaneTables& tables) {
  if constexpr (DcOnly) {
    return tables.differences.data();
  } else {
    return tables.pairs.data();
  }
}

// One lookup, without a branch on where a block ends. False where no entry serves.
template <bool DcOnly>
[[gnu::always_inline]] inline bool advance(const LaneEntry<DcOnly>* entries, Lane& lane,
                                           std::uint64_t& bits) {
  const LaneEntry<DcOnly> entry =
      entries[lane.table + (bits >> (64 - LaneTables::width_for(DcOnly)))];
  const LaneTables::Sum sum = lane.sum + static_cast<LaneTables::Sum>(entry);
  if ((sum & LaneTables::kOvershoot) != 0) [[unlikely]]
    return false;
  bits <<= entry & 63;
  const std::uint32_t ends = sum >> 31;
  const std::uint32_t ended = 0 - ends;
  const LaneTables::Slot& slot = *lane.slot;
  if constexpr (DcOnly) {
    lane.table = slot.skip ^ (slot.to_next_dc & ended);
    std::memcpy(lane.record, &sum, sizeof sum);
    lane.record += 2 * ends;
    lane.slot += ends;
  } else {
    const std::uint32_t first = (lane.sum >> LaneTables::kAdvanceShift) +
                                static_cast<std::uint8_t>(entry >> LaneTables::kValueShift);
    const std::uint32_t behind = sum >> LaneTables::kAdvanceShift;
    lane.record[slot.next[first].place] =
        static_cast<std::uint16_t>(entry >> LaneTables::kFirstShift);
    go_on(lane, slot.next[behind], behind,
          static_cast<std::uint16_t>(entry >> LaneTables::kLastShift));
  }
  lane.sum = sum & ~(ended & ~LaneTables::kBits);
  return true;
}

inline const SequentialTables& symbols_of(const LaneTables& tables, const Lane& lane) {
  return *tables.symbols[static_cast<std::size_t>(lane.slot - tables.slots.data())];
}

// The coefficient whose code, unlike its extra bits, lies in the index; no bits for another symbol.
[[gnu::always_inline]] inline Symbol noted_symbol(LaneTables::Pair entry, std::uint64_t bits,
                                                  int first) {
  const auto length = static_cast<int>(entry >> LaneTables::kFirstShift & 0xFFFF);
  const auto size = static_cast<int>(entry >> LaneTables::kLastShift);
  const auto advance = static_cast<std::uint8_t>(entry >> LaneTables::kValueShift);
  if (length == 0 || (entry & LaneTables::kBits) != 0) return {};
  return {BitReader::receive_extend(bits, length, size),
          static_cast<std::int16_t>(first + advance - 1), static_cast<std::uint8_t>(length + size)};
}

// A coefficient that takes more bits than an index has, or has the last place of its block. False
// where the next symbol is another.
template <bool DcOnly>
[[gnu::always_inline]] inline bool advance_by_code(const LaneTables& tables,
                                                   const std::uint8_t* window, Lane& lane) {
  const std::uint64_t bits = load(window, lane);
  const auto first = static_cast<int>(lane.sum >> LaneTables::kAdvanceShift);
  Symbol symbol;
  if constexpr (!DcOnly) {
    const std::uint64_t index = bits >> (64 - LaneTables::kWidth);
    symbol = noted_symbol(tables.pairs[lane.table + index], bits, first);
  }
  if (symbol.bits == 0) {
    if (first == 0) return false;
    symbol = symbol_of(symbols_of(tables, lane).ac_symbols, bits, first);
  }
  const auto behind = static_cast<std::uint32_t>(symbol.k + 1);
  if (behind > kBlockEnd) return false;
  const bool ends = behind == kBlockEnd;
  const LaneTables::Sum advance = behind << LaneTables::kAdvanceShift;
  lane.bit += symbol.bits;
  if constexpr (DcOnly) {
    lane.sum &= LaneTables::kValue;
    leave_difference(lane, ends);
    lane.sum = ends ? 0 : lane.sum | advance;
  } else {
    const std::uint32_t index = ends ? kBlockEnd | AcSkipTable::kEob : behind;
    go_on(lane, lane.slot->next[index], index, static_cast<std::uint16_t>(symbol.value));
    lane.sum = ends ? 0 : advance;
  }
  return true;
}

// Any symbol. A code that is none kills the lane.
[[gnu::noinline]] Lane advance_slowly(const LaneTables& tables, const std::uint8_t* window,
                                      Lane lane) {
  ++lane.slow_steps;
  const std::uint64_t bits = load(window, lane);
  const SequentialTables& symbols = symbols_of(tables, lane);
  const int first = static_cast<int>(lane.sum >> LaneTables::kAdvanceShift);
  const bool is_dc = first == 0;
  const Symbol symbol = is_dc ? find_difference(symbols.dc_symbols, bits)
                              : find_symbol(symbols.ac_symbols, bits, first);
  if (symbol.k == kInvalid) {
    lane.slot = nullptr;
    return lane;
  }
  lane.bit += symbol.bits;
  const bool is_eob = symbol.k >= AcSkipTable::kEob;
  const int behind = is_dc ? 1 : is_eob ? first + 1 : symbol.k + 1;
  const bool ends = is_eob || behind >= kBlockEnd;
  if (tables.dc_only) {
    lane.sum = is_dc ? pack_value(symbol.value) : lane.sum & LaneTables::kValue;
    leave_difference(lane, ends);
  } else {
    const auto index =
        static_cast<std::uint32_t>(std::min(behind, kBlockEnd)) | (ends ? AcSkipTable::kEob : 0U);
    go_on(lane, lane.slot->next[index], index, static_cast<std::uint16_t>(symbol.value));
    lane.sum = 0;
  }
  lane.sum =
      ends ? 0 : lane.sum | static_cast<LaneTables::Sum>(behind) << LaneTables::kAdvanceShift;
  return lane;
}

// The lanes of a group, or of the joint between two stretches.
template <bool DcOnly>
class LaneLoops {
 public:
  LaneLoops(const LaneTables& tables, const std::uint8_t* window)
      : tables_(tables),
        window_(window),
        entries_(entries_of<DcOnly>(tables)),
        slots_(tables.slots.data()) {}

  void run(LaneGroup& group) const {
    do {
      run_intervals<0, 1, 2>(group);
    } while (guess_again(group));
    run_intervals<0, 1>(group);
    run_intervals<0, 2>(group);
    run_intervals<1, 2>(group);
    run_alone<0>(group);
    run_alone<1>(group);
    run_alone<2>(group);
    for (std::size_t i = 1; i < kLanes; ++i) meet(group.stretches[i - 1], &group.stretches[i]);
  }

  // Ends the MCU in which the lane is: where one of the next stretch begins, if there is any.
  void meet(Stretch& stretch, const Stretch* next) const {
    stretch.met = 0;
    if (!stretch.ends.empty()) return;
    finish_mcu(stretch.lane);
    stretch.met = next == nullptr ? 0 : search(stretch, *next);
  }

 private:
  // Without it a lane comes to the end of the slots.
  void turn(Lane& lane) const {
    const auto blocks = static_cast<std::ptrdiff_t>(tables_.turn);
    lane.slot -= !lane.is_alive() || lane.slot < slots_ + blocks ? 0 : blocks;
  }

  // One lookup or symbol; `bits` are the window from the lane on, before and behind it. Whether the
  // lane goes on.
  [[gnu::always_inline]] bool step(Lane& lane, std::uint64_t& bits) const {
    if (advance<DcOnly>(entries_, lane, bits)) [[likely]]
      return true;
    if (!advance_by_code<DcOnly>(tables_, window_, lane)) {
      lane = advance_slowly(tables_, window_, lane);
    }
    bits = load(window_, lane);
    return lane.is_alive();
  }

  // To the next start of an MCU, one lookup at least.
  void finish_mcu(Lane& lane) const {
    if (!lane.is_alive()) return;
    const auto slots = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu);
    const LaneTables::Slot* end = slots_ + ((lane.slot - slots_) / slots + 1) * slots;
    while (lane.is_alive() && lane.slot != end) {
      std::uint64_t bits = load(window_, lane);
      step(lane, bits);
    }
    if (!lane.is_alive()) return;
    lane.bit += lane.sum;
    lane.sum = 0;
    turn(lane);
  }

  // A lane that has met an invalid code early had begun between two codes. Whether one starts
  // again.
  bool guess_again(LaneGroup& group) const {
    bool is_new = false;
    for (Stretch& stretch : group.stretches) {
      if (stretch.is_sure) continue;
      const bool is_early = stretch.size() < Stretch::kSearched * tables_.record_of_mcu &&
                            stretch.lane.bit < stretch.goal;
      if (stretch.lane.is_alive() || !is_early || stretch.guesses == Stretch::kGuesses) continue;
      ++stretch.guesses;
      begin_stretch(tables_, stretch, stretch.lane.bit + 1);
      is_new = true;
    }
    return is_new;
  }

  // Until one of the lanes is at its target, or cannot go on.
  template <std::size_t... I>
  void run_together(LaneGroup& group) const {
    auto& stretches = group.stretches;
    std::array<Lane, kLanes> lanes = {stretches[0].lane, stretches[1].lane, stretches[2].lane};
    const std::array<std::uint64_t, kLanes> goals = {stretches[0].target(), stretches[1].target(),
                                                     stretches[2].target()};
    const std::array<const std::uint16_t*, kLanes> full = {stretches[0].full, stretches[1].full,
                                                           stretches[2].full};
    bool alive = (lanes[I].is_alive() && ...);
    while (alive && ((lanes[I].bit < goals[I] && lanes[I].record < full[I]) && ...)) {
      for (int i = 0; i < 2 && alive; ++i) {
        std::array<std::uint64_t, kLanes> bits;
        ((bits[I] = load(window_, lanes[I])), ...);
        alive = (step(lanes[I], bits[I]) && ...) && (step(lanes[I], bits[I]) && ...) &&
                (step(lanes[I], bits[I]) && ...);
      }
      (turn(lanes[I]), ...);
    }
    ((stretches[I].lane = lanes[I]), ...);
  }

  // Until one of the lanes is at its goal, behind all intervals, or cannot go on.
  template <std::size_t... I>
  void run_intervals(LaneGroup& group) const {
    bool goes_on = true;
    while (goes_on) {
      run_together<I...>(group);
      goes_on = false;
      ((goes_on = end_intervals(group.stretches[I], group.mcus) || goes_on), ...);
    }
  }

  // A lane that is the last of all may stop before its goal, but not within an interval.
  template <std::size_t I>
  void run_alone(LaneGroup& group) const {
    const bool has_end = group.stretches[I].ended != group.stretches[I].ends.size();
    if (has_end || !group.is_alone) run_intervals<I>(group);
  }

  // Whether the lane has come to the end of an interval and goes on behind it.
  bool end_intervals(Stretch& stretch, std::uint64_t mcus) const {
    const bool is_at_end = stretch.ended != stretch.ends.size() && stretch.lane.is_alive() &&
                           (stretch.lane.bit >= stretch.target() || stretch.is_full());
    if (!is_at_end) return false;
    // Where an MCU begins is a guess, those in front of the joint do not count.
    const std::uint64_t most = stretch.is_sure ? mcus : RestartIntervals::kUnlimited;
    const std::uint64_t ended = end_interval(stretch, most);
    if (stretch.ended == stretch.ends.size()) return false;
    if (ended < mcus) stretch.lane.slot = nullptr;
    return stretch.lane.is_alive();
  }

  // Decodes the last MCUs of an interval, of which `mcus` at most are wanted; what lies behind them
  // is passed over. How many the lane has.
  std::uint64_t end_interval(Stretch& stretch, std::uint64_t mcus) const {
    const std::uint64_t end = stretch.ends[stretch.ended];
    std::uint16_t* const first = stretch.first + stretch.ended * mcus * tables_.record_of_mcu;
    Lane& lane = stretch.lane;
    const auto decoded = [&] {
      return static_cast<std::uint64_t>(lane.record - first) / tables_.record_of_mcu;
    };
    std::uint64_t count = std::min(decoded(), mcus);
    while (count < mcus && !stretch.is_full() && !is_padding(lane.bit, end)) {
      finish_mcu(lane);
      if (!lane.is_alive() || lane.bit > end) break;
      count = decoded();
    }
    ++stretch.ended;
    const bool is_last = stretch.ended == stretch.ends.size();
    put_lane(tables_, stretch, first + count * tables_.record_of_mcu,
             is_last ? end : end + 8 * EntropyBytes::kPadding);
    return count;
  }

  // Whether nothing is left of an interval but ones that fill its last byte (F.1.2.3).
  [[nodiscard]] bool is_padding(std::uint64_t bit, std::uint64_t end) const {
    if (bit >= end) return true;
    if (end - bit >= 8) return false;
    const unsigned ones = (1U << (end - bit)) - 1;
    return (window_[end / 8 - 1] & ones) == ones;
  }

  // The first MCUs of the next stretch are decoded a second time, to the same records: here alone
  // it is asked where they begin.
  std::uint32_t search(Stretch& stretch, const Stretch& next) const {
    Lane& lane = stretch.lane;
    Lane again = first_lane(tables_, next, next.begin);
    for (std::uint32_t mcus = 0; mcus < Stretch::kSearched; ++mcus) {
      while (lane.is_alive() && lane.bit < again.bit && !stretch.is_full()) {
        finish_mcu(lane);
      }
      if (!lane.is_alive()) break;
      if (lane.bit == again.bit) return mcus;
      const auto left = static_cast<std::size_t>(next.lane.record - again.record);
      if (left < tables_.record_of_mcu) break;
      repeat_mcu(again);
    }
    return Stretch::kSearched;
  }

  // What belongs to the record behind the MCU is left as it is.
  void repeat_mcu(Lane& lane) const {
    std::uint16_t& behind = lane.record[tables_.record_of_mcu - 1];
    const std::uint16_t value = behind;
    finish_mcu(lane);
    if (!DcOnly) behind = value;
  }

  const LaneTables& tables_;
  const std::uint8_t* window_;
  const LaneEntry<DcOnly>* entries_;
  const LaneTables::Slot* slots_;
};

void run_lanes(const LaneTables& tables, LaneGroup& group) {
  if (tables.dc_only) {
    LaneLoops<true>(tables, group.window).run(group);
  } else {
    LaneLoops<false>(tables, group.window).run(group);
  }
}

void join_groups(const LaneTables& tables, const std::uint8_t* window, LaneGroup& group,
                 const LaneGroup* next) {
  Stretch& last = group.stretches.back();
  const Stretch* first = next == nullptr ? nullptr : &next->stretches.front();
  if (tables.dc_only) {
    LaneLoops<true>(tables, window).meet(last, first);
  } else {
    LaneLoops<false>(tables, window).meet(last, first);
  }
}

}  // namespace
}  // namespace streamresize
