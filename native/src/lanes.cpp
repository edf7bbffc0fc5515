#include "lanes.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"
#include "stretch_layout.hpp"

namespace streamresize {
namespace {

using Sum = LaneTables::Sum;

// Values that each lane has room for.
constexpr std::size_t kRecords = 1 << 17;
constexpr std::size_t kDcRecords = 1 << 15;
constexpr std::size_t kRecordsShare = 3;  // of a short scan, a third of all it has
constexpr std::size_t kMostOfBlock = 65;

// Values ahead of those that are taken: they may have to come from another processor.
constexpr std::size_t kPrefetched = 512;

constexpr std::ptrdiff_t kMostReach = 3 << 14;
constexpr std::ptrdiff_t kMostSharedReach = 3 << 13;  // by several threads
constexpr std::ptrdiff_t kLeastShare = 4;             // least reaches that are worth sharing

// Bytes of restart intervals that are worth lanes, on average: each has an end, to which its lane
// goes alone. With several threads, half as many.
constexpr std::ptrdiff_t kLeastInterval = 100;

// Groups at a time, besides one for each thread: one is taken, one is met, one waits.
constexpr std::size_t kSpareGroups = 3;
constexpr auto kWidth = static_cast<std::ptrdiff_t>(kLanes);
constexpr std::uint64_t kBitsOfSlowStep = 48;  // the least on average, for lanes to pay

// The most values for each bit, or one more with several threads: nearly empty blocks take longer
// to take over than the plain loop takes to decode them.
constexpr std::ptrdiff_t kValuesOfBit = 3;

// The plain loop takes so many bits for each one of an attempt that did not meet, and four times as
// many after each further one, so that what is lost stays a small part.
constexpr std::uint64_t kBitsForLost = 4;
constexpr std::int64_t kMostPenalty = 1 << 16;

// Bytes that an MCU may take at most, with what lanes read before they look where they are.
std::ptrdiff_t most_mcu_bytes(const LaneTables& tables) {
  return static_cast<std::ptrdiff_t>(tables.slots_in_mcu * kBlockEnd * 4 + 256);
}

std::int16_t sum_difference(const std::uint16_t* record) {
  Sum sum;
  std::memcpy(&sum, record, sizeof sum);
  return static_cast<std::int16_t>(sum >> LaneTables::kValueShift & 0xFFFF);
}

// The blocks of one component in `mcus` MCUs, whose records lie `step` values apart.
struct BlockRun {
  const std::uint16_t* records;
  std::size_t step;
  std::span<McuBlock> blocks;
  std::size_t mcus;
};

void take_differences(const BlockRun& run, ComponentCoding& component) {
  std::int16_t value = component.predictor;
  const std::uint16_t* records = run.records;
  for (std::size_t i = 0; i < run.mcus; ++i, records += run.step) {
    for (std::size_t b = 0; b < run.blocks.size(); ++b) {
      const McuBlock& block = run.blocks[b];
      value = wrapped_sum(value, sum_difference(records + 2 * b));
      block.values[static_cast<std::ptrdiff_t>(i) * block.value_step] = value;
    }
  }
  component.predictor = value;
}

template <int N>
void take_blocks(const BlockRun& run, ComponentCoding& component) {
  const int kept = component.tables->kept;
  std::int16_t predictor = component.predictor;
  for (std::size_t i = 0; i < run.mcus; ++i) {
    const std::uint16_t* record = run.records + i * run.step;
    for (const McuBlock& block : run.blocks) {
      __builtin_prefetch(record + kPrefetched);
      const auto mcu = static_cast<std::ptrdiff_t>(i);
      std::int16_t* values = block.values + mcu * block.value_step;
      for (int row = 0; row < N; ++row) {
        std::memcpy(values + 8 * row, record + 1 + N * row, N * sizeof *values);
      }
      predictor = wrapped_sum(predictor, values[0]);
      values[0] = predictor;
      const int last = (record[0] & (AcSkipTable::kEob - 1)) - 1;
      block.last[mcu * block.step] = static_cast<std::uint8_t>(std::min(last, kept));
      record += N * N + 1;
    }
  }
  component.predictor = predictor;
}

void take_run(const BlockRun& run, ComponentCoding& component) {
  switch (transform_size(component.tables->kept)) {
    case 1:
      return take_blocks<1>(run, component);
    case 2:
      return take_blocks<2>(run, component);
    case 4:
      return take_blocks<4>(run, component);
    default:
      return take_blocks<8>(run, component);
  }
}

// Bytes at hand for a scan of so many blocks.
std::size_t window_for(std::uint64_t blocks, unsigned threads) {
  if (threads != 1) return 1 << 20;
  return blocks < Lanes::kLargeBlocks ? 1 << 16 : 3 << 16;
}

// Too many symbols that no table helps with take longer than the plain loop.
bool pays(const LaneGroup& group) {
  std::uint64_t slow_steps = 0;
  for (const Stretch& stretch : group.stretches) slow_steps += stretch.lane.slow_steps;
  return slow_steps * kBitsOfSlowStep < group.bits();
}

ZeroedValues make_values(std::size_t count) {
  void* memory = std::calloc(count, sizeof(std::uint16_t));
  if (memory == nullptr) throw std::bad_alloc();
  return ZeroedValues(static_cast<std::uint16_t*>(memory));
}

}  // namespace

void Stretch::move(std::ptrdiff_t bytes) {
  const auto bits = static_cast<std::uint64_t>(8 * bytes);
  begin -= bits;
  goal -= bits;
  for (std::uint64_t& end : ends) end -= bits;
  lane.bit -= bits;
}

Lane first_lane(const LaneTables& tables, const Stretch& stretch, std::uint64_t bit) {
  return {bit, 0, tables.first_dc, tables.slots.data(), stretch.first};
}

void put_lane(const LaneTables& tables, Stretch& stretch, std::uint16_t* record,
              std::uint64_t bit) {
  if (!tables.dc_only) {
    std::fill(record - 1, stretch.lane.record - 1 + kMostOfBlock, std::uint16_t{0});
  }
  stretch.lane = {bit, 0, tables.first_dc, tables.slots.data(), record, stretch.lane.slow_steps};
}

void begin_stretch(const LaneTables& tables, Stretch& stretch, std::uint64_t bit) {
  put_lane(tables, stretch, stretch.first, bit);
  stretch.lane.slow_steps = 0;
  stretch.begin = bit;
}

Lanes::Lanes(std::shared_ptr<const LaneTables> tables, std::uint64_t mcus, unsigned threads,
             std::ptrdiff_t least_reach)
    : shared_(std::move(tables)),
      threads_(threads),
      window_bytes_(window_for(mcus * tables_.slots_in_mcu, threads)),
      ring_(threads == 1 ? 1 : threads + kSpareGroups),
      least_reach_(threads == 1
                       ? least_reach
                       : std::max(least_reach, StretchLayout::reach_for(most_mcu_bytes(tables_)))),
      most_reach_(threads == 1 ? kMostReach : kMostSharedReach),
      reach_(least_reach_) {
  // Nothing is checked in the middle of a turn, nor until an MCU ends.
  const std::size_t spare = 2 * tables_.record_of_mcu + (LaneTables::kUnchecked + 1) * kMostOfBlock;
  const auto all = std::min<std::uint64_t>(mcus, kRecords) * tables_.record_of_mcu;
  const std::size_t room = std::min<std::size_t>(tables_.dc_only ? kDcRecords : kRecords,
                                                 spare + kMostOfBlock + all / kRecordsShare);
  for (LaneGroup& group : ring_) {
    for (Stretch& stretch : group.stretches) {
      stretch.memory = make_values(room);
      stretch.records = {stretch.memory.get(), room};
      stretch.first = stretch.records.data() + (tables_.dc_only ? 0 : 1);
      stretch.room = stretch.records.data() + stretch.records.size() - spare;
      stretch.lane.record = stretch.first;
    }
  }
}

Lanes::~Lanes() { clear(); }

std::size_t Lanes::run(BitReader& reader, const RestartIntervals& intervals) {
  if (!is_ahead() && scan_bit(reader) < waits_until_) return 0;
  RestartIntervals from_reader = intervals;
  do {
    while (begin(reader, from_reader)) {
    }
    if (is_ahead()) join_first(reader, from_reader);
  } while (is_ahead() && ready() == 0);
  return intervals.ends.size() - from_reader.ends.size();
}

void Lanes::join_first(BitReader& reader, RestartIntervals& intervals) {
  LaneGroup& first = group(0);
  finish(first);
  if (count_ > 1) finish(group(1));
  const bool met = join(reader, intervals);
  first_ = (first_ + 1) % ring_.size();
  --count_;
  has_met_ = met && pays(first);
  if (has_met_) {
    adapt_reach(first);
    penalty_ = std::max<std::int64_t>(penalty_ / 2, 1);
  } else {
    put_off(reader, first.bits() * kBitsForLost);
  }
}

std::ptrdiff_t Lanes::bytes_ahead(const BitReader& reader) const {
  return is_ahead() ? (end_.bit - reader.bit()) / 8 : 0;
}

void Lanes::drop(std::ptrdiff_t count) {
  dropped_ += count;
  end_.bit -= 8 * count;
  ++refills_;
}

void Lanes::settle() {
  for (std::size_t i = 0; i < count_; ++i) {
    if (group(i).refills != refills_) finish(group(i));
  }
}

// Starts a group behind the others. False where there is no room for it, or too few bytes. Until
// one group has met, each is tried alone, and by this thread.
bool Lanes::begin(const BitReader& reader, const RestartIntervals& intervals) {
  if (count_ == ring_.size() || (count_ != 0 && group(count_ - 1).is_alone)) return false;
  const auto window = static_cast<std::ptrdiff_t>(intervals.end);
  const std::ptrdiff_t least_interval = threads_ == 1 ? kLeastInterval : kLeastInterval / 2;
  if (std::ssize(intervals.ends) * least_interval > window - reader.bit() / 8) return false;
  if (count_ == 0) end_ = {reader.bit(), true, intervals.is_at_begin()};
  const std::ptrdiff_t bytes = window - end_.bit / 8 - most_mcu_bytes(tables_);
  const std::ptrdiff_t free = std::ssize(ring_) - static_cast<std::ptrdiff_t>(count_);
  const std::ptrdiff_t groups = std::clamp<std::ptrdiff_t>(
      bytes / (kWidth * kLeastShare * least_reach_), 1, has_met_ ? free : 1);
  std::ptrdiff_t reach = std::min(reach_, bytes / (kWidth * groups));
  while (reach >= least_reach_ && !lay_out(group(count_), intervals, reach)) reach /= 2;
  if (reach < least_reach_) return false;
  LaneGroup& next = group(count_);
  next.mcus = intervals.mcus;
  next.is_alone = count_ == 0 && groups == 1;
  next.window = reader.data();
  next.dropped = dropped_;
  next.refills = refills_;
  next.is_decoded = false;
  if (!next.is_alone && !workers_) workers_ = std::make_unique<Workers>(threads_ - 1);
  if (next.is_alone) {
    decode(next);
  } else {
    workers_->add([this, &next] { decode(next); });
  }
  ++count_;
  return true;
}

// Stretches behind the other groups, each of about so many bytes. False where they have no room.
bool Lanes::lay_out(LaneGroup& group, const RestartIntervals& intervals, std::ptrdiff_t reach) {
  const auto window = static_cast<std::ptrdiff_t>(intervals.end);
  StretchLayout layout(intervals.ends, window - most_mcu_bytes(tables_), end_, reach);
  const std::ptrdiff_t values_of_bit = kValuesOfBit + (threads_ == 1 ? 0 : 1);
  for (Stretch& stretch : group.stretches) {
    if (!layout.place(stretch)) return false;
    const auto bits = static_cast<std::ptrdiff_t>(stretch.goal - stretch.begin);
    stretch.full = stretch.first + std::min(stretch.room - stretch.first, values_of_bit * bits);
  }
  end_ = layout.next();
  return true;
}

void Lanes::decode(LaneGroup& group) const {
  for (Stretch& stretch : group.stretches) {
    begin_stretch(tables_, stretch, stretch.begin);
    stretch.ended = 0;
    stretch.guesses = 0;
  }
  huffman_loops().run_lanes(tables_, group);
  group.is_decoded = true;
}

void Lanes::finish(LaneGroup& group) {
  if (!group.is_decoded) {
    workers_->help_until([&] { return group.is_decoded.load(); });
  }
  const std::ptrdiff_t dropped = dropped_ - std::exchange(group.dropped, dropped_);
  if (dropped != 0) {
    for (Stretch& stretch : group.stretches) stretch.move(dropped);
  }
}

// Makes what the stretches of the first group have in common ready, and moves the reader behind it:
// to the joint with the second group, if there is one. Whether all of them met.
bool Lanes::join(BitReader& reader, RestartIntervals& intervals) {
  ready_.clear();
  LaneGroup& first = group(0);
  const LaneGroup* next = count_ > 1 ? &group(1) : nullptr;
  const auto meets = [](const Stretch& stretch) {
    return stretch.lane.is_alive() && stretch.met != Stretch::kSearched;
  };
  if (std::all_of(first.stretches.begin(), first.stretches.end() - 1, meets)) {
    huffman_loops().join_groups(tables_, reader.data(), first, next);
  }
  for (const Stretch& stretch : first.stretches) {
    if (!make_ready(stretch, intervals)) return false;
    reader.attach({reader.data(), intervals.current_end()}, 0);
    reader.seek(static_cast<std::ptrdiff_t>(stretch.lane.bit));
    if (stretch.met == Stretch::kSearched) return false;
    skipped_ = stretch.met;
  }
  return true;
}

// False where the lane died or came to what does not belong to its interval, or where an interval
// has not as many MCUs as it should.
bool Lanes::make_ready(const Stretch& stretch, RestartIntervals& intervals) {
  if (!stretch.lane.is_alive()) return false;
  RestartIntervals behind = intervals;
  if (behind.left == 0) behind.pass(1);
  std::uint64_t mcus = stretch.size() / tables_.record_of_mcu - skipped_;
  if (stretch.ends.empty()) {
    if (mcus >= behind.left || stretch.lane.bit > 8 * behind.current_end()) return false;
    behind.left -= mcus;
  } else {
    const std::size_t more = stretch.ends.size() - 1;
    const std::uint64_t wanted = behind.left + more * behind.mcus;
    if (mcus < wanted) return false;
    mcus = wanted;
    behind.pass(more);
    behind.left = 0;
  }
  ready_.push_back(Records(stretch.records)
                       .subspan(skipped_ * tables_.record_of_mcu, mcus * tables_.record_of_mcu));
  intervals = behind;
  return true;
}

// The next stretches are as long as the records have room for them, and at most four times as long.
void Lanes::adapt_reach(const LaneGroup& group) {
  const std::ptrdiff_t room = std::ssize(group.stretches[0].records) * 5 / 8;
  std::ptrdiff_t fitting = most_reach_;
  std::ptrdiff_t reach = 0;
  for (const Stretch& stretch : group.stretches) {
    const auto bytes = static_cast<std::ptrdiff_t>((stretch.goal - stretch.begin) / 8);
    const auto values = static_cast<std::ptrdiff_t>(stretch.size());
    fitting = std::min(fitting, bytes * room / std::max<std::ptrdiff_t>(values, 1));
    reach = std::max(reach, bytes);
  }
  reach_ = std::clamp(std::min(fitting, std::max(reach_, 4 * reach)), least_reach_, most_reach_);
}

// Until the plain loop has gone on for a while; then lanes begin with little.
void Lanes::put_off(const BitReader& reader, std::uint64_t bits) {
  waits_until_ = scan_bit(reader) + penalty_ * static_cast<std::int64_t>(bits);
  penalty_ = std::min(4 * penalty_, kMostPenalty);
  reach_ = least_reach_;
  give_up();
}

// Forgets the groups that are not joined.
void Lanes::give_up() {
  if (workers_) workers_->drop();
  count_ = 0;
  skipped_ = 0;
}

std::uint32_t Lanes::ready() const {
  std::size_t values = 0;
  for (const auto& records : ready_) values += records.size();
  return static_cast<std::uint32_t>(values / tables_.record_of_mcu);
}

std::uint64_t Lanes::most_ready() const {
  std::uint64_t values = 0;
  for (const Stretch& stretch : ring_.front().stretches) values += stretch.records.size();
  return values / tables_.record_of_mcu;
}

void Lanes::take(McuBlocks& mcu, std::uint32_t count, std::span<ComponentCoding> components) {
  for (auto& records : ready_) {
    const auto mcus = std::min<std::size_t>(count, records.size() / tables_.record_of_mcu);
    if (mcus == 0) continue;
    const std::uint16_t* record = records.data();
    for (auto* first = mcu.begin(); first != mcu.end();) {
      const auto index = first->selector.index;
      auto* const last = std::find_if(
          first, mcu.end(), [&](const McuBlock& block) { return block.selector.index != index; });
      const BlockRun run{record, tables_.record_of_mcu, {first, last}, mcus};
      if (tables_.dc_only) {
        take_differences(run, components[index]);
      } else {
        take_run(run, components[index]);
      }
      const auto slot = static_cast<std::size_t>(first - mcu.begin());
      record += static_cast<std::size_t>(last - first) * tables_.records[slot];
      first = last;
    }
    mcu.advance(static_cast<std::uint32_t>(mcus));
    records = records.subspan(mcus * tables_.record_of_mcu);
    count -= static_cast<std::uint32_t>(mcus);
  }
}

void Lanes::clear() {
  give_up();
  ready_.clear();
}

}  // namespace streamresize
