#include "lane_tables.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "coefficients.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

using Sum = LaneTables::Sum;
using Pair = LaneTables::Pair;

constexpr std::uint32_t kTables = 3;  // DC, coefficients, skip

// Of each of the tables.
constexpr std::uint32_t entries_in_table(bool dc_only) {
  return 1U << LaneTables::width_for(dc_only);
}

Sum pack_sum(int advance, int bits) {
  if (bits == 0 || bits > LaneTables::kMaxBits) return LaneTables::kOvershoot;
  return static_cast<Sum>(advance) << LaneTables::kAdvanceShift | static_cast<Sum>(bits);
}

Sum pack_difference(const DcTable::Entry& entry) {
  return pack_sum(entry.next, entry.bits) | Sum{static_cast<std::uint16_t>(entry.difference)}
                                                << LaneTables::kValueShift;
}

Pair pack_pair(Sum sum, int advance, std::int16_t first, std::int16_t last) {
  return sum | static_cast<Pair>(advance) << LaneTables::kValueShift |
         Pair{static_cast<std::uint16_t>(first)} << LaneTables::kFirstShift |
         Pair{static_cast<std::uint16_t>(last)} << LaneTables::kLastShift;
}

Pair pack_dc(const DcTable::Entry& entry) {
  return pack_pair(pack_sum(entry.next, entry.bits), 1, entry.difference, entry.difference);
}

// The end of a block alone moves on by one, lest its value, which is none, replace a coefficient.
int advance_of(std::uint8_t advance) {
  return advance == AcSkipTable::kEob ? AcSkipTable::kEob + 1 : advance;
}

Pair pack_coefficients(const PairTable::Entry& entry) {
  return pack_pair(pack_sum(advance_of(entry.advance), entry.bits), entry.places[0] + 1,
                   entry.values[0], entry.values[1]);
}

Sum pack_skip(const AcSkipTable::Entry& entry) {
  return pack_sum(advance_of(entry.advance), entry.bits);
}

// Values of zero, where no transform reads.
Pair pack_skip_pair(const AcSkipTable::Entry& entry) {
  return pack_pair(pack_skip(entry), advance_of(entry.advance) & (AcSkipTable::kEob - 1), 0, 0);
}

// Where an N x N transform has the coefficient that ends in front of zigzag index `behind`; N * N,
// where the next record's index will be, for those it does not read.
std::uint8_t place_in_record(int behind, int size) {
  if (behind == 0 || behind > kBlockEnd) return static_cast<std::uint8_t>(size * size);
  const int natural = kNaturalOrder[static_cast<std::size_t>(behind - 1)];
  const bool is_read = is_read_by(size, natural);
  return static_cast<std::uint8_t>(is_read ? natural / 8 * size + natural % 8 : size * size);
}

LaneTables::Nexts make_nexts(const SequentialTables& tables, std::uint32_t place,
                             std::uint32_t entries, std::uint32_t next_dc) {
  const std::uint32_t coefficients = place + entries;
  const std::uint32_t skip = coefficients + entries;
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

// As many as a table has; zeros for a table that is never asked for.
template <typename Entry, typename TableEntry, typename Pack>
std::span<Entry> append(std::vector<Entry>& entries, const TableEntry* table, bool dc_only,
                        Pack pack) {
  const std::size_t begin = entries.size();
  entries.resize(begin + entries_in_table(dc_only));
  const auto added = std::span(entries).subspan(begin);
  if (table != nullptr) std::transform(table, table + added.size(), added.begin(), pack);
  return added;
}

void append_differences(std::vector<Sum>& entries, const SequentialTables& tables) {
  append(entries, tables.dc.entries(), true, pack_difference);
  entries.resize(entries.size() + entries_in_table(true));  // coefficients are passed over
  append(entries, tables.skip.entries(), true, pack_skip);
}

static_assert(LaneTables::kWidth <= LaneTables::kMaxBits, "whole codes have bits");

// What is known of coefficients whose extra bits are not in the index.
void note_codes(std::span<Pair> entries, const HuffmanTable& table, bool is_dc) {
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    const int size = is_dc ? symbol : symbol & 15;
    const int run = is_dc ? 0 : symbol >> 4;
    const bool is_whole = length + size <= LaneTables::kWidth;  // its entries have bits
    if (is_whole || length > LaneTables::kWidth || size == 0 || size > 16) return;
    const Pair known = LaneTables::kOvershoot |
                       static_cast<Pair>(run + 1) << LaneTables::kValueShift |
                       static_cast<Pair>(length) << LaneTables::kFirstShift |
                       static_cast<Pair>(size) << LaneTables::kLastShift;
    const std::size_t count = std::size_t{1} << (LaneTables::kWidth - length);
    for (Pair& entry : entries.subspan(code * count, count)) {
      if ((entry & LaneTables::kBits) == 0) entry = known;
    }
  });
}

template <typename TableEntry, typename Pack>
void append_noted(std::vector<Pair>& entries, const TableEntry* table, Pack pack,
                  const HuffmanTable& codes, bool is_dc) {
  const std::span<Pair> added = append(entries, table, false, pack);
  if (table != nullptr) note_codes(added, codes, is_dc);
}

void append_pairs(std::vector<Pair>& entries, const SequentialTables& tables) {
  const bool is_folded = tables.kept == 0;
  append_noted(entries, is_folded ? plain_dc(tables).entries() : tables.dc.entries(), pack_dc,
               tables.dc_symbols, true);
  append_noted(entries, tables.pairs.entries(), pack_coefficients, tables.ac_symbols, false);
  append_noted(entries, tables.skip.entries(), pack_skip_pair, tables.ac_symbols, false);
}

}  // namespace

LaneTables::LaneTables(std::vector<std::shared_ptr<const SequentialTables>> of_mcu)
    : blocks(std::move(of_mcu)),
      dc_only(std::ranges::all_of(blocks, [](const auto& tables) { return tables->kept == 0; })),
      slots_in_mcu(blocks.size()),
      turn(blocks.size() * (1 + (kUnchecked - 1) / blocks.size())) {
  const std::uint32_t in_table = entries_in_table(dc_only);
  std::vector<const SequentialTables*> known;
  std::vector<std::uint32_t> places;
  for (const auto& tables : blocks) {
    const auto found = std::ranges::find(known, tables.get());
    places.push_back(static_cast<std::uint32_t>(found - known.begin()) * kTables * in_table);
    if (found == known.end()) known.push_back(tables.get());
  }
  if (dc_only) {
    differences.reserve(known.size() * kTables * in_table);
    for (const auto* tables : known) append_differences(differences, *tables);
  } else {
    pairs.reserve(known.size() * kTables * in_table);
    for (const auto* tables : known) append_pairs(pairs, *tables);
  }
  first_dc = places.front();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint32_t next_dc = places[(i + 1) % blocks.size()];
    nexts.push_back(std::make_unique<Nexts>(make_nexts(*blocks[i], places[i], in_table, next_dc)));
    const std::uint32_t skip = places[i] + 2 * in_table;
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
