// Bands of AC coefficients (T.81 G.1.2). Included by one source file for each kind of processor;
// everything here is local to that file.
//
// Which coefficients an earlier scan has made non-zero is known from the block's mask: they take
// one correction bit each, the others are counted by the runs.
#pragma once

#include <algorithm>
#include <bit>
#ifdef __BMI2__
#include <immintrin.h>
#endif

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

// What goes with coefficients that have become non-zero.
inline void note_coefficients(const McuBlock& block, std::uint64_t added, std::uint64_t kept) {
  *block.nonzero |= added;
  const auto last = static_cast<std::uint8_t>(63 - std::countl_zero((added & kept) | 1));
  *block.last = std::max(*block.last, last);
}

// A coefficient that no table entry holds, or the end of blocks; no bits where a code is invalid.
inline CoefficientTable::Entry read_coefficient(BitReader& reader, const HuffmanTable& symbols,
                                                std::uint32_t& ended_blocks) {
  const int symbol = symbols.decode(reader);
  if (symbol < 0) return {0, 0, 0};
  const int run = symbol >> 4;
  const int size = symbol & 15;
  if (size == 0 && run != kZeroRun) {
    ended_blocks = receive_ended_blocks(reader, run) - 1;
    return {0, CoefficientTable::kEob, 1};
  }
  const std::int32_t value = size == 0 ? 0 : reader.receive_extend(size);
  return {static_cast<std::int16_t>(value), static_cast<std::uint8_t>(run), 1};
}

// Decodes a block, or up to `left` that have ended; returns how many, 0 where a code is invalid.
inline std::uint32_t decode_block(BitReader& reader, const AcBand& band,
                                  std::uint32_t& ended_blocks, const McuBlock& block,
                                  std::uint32_t left) {
  if (ended_blocks != 0) {
    const std::uint32_t passed = std::min(ended_blocks, left);
    ended_blocks -= passed;
    return passed;
  }
  std::uint64_t added = 0;
  bool is_valid = true;
  int run = 0;
  for (int k = band.first; k <= band.last && run < CoefficientTable::kEob; ++k) {
    reader.ensure_symbol();
    CoefficientTable::Entry entry = band.coefficients.entries()[reader.peek(band.width)];
    // Behind the last coefficient no end of the block is coded.
    const bool has_end = entry.value != 0 && entry.run >= CoefficientTable::kEob;
    const int reach = k + (entry.run & (CoefficientTable::kEob - 1)) + (has_end ? 1 : 0);
    if (entry.bits != 0 && reach <= band.last) [[likely]] {
      reader.skip(entry.bits);
    } else {
      entry = read_coefficient(reader, band.symbols, ended_blocks);
      is_valid = entry.bits != 0;
      if (!is_valid) break;
    }
    run = entry.run;
    k = std::min(k + (run & (CoefficientTable::kEob - 1)), kBlockEnd - 1);
    if (entry.value == 0) continue;
    const std::int16_t value = shifted(entry.value, band.low_bit);
    if (value != 0) added |= std::uint64_t{1} << k;
    if ((band.kept >> k & 1) != 0) block.values[kNaturalOrder.data()[k]] = value;
  }
  note_coefficients(block, added, band.kept);
  return is_valid ? 1 : 0;
}

// The zigzag indices from k on, 0 <= k <= 64.
inline std::uint64_t indices_from(int k) { return k < kBlockEnd ? ~std::uint64_t{0} << k : 0; }

// Bit number `run` of those set in `zeros`, counted from 0; none if there are fewer.
inline std::uint64_t nth_bit(std::uint64_t zeros, int run) {
#ifdef __BMI2__
  return _pdep_u64(std::uint64_t{1} << run, zeros);
#else
  for (; run != 0; --run) zeros &= zeros - 1;
  return zeros & (0 - zeros);
#endif
}

// The bits of `mask` that the bits of `chosen` stand for, the lowest one for the lowest one.
inline std::uint64_t deposit(std::uint64_t chosen, std::uint64_t mask) {
#ifdef __BMI2__
  return _pdep_u64(chosen, mask);
#else
  std::uint64_t result = 0;
  for (; chosen != 0; chosen >>= 1, mask &= mask - 1) {
    if ((chosen & 1) != 0) result |= mask & (0 - mask);
  }
  return result;
#endif
}

// The last bit first.
inline std::uint64_t reversed(std::uint64_t bits) {
  const auto swap = [&](std::uint64_t mask, int distance) {
    bits = (bits & mask) << distance | (bits >> distance & mask);
  };
  swap(0x5555555555555555, 1);
  swap(0x3333333333333333, 2);
  swap(0x0F0F0F0F0F0F0F0F, 4);
  return __builtin_bswap64(bits);
}

// What a refinement scan does to one block, up to where it has been read. The values change in one
// loop at the end: loops between the symbols, each as long as chance will have it, would cost far
// more in branches that cannot be foretold.
class Refinement {
 public:
  Refinement(const AcBand& band, std::uint64_t nonzero)
      : known_before_(indices_from(band.first) & ~indices_from(band.last + 1) & nonzero),
        known_(known_before_),
        zeros_(indices_from(band.first) & ~indices_from(band.last + 1) & ~nonzero) {}

  [[nodiscard]] bool complete() const { return (known_ | zeros_) == 0; }
  [[nodiscard]] bool only_zeros_left() const { return known_ == 0; }

  // Passes over `run` zeros with the corrections between them; returns the place behind them, 0 if
  // the band ends before. At least 39 bits are available.
  std::uint64_t pass(BitReader& reader, int run) {
    const std::uint64_t place = nth_bit(zeros_, run);
    const std::uint64_t passed = place - 1;  // all, if the run is too long
    correct(reader, known_ & passed);
    known_ &= ~passed;
    zeros_ &= ~(passed | place);
    return place;
  }

  // Passes over all that is left.
  void pass_all(BitReader& reader) {
    if (known_ == 0) return;
    reader.refill();
    correct(reader, known_);
    known_ = 0;
  }

  // Makes the coefficient non-zero. Takes one bit.
  void add(std::uint64_t place, std::uint32_t is_positive) {
    added_ |= place;
    negative_ |= place & (std::uint64_t{is_positive} - 1);
  }

  // Where only zeros are left. False if they are fewer than the entry needs.
  bool add(const RefinementTable::Entry& entry, int last) {
    const int next = std::countr_zero(zeros_);
    if (next + entry.reach > last + 1) return false;
    added_ |= std::uint64_t{entry.places} << next;
    negative_ |= std::uint64_t{entry.negative} << next;
    zeros_ &= zeros_ << entry.advance;
    return true;
  }

  void apply(const McuBlock& block, const AcBand& band) const {
    const int unread = 64 - std::popcount(known_before_ & ~known_);
    const std::uint64_t first_lowest = reversed(corrections_ << 1 << (unread - 1));
    const std::uint64_t changed = deposit(first_lowest, known_before_) | added_;
    for (std::uint64_t left = changed & band.kept; left != 0; left &= left - 1) {
      const int k = std::countr_zero(left);
      std::int16_t& value = block.values[kNaturalOrder.data()[k]];
      value = refined(value, (negative_ >> k & 1) != 0, band.low_bit);
    }
    note_coefficients(block, added_, band.kept);
  }

 private:
  void correct(BitReader& reader, std::uint64_t indices) {
    if (known_ == 0) return;  // for the rest of the block, unlike `indices`
    int count = std::popcount(indices);
    if (count > reader.available()) [[unlikely]] {
      take_corrections(reader, count / 2);
      reader.refill();
      count -= count / 2;
    }
    take_corrections(reader, count);
  }

  void take_corrections(BitReader& reader, int count) {
    corrections_ = corrections_ << count | reader.peek_long(count);
    reader.skip(count);
  }

  std::uint64_t known_before_;     // non-zero since an earlier scan
  std::uint64_t known_;            // those still to come
  std::uint64_t zeros_;            // the others still to come
  std::uint64_t corrections_ = 0;  // bits of those that have been passed, the last one lowest
  std::uint64_t added_ = 0;
  std::uint64_t negative_ = 0;
};

// The place behind the band, where a coefficient goes whose run is too long, or the last one.
inline std::uint64_t cleared_place_behind(const AcBand& band, const McuBlock& block) {
  const int k = std::min(band.last + 1, kBlockEnd - 1);
  if ((band.kept >> k & 1) != 0) block.values[kNaturalOrder.data()[k]] = 0;
  return std::uint64_t{1} << k;
}

// False where a code is invalid.
inline bool read_refinement(BitReader& reader, const AcBand& band, std::uint32_t& ended_blocks,
                            const McuBlock& block, Refinement& refinement) {
  while (!refinement.complete()) {
    reader.refill();
    if (refinement.only_zeros_left()) {
      const RefinementTable::Entry entry = band.refinements.entries()[reader.peek(band.width)];
      if (entry.bits != 0 && refinement.add(entry, band.last)) [[likely]] {
        reader.skip(entry.bits);
        if (entry.reach == entry.advance) continue;
        return true;
      }
    }
    const int symbol = band.symbols.decode(reader);
    const int run = symbol >> 4;
    if ((symbol & 15) != 0) {
      const std::uint32_t is_positive = reader.peek(1);
      reader.skip(1);
      if (symbol < 0) [[unlikely]]
        return false;
      std::uint64_t place = refinement.pass(reader, run);
      if (place == 0) [[unlikely]]
        place = cleared_place_behind(band, block);
      refinement.add(place, is_positive);
    } else if (run == kZeroRun) {
      refinement.pass(reader, run);
    } else {
      ended_blocks = receive_ended_blocks(reader, run);
      return true;
    }
  }
  return true;
}

// Decodes one block; returns 0 where a code is invalid.
inline std::uint32_t refine_block(BitReader& reader, const AcBand& band,
                                  std::uint32_t& ended_blocks, const McuBlock& block,
                                  std::uint32_t) {
  Refinement refinement(band, *block.nonzero);
  const bool is_valid =
      ended_blocks != 0 || read_refinement(reader, band, ended_blocks, block, refinement);
  if (ended_blocks != 0) {
    refinement.pass_all(reader);
    --ended_blocks;
  }
  refinement.apply(block, band);
  return is_valid ? 1 : 0;
}

// Block by block, with the state in registers. In a scan of a band an MCU is one block.
template <auto DecodeBlocks>
McuProgress for_each_block(BitReader& shared, AcBand& band, McuBlocks& mcu, std::uint32_t count) {
  BitReader reader = shared;
  McuBlock block = *mcu.begin();
  std::uint32_t ended_blocks = band.ended_blocks;
  McuProgress progress;
  while (progress.decoded < count) {
    const std::uint32_t left = count - progress.decoded;
    const std::uint32_t decoded = DecodeBlocks(reader, band, ended_blocks, block, left);
    if (decoded == 0) progress.fault = kBadCode;
    if (reader.overrun()) progress.fault = kEndsEarly;
    if (progress.fault != nullptr) break;
    progress.decoded += decoded;
    block.advance(decoded);
  }
  shared = reader;
  band.ended_blocks = ended_blocks;
  *mcu.begin() = block;
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
