#include "lanes.hpp"

#include <algorithm>
#include <cstring>

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

using Entry = LaneTables::Entry;

// Values that each lane has room for.
constexpr std::size_t kRecords = 1 << 17;
constexpr std::size_t kDcRecords = 1 << 15;

constexpr std::ptrdiff_t kMostReach = 3 << 14;
constexpr std::uint32_t kMostPenalty = 1 << 16;
constexpr std::uint32_t kTable = 1U << LaneTables::kWidth;
constexpr std::uint32_t kTables = 3;  // DC, coefficients, skip

Entry pack(std::int32_t value, int advance, int bits) {
  if (bits == 0 || bits > LaneTables::kMaxBits) return LaneTables::kOvershoot;
  return static_cast<Entry>(advance) << LaneTables::kAdvanceShift |
         Entry{static_cast<std::uint16_t>(value)} << LaneTables::kValueShift |
         static_cast<Entry>(bits);
}

Entry pack_dc(const DcTable::Entry& entry) {
  return pack(entry.difference, entry.next, entry.bits);
}

// The end of a block moves on by one, lest its value, which is none, replace a coefficient.
Entry pack_coefficient(const CoefficientTable::Entry& entry) {
  return pack(entry.value, entry.run + 1, entry.bits);
}

Entry pack_skip(const AcSkipTable::Entry& entry) {
  const bool ends_alone = entry.advance == AcSkipTable::kEob;
  return pack(0, entry.advance + (ends_alone ? 1 : 0), entry.bits);
}

// Where an N x N transform has the coefficient that ends in front of a zigzag index; N * N for
// those it does not read.
using Places = std::array<std::uint8_t, 256>;

constexpr Places make_places(int size) {
  Places places{};
  for (int behind = 0; behind < 256; ++behind) {
    const int k = (behind & (AcSkipTable::kEob - 1)) - 1;
    const int natural =
        k < 0 || k >= kBlockEnd ? kBlockEnd : kNaturalOrder[static_cast<std::size_t>(k)];
    const int row = natural / 8;
    const int column = natural % 8;
    places[static_cast<std::size_t>(behind)] =
        static_cast<std::uint8_t>(row < size && column < size ? row * size + column : size * size);
  }
  return places;
}

constexpr Places kPlaces1 = make_places(1);
constexpr Places kPlaces2 = make_places(2);
constexpr Places kPlaces4 = make_places(4);
constexpr Places kPlaces8 = make_places(8);

// N of the transform that reads the coefficients up to zigzag index `kept`.
constexpr int transform_size(int kept) {
  return kept == 0 ? 1 : kept <= 4 ? 2 : kept <= 24 ? 4 : 8;
}

const std::uint8_t* places_for(int size) {
  return (size == 1 ? kPlaces1 : size == 2 ? kPlaces2 : size == 4 ? kPlaces4 : kPlaces8).data();
}

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
      const auto mcu = static_cast<std::ptrdiff_t>(i);
      std::int16_t* values = block.values + mcu * block.value_step;
      for (int row = 0; row < N; ++row) {
        std::memcpy(values + 8 * row, record + N * row, N * sizeof *values);
      }
      predictor = wrapped_sum(predictor, values[0]);
      values[0] = predictor;
      const int last = (record[N * N] & (AcSkipTable::kEob - 1)) - 1;
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

LaneTables::Slot make_slot(const SequentialTables& tables, std::uint32_t place,
                           std::uint32_t next_dc, bool dc_only) {
  const std::uint32_t coefficients = place + kTable;
  const std::uint32_t skip = coefficients + kTable;
  const std::uint32_t first_ac = tables.kept == 0 ? skip : coefficients;
  const int size = transform_size(tables.kept);
  return {.first_ac = first_ac,
          .to_skip = first_ac ^ skip,
          .to_next_dc = skip ^ next_dc,
          .kept = tables.kept,
          .record = dc_only ? 2 : static_cast<std::uint32_t>(size * size + 1),
          .places = places_for(size)};
}

// A table of DC differences with no AC coefficients behind them but the end of the block.
DcTable plain_dc(const SequentialTables& tables) {
  AcSkipTable eob;
  eob.build_eob(tables.ac_symbols, tables.width);
  DcTable dc;
  dc.build(tables.dc_symbols, eob, tables.width);
  return dc;
}

template <typename Table, typename Pack>
void append(std::vector<Entry>& entries, const Table* table, Pack pack) {
  if (table == nullptr) {
    entries.resize(entries.size() + kTable);
  } else {
    std::transform(table, table + kTable, std::back_inserter(entries), pack);
  }
}

void append(std::vector<Entry>& entries, const SequentialTables& tables, bool dc_only) {
  const bool is_folded = tables.kept == 0 && !dc_only;
  append(entries, is_folded ? plain_dc(tables).entries() : tables.dc.entries(), pack_dc);
  append(entries, tables.coefficients.entries(), pack_coefficient);
  append(entries, tables.skip.entries(), pack_skip);
}

}  // namespace

Lanes::Lanes(std::span<const SequentialTables* const> blocks, std::ptrdiff_t least_reach)
    : least_reach_(least_reach), reach_(least_reach) {
  tables_.dc_only =
      std::ranges::all_of(blocks, [](const auto* tables) { return tables->kept == 0; });
  for (auto& records : records_) records.resize(tables_.dc_only ? kDcRecords : kRecords);
  std::vector<const SequentialTables*> known;
  std::vector<std::uint32_t> places;
  for (const SequentialTables* tables : blocks) {
    const auto found = std::ranges::find(known, tables);
    places.push_back(static_cast<std::uint32_t>(found - known.begin()) * kTables * kTable);
    if (found != known.end()) continue;
    known.push_back(tables);
    append(tables_.entries, *tables, tables_.dc_only);
  }
  tables_.first_dc = places.front();
  tables_.slots_in_mcu = blocks.size();
  tables_.turn = blocks.size() * (1 + (LaneTables::kUnchecked - 1) / blocks.size());
  tables_.slots.reserve(tables_.turn + LaneTables::kUnchecked);
  for (std::size_t i = 0; i < tables_.turn + LaneTables::kUnchecked; ++i) {
    const std::size_t at = i % blocks.size();
    const std::uint32_t next_dc = places[(at + 1) % blocks.size()];
    tables_.slots.push_back(make_slot(*blocks[at], places[at], next_dc, tables_.dc_only));
    tables_.symbols.push_back(blocks[at]);
    if (i < blocks.size()) tables_.record_of_mcu += tables_.slots.back().record;
  }
}

void Lanes::run(BitReader& reader) {
  if (waiting_ != 0) {
    --waiting_;
    return;
  }
  const auto margin = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu * 64 * 4 + 256);
  const std::ptrdiff_t reach =
      std::min(reach_, (reader.left() - margin) / static_cast<std::ptrdiff_t>(kLanes));
  if (reach < least_reach_) return;
  LaneRequest request;
  request.end = static_cast<std::uint64_t>(reader.bit());
  for (std::size_t i = 0; i < kLanes; ++i) {
    request.begin[i] = request.end;
    request.end += static_cast<std::uint64_t>(reach) * 8;
    request.records[i] = records_[i];
    if (!tables_.dc_only) std::fill_n(records_[i].begin(), written_[i], std::uint16_t{0});
  }
  const LaneResult result = huffman_loops().run_lanes(tables_, reader, request);
  if (result.mcus[0] != 0) reader.seek(static_cast<std::ptrdiff_t>(result.end));
  written_ = result.written;
  for (std::size_t i = 0; i < kLanes; ++i) {
    ready_[i] = std::span<const std::uint16_t>(records_[i])
                    .first(result.mcus[i] * tables_.record_of_mcu)
                    .subspan(result.from[i] * tables_.record_of_mcu);
  }
  adapt(std::ranges::max(written_), result.mcus.back() != 0);
}

// The next stretches are as long as the records have room for them.
void Lanes::adapt(std::size_t values, bool met) {
  if (values > records_[0].size() * 3 / 4) {
    reach_ = std::max(reach_ * 7 / 8, least_reach_);
  } else if (values < records_[0].size() / 2) {
    reach_ = std::min(reach_ * 5 / 4, kMostReach);
  }
  waiting_ = met ? 0 : penalty_;
  penalty_ = met ? 1 : std::min(4 * penalty_, kMostPenalty);
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
      record += static_cast<std::size_t>(last - first) * tables_.slots[slot].record;
      first = last;
    }
    mcu.advance(static_cast<std::uint32_t>(mcus));
    records = records.subspan(mcus * tables_.record_of_mcu);
    count -= static_cast<std::uint32_t>(mcus);
  }
}

void Lanes::clear() { ready_ = {}; }

}  // namespace streamresize
