// Two lanes of DC differences (dc_lanes.hpp). Included by one source file for each kind of
// processor; everything here is local to that file.
#pragma once

#include <cstring>

#include "dc_lanes.hpp"
#include "huffman_loops.hpp"
#include "sequential_loops.hpp"

namespace streamresize {
namespace {

// Where a lane stands. A lane that met an invalid code has no slot.
struct Lane {
  std::uint64_t bit;  // the next one, in the window
  std::uint32_t table;
  std::uint32_t k;
  const LaneTables::Slot* slot;
  std::uint16_t* differences;  // of the first slot
};

inline std::uint64_t bits_at(const std::uint8_t* data, std::uint64_t bit) {
  std::uint64_t word;
  std::memcpy(&word, data + (bit >> 3), sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word << (bit & 7);
}

// One lookup, without a branch on where a block ends. False where no entry serves.
[[gnu::always_inline]] inline bool advance(const LaneTables::Entry* entries,
                                           const LaneTables::Slot* slots, Lane& lane,
                                           std::uint64_t& bits) {
  const std::uint64_t index = bits >> (64 - LaneTables::kWidth);
  const LaneTables::Entry entry = entries[lane.table + index];
  const std::uint32_t next = lane.k + (entry >> 8 & 0xFF);
  if ((next & kBlockEnd) != 0) [[unlikely]]
    return false;
  lane.bit += entry & 0xFF;
  bits <<= entry & 63;
  lane.differences[lane.slot - slots] += static_cast<std::uint16_t>(entry >> 16);
  const std::uint32_t ends = next / AcSkipTable::kEob;
  lane.table = lane.slot->skip ^ (lane.slot->to_next_dc & (0 - ends));
  lane.k = next & (ends - 1);
  lane.slot += ends;
  return true;
}

// The same, symbol by symbol, and where a block ends with its last coefficient.
[[gnu::noinline]] Lane advance_slowly(const LaneTables& tables, BitReader reader, Lane lane) {
  reader.seek(static_cast<std::ptrdiff_t>(lane.bit));
  const SequentialTables& symbols = *lane.slot->tables;
  std::uint16_t& difference = lane.differences[lane.slot - tables.slots.data()];
  int k = static_cast<int>(lane.k);
  if (k == 0) {
    const Step step = decode_difference(reader, symbols.dc_symbols);
    reader = step.reader;
    k = step.k;
    difference = static_cast<std::uint16_t>(step.value);
  } else {
    const Step step = decode_symbol(reader, symbols.ac_symbols, k);
    reader = step.reader;
    k = step.k + 1;
  }
  lane.bit = static_cast<std::uint64_t>(reader.bit());
  lane.table = lane.slot->skip;
  lane.k = static_cast<std::uint32_t>(k);
  if (k >= kInvalid) {
    lane.slot = nullptr;
  } else if (k >= kBlockEnd) {
    lane.table ^= lane.slot->to_next_dc;
    lane.k = 0;
    ++lane.slot;
  }
  return lane;
}

class LanePair {
 public:
  LanePair(const LaneTables& tables, const BitReader& window, const LaneRequest& request)
      : tables_(tables),
        window_(window),
        request_(request),
        entries_(tables.entries.data()),
        slots_(tables.slots.data()),
        first_(begin(static_cast<std::uint64_t>(window.bit()), request.first)),
        second_(begin(request.middle, request.second)) {}

  LaneResult run() {
    record_starts();
    run_both();
    if (!is_alive(first_) || !reach_starts()) return {};
    LaneResult result{.first_mcus = mcus(first_, request_.first), .end = first_.bit};
    std::uint32_t met = 0;
    while (met < recorded_ && starts_[met] < first_.bit) ++met;
    if (met == recorded_ || starts_[met] != first_.bit || !is_alive(second_)) return result;
    finish_mcu(second_);
    if (!is_alive(second_)) return result;
    result.second_from = met;
    result.second_mcus = mcus(second_, request_.second);
    result.end = second_.bit;
    return result;
  }

 private:
  static constexpr std::uint32_t kRecorded = 32;

  static bool is_alive(const Lane& lane) { return lane.slot != nullptr; }

  [[nodiscard]] Lane begin(std::uint64_t bit, std::span<std::uint16_t> differences) const {
    return {bit, tables_.first_dc, 0, slots_, differences.data()};
  }

  [[nodiscard]] bool is_full(const Lane& lane, std::span<std::uint16_t> differences) const {
    return lane.differences >= differences.data() + differences.size() - LaneRequest::kSpare;
  }

  [[nodiscard]] std::uint32_t mcus(const Lane& lane, std::span<std::uint16_t> differences) const {
    const auto blocks = (lane.differences - differences.data()) + (lane.slot - slots_);
    return static_cast<std::uint32_t>(static_cast<std::size_t>(blocks) / tables_.slots_in_mcu);
  }

  void turn(Lane& lane) const {
    const auto blocks = static_cast<std::ptrdiff_t>(tables_.turn);
    if (lane.slot < slots_ + blocks) return;
    lane.slot -= blocks;
    lane.differences += blocks;
  }

  // To the next start of an MCU, one lookup at least.
  void finish_mcu(Lane& lane) const {
    const auto slots = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu);
    const LaneTables::Slot* end = slots_ + ((lane.slot - slots_) / slots + 1) * slots;
    while (is_alive(lane) && lane.slot != end) {
      std::uint64_t bits = bits_at(window_.data(), lane.bit);
      if (!advance(entries_, slots_, lane, bits)) lane = advance_slowly(tables_, window_, lane);
    }
    if (is_alive(lane)) turn(lane);
  }

  void record_starts() {
    while (recorded_ < kRecorded && second_.bit < request_.end && is_alive(second_)) {
      starts_[recorded_++] = second_.bit;
      finish_mcu(second_);
    }
  }

  // Until one lane is where it should be, or cannot go on.
  void run_both() {
    const std::uint8_t* data = window_.data();
    Lane first = first_;
    Lane second = second_;
    const auto step = [&](Lane& lane, std::uint64_t& bits) __attribute__((always_inline)) {
      if (advance(entries_, slots_, lane, bits)) [[likely]]
        return true;
      lane = advance_slowly(tables_, window_, lane);
      bits = bits_at(data, lane.bit);
      return is_alive(lane);
    };
    bool alive = is_alive(second);
    while (alive && first.bit < request_.middle && second.bit < request_.end &&
           !is_full(first, request_.first) && !is_full(second, request_.second)) {
      for (int i = 0; i < 2 && alive; ++i) {
        std::uint64_t a = bits_at(data, first.bit);
        std::uint64_t b = bits_at(data, second.bit);
        alive = step(first, a) && step(second, b) && step(first, a) && step(second, b);
      }
      if (!alive) break;
      turn(first);
      turn(second);
    }
    first_ = first;
    second_ = second;
  }

  // Takes the first lane to an MCU among those where the second one began. False if it met an
  // invalid code; it may also have stopped before, where the differences are full.
  bool reach_starts() {
    const std::uint64_t last = recorded_ == 0 ? 0 : starts_[recorded_ - 1];
    std::uint32_t at = 0;
    do {
      finish_mcu(first_);
      while (at < recorded_ && starts_[at] < first_.bit) ++at;
      if (at < recorded_ && starts_[at] == first_.bit) break;
    } while (is_alive(first_) && first_.bit < last && first_.bit < request_.end &&
             !is_full(first_, request_.first));
    return is_alive(first_);
  }

  const LaneTables& tables_;
  const BitReader& window_;
  const LaneRequest& request_;
  const LaneTables::Entry* entries_;
  const LaneTables::Slot* slots_;
  Lane first_;
  Lane second_;
  std::uint32_t recorded_ = 0;
  std::array<std::uint64_t, kRecorded> starts_;  // of the second lane's first MCUs
};

LaneResult run_lanes(const LaneTables& tables, const BitReader& window,
                     const LaneRequest& request) {
  return LanePair(tables, window, request).run();
}

}  // namespace
}  // namespace streamresize
