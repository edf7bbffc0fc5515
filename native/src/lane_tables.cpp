#include "lane_tables.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coefficients.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

using Entry = LaneTables::Entry;

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

// Where an N x N transform has the coefficient that ends in front of zigzag index `behind`; N * N,
// where the next record's index will be, for those it does not read.
std::uint8_t place_in_record(int behind, int size) {
  if (behind == 0 || behind > kBlockEnd) return static_cast<std::uint8_t>(size * size);
  const int natural = kNaturalOrder[static_cast<std::size_t>(behind - 1)];
  const int row = natural / 8;
  const int column = natural % 8;
  const bool is_read = row < size && column < size;
  return static_cast<std::uint8_t>(is_read ? row * size + column : size * size);
}

LaneTables::Nexts make_nexts(const SequentialTables& tables, std::uint32_t place,
                             std::uint32_t next_dc) {
  const std::uint32_t coefficients = place + kTable;
  const std::uint32_t skip = coefficients + kTable;
  const int size = transform_size(tables.kept);
  LaneTables::Nexts nexts;
  for (int behind = 0; behind < 256; ++behind) {
    const bool ends = behind >= AcSkipTable::kEob;
    nexts[static_cast<std::size_t>(behind)] = {
        .table = ends                   ? next_dc
                 : behind > tables.kept ? skip
                                        : coefficients,
        .record = static_cast<std::uint16_t>(ends ? size * size + 1 : 0),
        .place = place_in_record(behind & (AcSkipTable::kEob - 1), size),
        .slot = ends};
  }
  return nexts;
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

LaneTables::LaneTables(std::vector<std::shared_ptr<const SequentialTables>> of_mcu)
    : blocks(std::move(of_mcu)),
      dc_only(std::ranges::all_of(blocks, [](const auto& tables) { return tables->kept == 0; })),
      slots_in_mcu(blocks.size()),
      turn(blocks.size() * (1 + (kUnchecked - 1) / blocks.size())) {
  std::vector<const SequentialTables*> known;
  std::vector<std::uint32_t> places;
  for (const auto& tables : blocks) {
    const auto found = std::ranges::find(known, tables.get());
    places.push_back(static_cast<std::uint32_t>(found - known.begin()) * kTables * kTable);
    if (found != known.end()) continue;
    known.push_back(tables.get());
    append(entries, *tables, dc_only);
  }
  first_dc = places.front();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint32_t next_dc = places[(i + 1) % blocks.size()];
    nexts.push_back(std::make_unique<Nexts>(make_nexts(*blocks[i], places[i], next_dc)));
    const std::uint32_t skip = places[i] + 2 * kTable;
    slots.push_back({nexts.back()->data(), skip, skip ^ next_dc});
    symbols.push_back(blocks[i].get());
    const auto size = static_cast<std::size_t>(transform_size(blocks[i]->kept));
    records.push_back(dc_only ? 2 : size * size + 1);
    record_of_mcu += records.back();
  }
  while (slots.size() < turn + kUnchecked) {
    slots.push_back(slots[slots.size() - blocks.size()]);
    symbols.push_back(symbols[symbols.size() - blocks.size()]);
  }
}

}  // namespace streamresize
