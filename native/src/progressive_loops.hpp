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

// Bit number `run` of those set in `zeros`, counted from 0; none if there are fewer.
inline std::uint64_t nth_bit(std::uint64_t zeros, int run) {
#ifdef __BMI2__
  return _pdep_u64(std::uint64_t{1} << run, zeros);
#else
  for (; run != 0; --run) zeros &= zeros - 1;
  return zeros & (0 - zeros);
#endif
}

// A symbol of a refinement scan: the run, and the sign of a coefficient that becomes non-zero or 0.
struct Refinement {
  int run;
  int sign;
  bool is_valid;
  bool ends;  // `run` blocks, this one included
};

inline Refinement read_refinement(BitReader& reader, const AcBand& band) {
  reader.refill();
  const int symbol = band.symbols.decode(reader);
  const int run = symbol >> 4;
  const bool has_coefficient = (symbol & 15) != 0;
  if (!has_coefficient && run != kZeroRun && symbol >= 0) {
    return {static_cast<int>(receive_ended_blocks(reader, run)), 0, true, true};
  }
  const int sign = has_coefficient ? static_cast<int>(reader.peek(1)) * 2 - 1 : 0;
  reader.skip(has_coefficient ? 1 : 0);
  return {run & 15, sign, symbol >= 0, false};
}

// False where a code is invalid.
inline bool refine_block(BitReader& reader, const AcBand& band, std::uint32_t& ended_blocks,
                         const McuBlock& block) {
  const std::uint64_t indices = indices_from(band.first) & ~indices_from(band.last + 1);
  std::uint64_t known = indices & *block.nonzero;  // of those that are still to come
  std::uint64_t zeros = indices & ~known;
  while (ended_blocks == 0 && (zeros | known) != 0) {
    const Refinement next = read_refinement(reader, band);
    if (!next.is_valid) return false;
    if (next.ends) {
      ended_blocks = static_cast<std::uint32_t>(next.run);
      break;
    }
    const std::uint64_t place = nth_bit(zeros, next.run);
    const std::uint64_t passed = place - 1;  // all, if the run is too long
    if ((known & passed) != 0) correct(reader, block.values, known & passed, band);
    known &= ~passed;
    zeros &= ~(passed | place);
    if (next.sign != 0) {
      const int k = place == 0 ? band.last + 1 : std::countr_zero(place);
      store_coefficient(block, k, unit(next.sign < 0, band.low_bit), band.kept);
    }
  }
  if (ended_blocks != 0) {
    if (known != 0) correct(reader, block.values, known, band);
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
