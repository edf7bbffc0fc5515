// Sequential blocks (T.81 F.2.2). Included by one source file for each kind of processor;
// everything here is local to that file: no function compiled for a newer processor may stand in
// for another.
//
// The loops keep the reader in registers. Functions off the common path therefore take it, and give
// it back, by value.
#pragma once

#include <algorithm>

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr int kInvalid = 1000;  // behind any zigzag index

// One block of the MCU with all that its loops need at hand.
struct BlockTask {
  const DcTable::Entry* dc;
  const AcSkipTable::Entry* skip;
  const PairTable::Entry* pairs;
  const SequentialTables* tables;
  const std::uint8_t* order;
  ComponentCoding* component;
  McuBlock* block;
};

// What a symbol is, in a register: its value, the zigzag index behind its run, and all its bits.
struct Symbol {
  std::int32_t value = 0;
  std::int16_t k = kInvalid;
  std::uint8_t bits = 0;
};

// The symbol that the next bits begin with: one of AC coefficients.
[[gnu::always_inline]] inline Symbol symbol_of(const HuffmanTable& table, std::uint64_t bits,
                                               int k) {
  const HuffmanTable::Code code = table.find(static_cast<std::uint32_t>(bits >> 48));
  if (code.length == 0) return {};
  const int run = code.symbol >> 4;
  const int size = code.symbol & 15;
  k += size == 0 && run != kZeroRun ? AcSkipTable::kEob : run;
  return {BitReader::receive_extend(bits, code.length, size), static_cast<std::int16_t>(k),
          static_cast<std::uint8_t>(code.length + size)};
}

// Off the common path.
[[gnu::noinline]] Symbol find_symbol(const HuffmanTable& table, std::uint64_t bits, int k) {
  return symbol_of(table, bits, k);
}

// The same of a DC difference.
[[gnu::noinline]] Symbol find_difference(const HuffmanTable& table, std::uint64_t bits) {
  const HuffmanTable::Code code = table.find(static_cast<std::uint32_t>(bits >> 48));
  if (code.length == 0 || code.symbol > 16) return {.bits = code.length};
  return {BitReader::receive_extend(bits, code.length, code.symbol), 1,
          static_cast<std::uint8_t>(code.length + code.symbol)};
}

// A symbol that no table entry holds; find(bits) says what it is.
template <typename Find>
[[gnu::always_inline]] inline Symbol decode_slowly(BitReader& reader, Find find) {
  reader.refill();
  const Symbol symbol = find(reader.bits());
  reader.skip(symbol.bits);
  reader.refill();
  return symbol;
}

inline Symbol decode_symbol(BitReader& reader, const HuffmanTable& table, int k) {
  return decode_slowly(reader, [&](std::uint64_t bits) { return find_symbol(table, bits, k); });
}

inline Symbol decode_difference(BitReader& reader, const HuffmanTable& table) {
  return decode_slowly(reader, [&](std::uint64_t bits) { return find_difference(table, bits); });
}

// Passes over what one lookup covers.
inline int skip_some(BitReader& reader, const BlockTask& task, int k) {
  const AcSkipTable::Entry entry = task.skip[reader.peek(task.tables->width)];
  const int next = k + entry.advance;
  // Beyond the end of the block are the bits of another.
  if ((next & kBlockEnd) != 0 && next != kBlockEnd) [[unlikely]] {
    return decode_symbol(reader, task.tables->ac_symbols, k).k + 1;
  }
  reader.skip(entry.bits);
  return next;
}

// Passes over the coefficients from zigzag index k to the end of the block. Between refills there
// are bits for two lookups, the first of which is done.
inline int skip_ac(BitReader& reader, const BlockTask& task, int k) {
  while (k < kBlockEnd) {
    k = skip_some(reader, task, k);
    if (k >= kBlockEnd) break;
    reader.refill();
    k = skip_some(reader, task, k);
  }
  return k;
}

// Leaves at least AcSkipTable::kMaxBits bits.
inline int decode_dc(BitReader& reader, const BlockTask& task) {
  reader.refill();
  const DcTable::Entry entry = task.dc[reader.peek(task.tables->width)];
  std::int32_t difference = entry.difference;
  int k = entry.next;
  if (entry.bits != 0) [[likely]] {
    reader.skip(entry.bits);
  } else {
    const Symbol symbol = decode_difference(reader, task.tables->dc_symbols);
    k = symbol.k;
    difference = symbol.value;
  }
  const std::int16_t value = wrapped_sum(task.component->predictor, difference);
  task.component->predictor = value;
  task.block->values[0] = value;
  return k;
}

// A symbol that no pair holds; returns the zigzag index behind it.
inline int decode_single(BitReader& reader, const BlockTask& task, int k) {
  const Symbol symbol = decode_symbol(reader, task.tables->ac_symbols, k);
  if (symbol.k >= AcSkipTable::kEob) return symbol.k;
  task.block->values[task.order[symbol.k]] = static_cast<std::int16_t>(symbol.value);
  return symbol.k + 1;
}

inline int decode_ac(BitReader& reader, const BlockTask& task, int k) {
  const int kept = task.tables->kept;
  const int width = task.tables->pair_width;
  std::int16_t* values = task.block->values;
  const std::uint8_t* order = task.order;
  const int before = *task.block->last;          // an earlier scan may have had this block
  *task.block->last = kBlockEnd - 1;             // until the block is known to be sound
  for (int lookups = 1; k <= kept; ++lookups) {  // the difference took one
    if (lookups % 4 == 0) reader.refill();
    const PairTable::Entry entry = task.pairs[reader.peek(width)];
    const int next = k + entry.advance;
    // Behind the last coefficient no end of the block is coded.
    if ((next & kBlockEnd) != 0 && next != kBlockEnd) [[unlikely]] {
      k = decode_single(reader, task, k);
      if (k >= kInvalid) return k;
      continue;
    }
    reader.skip(entry.bits);
    values[order[k + entry.places[0]]] = entry.values[0];
    values[order[k + entry.places[1]]] = entry.values[1];
    k = next;
  }
  const int last = (k & (AcSkipTable::kEob - 1)) - 1;
  *task.block->last = static_cast<std::uint8_t>(std::clamp(last, before, kBlockEnd - 1));
  if (k >= kBlockEnd) return k;
  reader.refill();
  return skip_ac(reader, task, k);
}

template <bool DcOnly>
McuProgress decode_mcus(BitReader& shared, const BlockTask* tasks, const BlockTask* end,
                        std::uint32_t count) {
  BitReader reader = shared;
  McuProgress progress;
  for (; progress.decoded < count; ++progress.decoded) {
    int k = 0;
    for (const BlockTask* task = tasks; task != end; ++task) {
      k = decode_dc(reader, *task);
      if (k >= kInvalid) break;
      const bool skip = DcOnly || task->tables->kept == 0;
      k = skip ? skip_ac(reader, *task, k) : decode_ac(reader, *task, k);
      if (k >= kInvalid) break;
    }
    if (k >= kInvalid) progress.fault = kBadCode;
    if (reader.overrun()) progress.fault = kEndsEarly;
    if (progress.fault != nullptr) break;
    for (const BlockTask* task = tasks; task != end; ++task) task->block->advance();
  }
  shared = reader;
  return progress;
}

McuProgress decode_mcus(BitReader& reader, ComponentCodings& components, McuBlocks& mcu,
                        std::uint32_t count) {
  BlockTask tasks[McuBlocks::kMaxBlocks];
  BlockTask* end = tasks;
  bool dc_only = true;
  for (McuBlock& block : mcu) {
    ComponentCoding& component = components.data()[block.selector.index];
    const SequentialTables& tables = *component.tables;
    *end++ = {tables.dc.entries(),
              tables.skip.entries(),
              tables.pairs.entries(),
              &tables,
              order_of(transform_size(tables.kept)).data(),
              &component,
              &block};
    dc_only = dc_only && tables.kept == 0;
  }
  return dc_only ? decode_mcus<true>(reader, tasks, end, count)
                 : decode_mcus<false>(reader, tasks, end, count);
}

}  // namespace
}  // namespace streamresize
