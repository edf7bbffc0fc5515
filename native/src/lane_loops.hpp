// The loops of the lanes (lanes.hpp). Included by one source file for each kind of processor;
// everything here is local to that file.
#pragma once

#include <algorithm>
#include <cstring>

#include "huffman_loops.hpp"
#include "lanes.hpp"
#include "sequential_loops.hpp"

namespace streamresize {
namespace {

// Where a lane stands. A lane that met an invalid code has no slot.
struct Lane {
  std::uint64_t bit;  // in the window; `sum` says how many of the bits behind it are taken
  LaneTables::Entry sum;
  const LaneTables::Entry* table;
  const LaneTables::Slot* slot;
  std::uint16_t* record;  // of the current block

  [[nodiscard]] bool is_alive() const { return slot != nullptr; }
};

// The window from the lane's next bit on.
inline std::uint64_t load(const std::uint8_t* data, Lane& lane) {
  lane.bit += lane.sum & LaneTables::kBits;
  lane.sum &= ~LaneTables::kBits;
  std::uint64_t word;
  std::memcpy(&word, data + (lane.bit >> 3), sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word << (lane.bit & 7);
}

inline LaneTables::Entry pack_value(std::int32_t value) {
  return LaneTables::Entry{static_cast<std::uint16_t>(value)} << LaneTables::kValueShift;
}

// One lookup, without a branch on where a block ends. False where no entry serves.
template <bool DcOnly>
[[gnu::always_inline]] inline bool advance(const LaneTables::Entry* entries, Lane& lane,
                                           std::uint64_t& bits) {
  const LaneTables::Entry entry = lane.table[bits >> (64 - LaneTables::kWidth)];
  const LaneTables::Entry sum = lane.sum + (DcOnly ? entry : entry & ~LaneTables::kValue);
  if ((sum & LaneTables::kOvershoot) != 0) [[unlikely]]
    return false;
  bits <<= entry & 63;
  const std::uint32_t ends = sum >> 31;
  const std::uint32_t ended = 0 - ends;
  const LaneTables::Slot& slot = *lane.slot;
  std::uint32_t table = slot.first_ac ^ (slot.to_next_dc & ended);
  if constexpr (DcOnly) {
    std::memcpy(lane.record, &sum, sizeof sum);
    lane.record += 2 * ends;
  } else {
    const std::uint32_t behind = sum >> LaneTables::kAdvanceShift;
    lane.record[slot.places[behind]] = static_cast<std::uint16_t>(entry >> LaneTables::kValueShift);
    lane.record[slot.record - 1] = static_cast<std::uint16_t>(behind);
    lane.record += slot.record & ended;
    const std::int32_t passed = (slot.kept - static_cast<std::int32_t>(behind)) >> 31;
    table ^= slot.to_skip & static_cast<std::uint32_t>(passed);
  }
  lane.table = entries + table;
  lane.sum = sum & ~(ended & ~LaneTables::kBits);
  lane.slot += ends;
  return true;
}

// The same, symbol by symbol, and where a block ends with its last coefficient.
[[gnu::noinline]] Lane advance_slowly(const LaneTables& tables, BitReader reader, Lane lane) {
  reader.seek(static_cast<std::ptrdiff_t>(lane.bit + (lane.sum & LaneTables::kBits)));
  const LaneTables::Slot& slot = *lane.slot;
  const SequentialTables& symbols =
      *tables.symbols[static_cast<std::size_t>(lane.slot - tables.slots.data())];
  const int first = static_cast<int>(lane.sum >> LaneTables::kAdvanceShift);
  const Step step = first == 0 ? decode_difference(reader, symbols.dc_symbols)
                               : decode_symbol(reader, symbols.ac_symbols, first);
  lane.bit = static_cast<std::uint64_t>(step.reader.bit());
  if (step.k >= kInvalid) {
    lane.slot = nullptr;
    return lane;
  }
  const bool is_eob = step.k >= AcSkipTable::kEob;
  const int behind = first == 0 ? 1 : is_eob ? first : std::min(step.k + 1, kBlockEnd);
  lane.sum &= LaneTables::kValue;
  if (first == 0) lane.sum = pack_value(step.value);
  lane.sum |= static_cast<LaneTables::Entry>(behind) << LaneTables::kAdvanceShift;
  if (tables.dc_only) {
    std::memcpy(lane.record, &lane.sum, sizeof lane.sum);
  } else {
    if (!is_eob) lane.record[slot.places[behind]] = static_cast<std::uint16_t>(step.value);
    lane.record[slot.record - 1] = static_cast<std::uint16_t>(behind);
    lane.sum &= ~LaneTables::kValue;
  }
  std::uint32_t table = slot.first_ac ^ (behind > slot.kept ? slot.to_skip : 0);
  if (is_eob || behind == kBlockEnd) {
    table = slot.first_ac ^ slot.to_skip ^ slot.to_next_dc;
    lane.sum = 0;
    lane.record += slot.record;
    ++lane.slot;
  }
  lane.table = tables.entries.data() + table;
  return lane;
}

template <bool DcOnly>
class LaneGroup {
 public:
  LaneGroup(const LaneTables& tables, const BitReader& window, const LaneRequest& request)
      : tables_(tables),
        window_(window),
        request_(request),
        entries_(tables.entries.data()),
        slots_(tables.slots.data()) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      lanes_[i] = {request.begin[i], 0, entries_ + tables.first_dc, slots_,
                   request.records[i].data()};
      // Nothing is checked in the middle of a turn, nor until an MCU ends.
      const std::size_t spare =
          2 * tables.record_of_mcu + (LaneTables::kUnchecked + 1) * kMostOfBlock;
      full_[i] = request.records[i].data() + request.records[i].size() - spare;
    }
  }

  LaneResult run() {
    for (std::size_t i = 1; i < kLanes; ++i) record_starts(i);
    run_together<0, 1, 2>();
    if (has_arrived(0)) {
      run_together<1, 2>();
    } else {
      run_together<0, 2>();
    }
    LaneResult result = join();
    for (std::size_t i = 0; i < kLanes; ++i) result.written[i] = written(i);
    return result;
  }

 private:
  static constexpr std::uint32_t kRecorded = 16;
  static constexpr std::size_t kMostOfBlock = 65;  // values

  // Where the lane is to end: in front of the next one, or somewhere.
  [[nodiscard]] std::uint64_t goal(std::size_t i) const {
    return i + 1 < kLanes ? request_.begin[i + 1] : request_.end;
  }
  [[nodiscard]] bool has_arrived(std::size_t i) const { return lanes_[i].bit >= goal(i); }

  // The block that follows may have been begun.
  [[nodiscard]] std::size_t written(std::size_t i) const {
    return static_cast<std::size_t>(lanes_[i].record - request_.records[i].data()) + kMostOfBlock;
  }

  [[nodiscard]] std::uint32_t mcus(std::size_t i) const {
    const auto values = static_cast<std::size_t>(lanes_[i].record - request_.records[i].data());
    return static_cast<std::uint32_t>(values / tables_.record_of_mcu);
  }

  // Without it a lane comes to the end of the slots.
  void turn(Lane& lane) const {
    const auto blocks = static_cast<std::ptrdiff_t>(tables_.turn);
    lane.slot -= !lane.is_alive() || lane.slot < slots_ + blocks ? 0 : blocks;
  }

  // To the next start of an MCU, one lookup at least.
  void finish_mcu(Lane& lane) const {
    if (!lane.is_alive()) return;
    const auto slots = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu);
    const LaneTables::Slot* end = slots_ + ((lane.slot - slots_) / slots + 1) * slots;
    while (lane.is_alive() && lane.slot != end) {
      std::uint64_t bits = load(window_.data(), lane);
      if (!advance<DcOnly>(entries_, lane, bits)) lane = advance_slowly(tables_, window_, lane);
    }
    if (!lane.is_alive()) return;
    lane.bit += lane.sum;
    lane.sum = 0;
    turn(lane);
  }

  // Of the first MCUs of a lane that starts at a guess.
  void record_starts(std::size_t i) {
    Lane& lane = lanes_[i];
    while (recorded_[i] < kRecorded && lane.is_alive() && !has_arrived(i)) {
      starts_[i][recorded_[i]++] = lane.bit;
      finish_mcu(lane);
    }
  }

  // Until one of the lanes is where it should be, or cannot go on.
  template <std::size_t... I>
  void run_together() {
    const std::uint8_t* data = window_.data();
    std::array<Lane, kLanes> lanes = lanes_;
    const auto step = [&](Lane& lane, std::uint64_t& bits) __attribute__((always_inline)) {
      if (advance<DcOnly>(entries_, lane, bits)) [[likely]]
        return true;
      lane = advance_slowly(tables_, window_, lane);
      bits = load(data, lane);
      return lane.is_alive();
    };
    bool alive = (lanes[I].is_alive() && ...);
    while (alive && ((lanes[I].bit < goal(I) && lanes[I].record < full_[I]) && ...)) {
      for (int i = 0; i < 2 && alive; ++i) {
        std::array<std::uint64_t, kLanes> bits;
        ((bits[I] = load(data, lanes[I])), ...);
        alive = (step(lanes[I], bits[I]) && ...) && (step(lanes[I], bits[I]) && ...) &&
                (step(lanes[I], bits[I]) && ...);
      }
      (turn(lanes[I]), ...);
    }
    lanes_ = lanes;
  }

  LaneResult join() {
    LaneResult result;
    std::uint32_t from = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
      const bool is_last = i + 1 == kLanes;
      const std::uint32_t met = is_last ? (finish_mcu(lanes_[i]), 0) : reach_starts(i);
      if (!lanes_[i].is_alive()) return result;
      result.from[i] = from;
      result.mcus[i] = mcus(i);
      result.end = lanes_[i].bit;
      if (met == kRecorded) return result;
      from = met;
    }
    return result;
  }

  // Takes a lane to an MCU among those where the next one began, and returns its number: kRecorded
  // if they do not meet.
  std::uint32_t reach_starts(std::size_t i) {
    Lane& lane = lanes_[i];
    const auto& starts = starts_[i + 1];
    const std::uint32_t count = recorded_[i + 1];
    std::uint32_t at = 0;
    do {
      finish_mcu(lane);
      while (at < count && starts[at] < lane.bit) ++at;
      if (at < count && starts[at] == lane.bit) return at;
    } while (lane.is_alive() && at < count && lane.record < full_[i]);
    return kRecorded;
  }

  const LaneTables& tables_;
  const BitReader& window_;
  const LaneRequest& request_;
  const LaneTables::Entry* entries_;
  const LaneTables::Slot* slots_;
  std::array<Lane, kLanes> lanes_;
  std::array<const std::uint16_t*, kLanes> full_;
  std::array<std::uint32_t, kLanes> recorded_{};
  std::array<std::array<std::uint64_t, kRecorded>, kLanes> starts_;
};

LaneResult run_lanes(const LaneTables& tables, const BitReader& window,
                     const LaneRequest& request) {
  return tables.dc_only ? LaneGroup<true>(tables, window, request).run()
                        : LaneGroup<false>(tables, window, request).run();
}

}  // namespace
}  // namespace streamresize
