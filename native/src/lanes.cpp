#include "lanes.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"

namespace streamresize {
namespace {

using Entry = LaneTables::Entry;

// Values that each lane has room for.
constexpr std::size_t kRecords = 1 << 17;
constexpr std::size_t kDcRecords = 1 << 15;
constexpr std::size_t kMostOfBlock = 65;

// Values ahead of those that are taken: they may have to come from another processor.
constexpr std::size_t kPrefetched = 512;

constexpr std::ptrdiff_t kMostReach = 3 << 14;
// By several threads: fewer share a round if there are fewer bytes.
constexpr std::ptrdiff_t kMostSharedReach = 3 << 13;
constexpr std::ptrdiff_t kLeastSharedReach = 1 << 13;
constexpr std::uint64_t kBitsOfSlowStep = 48;  // the least on average, for lanes to pay
constexpr std::uint32_t kMostPenalty = 1 << 16;

std::int16_t sum_difference(const std::uint16_t* record) {
  Entry sum;
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
      std::uint8_t& known = block.last[mcu * block.step];  // an earlier scan may have been here
      known = std::max(known, static_cast<std::uint8_t>(std::min(last, kept)));
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

ZeroedValues make_values(std::size_t count) {
  void* memory = std::calloc(count, sizeof(std::uint16_t));
  if (memory == nullptr) throw std::bad_alloc();
  return ZeroedValues(static_cast<std::uint16_t*>(memory));
}

}  // namespace

void begin_stretch(const LaneTables& tables, Stretch& stretch, std::uint64_t bit) {
  if (!tables.dc_only) {
    std::fill_n(stretch.records.begin(), stretch.size() + kMostOfBlock, std::uint16_t{0});
  }
  stretch.start_count = 0;
  stretch.lane = {bit, 0, tables.entries.data() + tables.first_dc, tables.slots.data(),
                  stretch.first};
}

Lanes::Lanes(std::span<const SequentialTables* const> blocks, unsigned threads,
             std::ptrdiff_t least_reach)
    : tables_(blocks),
      rounds_(threads == 1 ? 1 : 2),
      least_reach_(least_reach),
      most_reach_(threads == 1 ? kMostReach : kMostSharedReach),
      reach_(least_reach) {
  // The thread that takes the MCUs has time for fewer groups than the others.
  const std::size_t groups = threads == 1 ? 1 : threads + std::size_t{1};
  // Nothing is checked in the middle of a turn, nor until an MCU ends.
  const std::size_t spare = 2 * tables_.record_of_mcu + (LaneTables::kUnchecked + 1) * kMostOfBlock;
  for (LaneRound& round : rounds_) {
    round.all.resize(kLanes * groups);
    for (Stretch& stretch : round.all) {
      const std::size_t size = tables_.dc_only ? kDcRecords : kRecords;
      stretch.memory = make_values(size);
      stretch.records = {stretch.memory.get(), size};
      stretch.first = stretch.records.data() + (tables_.dc_only ? 0 : 1);
      stretch.full = stretch.records.data() + stretch.records.size() - spare;
      stretch.lane.record = stretch.first;
    }
  }
  if (threads != 1) workers_ = std::make_unique<Workers>(threads - 1);
}

Lanes::~Lanes() { clear(); }

std::size_t Lanes::window_bytes() const { return workers_ ? 1 << 20 : 3 << 16; }

void Lanes::run(BitReader& reader) {
  if (!is_ahead() && !begin(reader)) return;
  finish();
  LaneRound& round = rounds_[ahead_];
  const bool met = join(round, reader);
  adapt(round, met);
  ahead_ = (ahead_ + 1) % rounds_.size();
  if (workers_ && met) begin(reader);
}

// Starts a round at the reader's place. False if that does not seem worth while.
bool Lanes::begin(const BitReader& reader) {
  if (waiting_ != 0) {
    --waiting_;
    return false;
  }
  LaneRound& round = rounds_[ahead_];
  const auto margin = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu * 64 * 4 + 256);
  const std::ptrdiff_t bytes = reader.left() - margin;
  const std::size_t groups = groups_for(bytes);
  const auto count = static_cast<std::ptrdiff_t>(groups * kLanes);
  const std::ptrdiff_t reach = std::min(reach_, bytes / count);
  if (reach < least_reach_) return false;
  round.stretches = std::span(round.all).first(groups * kLanes);
  // The more stretches, the more is lost where two do not meet.
  round.starts = groups == 1 ? Stretch::kStarts / 2 : Stretch::kStarts;
  round.window = reader;
  auto bit = static_cast<std::uint64_t>(reader.bit());
  for (Stretch& stretch : round.stretches) {
    stretch.begin = bit;
    bit += static_cast<std::uint64_t>(reach) * 8;
    stretch.goal = bit;
  }
  bytes_ahead_ = reach * count;
  dropped_ = 0;
  const auto decode = [this, &round](std::size_t group) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      Stretch& stretch = round.stretches[group * kLanes + i];
      begin_stretch(tables_, stretch, stretch.begin);
      stretch.guesses = 0;
    }
    huffman_loops().run_lanes(tables_, round, group * kLanes);
  };
  if (groups > 1) {
    is_shared_ = true;
    workers_->begin(groups, decode);
  } else {
    decode(0);
  }
  return true;
}

std::size_t Lanes::groups_for(std::ptrdiff_t bytes) const {
  const std::ptrdiff_t least = std::max(kLeastSharedReach, least_reach_);
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(bytes / (static_cast<std::ptrdiff_t>(kLanes) * least), 1,
                                 std::ssize(rounds_[0].all) / static_cast<std::ptrdiff_t>(kLanes)));
}

void Lanes::finish() {
  if (std::exchange(is_shared_, false)) workers_->finish();
  bytes_ahead_ = 0;
}

// Makes what the stretches have in common ready, and moves the reader behind it. Whether all of
// them met.
bool Lanes::join(LaneRound& round, BitReader& reader) {
  ready_.clear();
  std::uint32_t from = 0;
  for (std::size_t i = 0; i < round.stretches.size(); ++i) {
    const Stretch& stretch = round.stretches[i];
    const std::uint32_t next = huffman_loops().join_lanes(tables_, round, i);
    if (!stretch.lane.is_alive()) return false;
    ready_.push_back(
        Records(stretch.records).first(stretch.size()).subspan(from * tables_.record_of_mcu));
    reader.seek(static_cast<std::ptrdiff_t>(stretch.lane.bit) - 8 * dropped_);
    if (next == Stretch::kStarts) return i + 1 == round.stretches.size();
    from = next;
  }
  return true;
}

// The next stretches are as long as the records have room for them.
void Lanes::adapt(const LaneRound& round, bool met) {
  std::size_t values = 0;
  std::uint64_t slow_steps = 0;
  for (const Stretch& stretch : round.stretches) {
    values = std::max(values, stretch.size());
    slow_steps += stretch.lane.slow_steps;
  }
  const std::size_t room = round.all[0].records.size();
  if (values > room * 3 / 4) {
    reach_ = std::max(reach_ * 7 / 8, least_reach_);
  } else if (values < room / 2) {
    reach_ = std::min(reach_ * 5 / 4, most_reach_);
  }
  const std::uint64_t bits = round.stretches.back().goal - round.stretches.front().begin;
  const bool pays = met && slow_steps * kBitsOfSlowStep < bits;
  waiting_ = pays ? 0 : penalty_;
  penalty_ = pays ? 1 : std::min(4 * penalty_, kMostPenalty);
}

std::uint32_t Lanes::ready() const {
  std::size_t values = 0;
  for (const auto& records : ready_) values += records.size();
  return static_cast<std::uint32_t>(values / tables_.record_of_mcu);
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
  finish();
  ready_.clear();
}

}  // namespace streamresize
