// Bands of AC coefficients (T.81 G.1.2). Included by one source file for each kind of processor;
// everything here is local to that file.
//
// Which coefficients an earlier scan has made non-zero is known from the block's mask: they take
// one correction bit each, the others are counted by the runs.
#pragma once

#include <bit>
#ifdef __BMI2__
#include <immintrin.h>
#endif

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

// False where a code is invalid.
inline bool decode_block(BitReader& reader, const AcBand& band, std::uint32_t& ended_blocks,
                         const McuBlock& block) {
  if (ended_blocks != 0) {
    --ended_blocks;
    return true;
  }
  for (int k = band.first; k <= band.last; ++k) {
    reader.ensure_symbol();
    const int symbol = band.symbols.decode(reader);
    if (symbol < 0) return false;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    k += run;
    if (size == 0 && run == kZeroRun) continue;
    if (size == 0) {
      ended_blocks = receive_ended_blocks(reader, run) - 1;
      return true;
    }
    const auto value = static_cast<std::int16_t>(reader.receive_extend(size));
    store_coefficient(block, k, shifted(value, band.low_bit), band.kept);
  }
  return true;
}

// The zigzag indices from k on, 0 <= k <= 64.
inline std::uint64_t indices_from(int k) { return k < kBlockEnd ? ~std::uint64_t{0} << k : 0; }

inline void skip_bits(BitReader& reader, int count) {
  for (; count > 32; count -= 32) {
    reader.ensure_symbol();
    reader.skip(32);
  }
  reader.ensure_symbol();
  reader.skip(count);
}

// Reads a correction bit for each of the coefficients at `indices`; those that are not among `kept`
// come last and are of no interest.
inline void correct(BitReader& reader, std::int16_t* values, std::uint64_t indices,
                    const AcBand& band) {
  const int skipped = std::popcount(indices & ~band.kept);
  indices &= band.kept;
  while (indices != 0) {
    reader.ensure_symbol();
    const int left = std::popcount(indices);
    const int count = left < 32 ? left : 32;
    std::uint32_t bits = reader.peek(count) << (32 - count);
    reader.skip(count);
    for (int i = 0; i < count; ++i, bits <<= 1, indices &= indices - 1) {
      std::int16_t& value = values[kNaturalOrder.data()[std::countr_zero(indices)]];
      value = corrected(value, bits >> 31, band.low_bit);
    }
  }
  skip_bits(reader, skipped);
}

// The zigzag index of zero coefficient number `run` in `zeros`, counted from 0; `end` if there is
// none.
inline int zero_after(std::uint64_t zeros, int run, int end) {
#ifdef __BMI2__
  zeros = _pdep_u64(std::uint64_t{1} << run, zeros);
#else
  for (; run != 0; --run) zeros &= zeros - 1;
#endif
  return zeros == 0 ? end : std::countr_zero(zeros);
}

// False where a code is invalid.
inline bool refine_block(BitReader& reader, const AcBand& band, std::uint32_t& ended_blocks,
                         const McuBlock& block) {
  const int end = band.last + 1;
  const std::uint64_t indices = ~indices_from(end);
  std::uint64_t nonzero = *block.nonzero;
  int k = band.first;
  while (ended_blocks == 0 && k < end) {
    reader.ensure_symbol();
    const int symbol = band.symbols.decode(reader);
    if (symbol < 0) return false;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    if (size == 0 && run != kZeroRun) {
      ended_blocks = receive_ended_blocks(reader, run);
      break;
    }
    bool negative = false;
    if (size != 0) {
      negative = reader.peek(1) == 0;
      reader.skip(1);
    }
    const std::uint64_t rest = indices & indices_from(k);
    k = zero_after(rest & ~nonzero, run, end);
    correct(reader, block.values, rest & nonzero & ~indices_from(k), band);
    if (size != 0) {
      store_coefficient(block, k, unit(negative, band.low_bit), band.kept);
      nonzero = *block.nonzero;
    }
    ++k;
  }
  if (ended_blocks != 0) {
    if (k < end) correct(reader, block.values, indices & nonzero & indices_from(k), band);
    --ended_blocks;
  }
  return true;
}

// Block by block, with the state in registers.
template <auto DecodeBlock>
McuProgress for_each_block(BitReader& shared, AcBand& band, McuBlocks& mcu, std::uint32_t count) {
  BitReader reader = shared;
  std::uint32_t ended_blocks = band.ended_blocks;
  const McuProgress progress = decode_each_block(
      mcu, count,
      [&](const McuBlock& block) {
        return DecodeBlock(reader, band, ended_blocks, block) ? nullptr : kBadCode;
      },
      [&] { return reader.overrun(); });
  shared = reader;
  band.ended_blocks = ended_blocks;
  return progress;
}

McuProgress decode_band(BitReader& reader, AcBand& band, McuBlocks& mcu, std::uint32_t count) {
  return for_each_block<decode_block>(reader, band, mcu, count);
}

McuProgress refine_band(BitReader& reader, AcBand& band, McuBlocks& mcu, std::uint32_t count) {
  return for_each_block<refine_block>(reader, band, mcu, count);
}

}  // namespace
}  // namespace streamresize
