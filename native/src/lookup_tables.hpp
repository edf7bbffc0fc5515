// Tables that decode as much of a block as one lookup can: codes together with their extra bits.
//
// The index is the next `width` bits. An entry whose `bits` are 0 stands for what does not fit: the
// symbol-by-symbol HuffmanTable takes over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "huffman.hpp"

namespace streamresize {

inline constexpr int kBlockEnd = 64;  // zigzag index behind the last coefficient

// How wide the tables should be for a scan of so many blocks, without lanes: of small pictures they
// would cost more than the blocks.
constexpr int lookup_width(std::uint64_t blocks) {
  return blocks < 4'000 ? 9 : blocks < 16'000 ? 10 : 12;
}

// Passes over AC coefficients, several at a time. Only the code of the last one has to lie within
// the index, its extra bits need not.
class AcSkipTable {
 public:
  struct Entry {
    std::uint8_t bits;     // at most width + 15
    std::uint8_t advance;  // in the zigzag; kBlockEnd, in an otherwise empty entry, overshoots
  };
  static constexpr std::uint8_t kEob = 128;  // in `advance`: the block ends behind the coefficients
  static constexpr int kMaxBits = 27;

  void build(const HuffmanTable& table, int width);
  // Nothing at all.
  void build_empty(int width);
  // The end of a block and nothing else.
  void build_eob(const HuffmanTable& table, int width);
  // The same for a progressive scan, where only EOB0 ends no more than one block.
  void build_single_eob(const HuffmanTable& table, int width);

  // The 2^width entries; none before build().
  [[nodiscard]] const Entry* entries() const { return entries_.data() + entries_.size() / 2; }
  // The entries for only `width` bits.
  [[nodiscard]] std::span<const Entry> narrow(int width) const {
    return std::span(entries_).subspan(std::size_t{1} << width, std::size_t{1} << width);
  }

 private:
  template <typename Accept>
  void build_ends(const HuffmanTable& table, int width, Accept accept);
  void enter(int width, std::uint32_t code, int length, std::uint8_t symbol);

  std::vector<Entry> entries_;  // of every width up to the last, one behind the other
};

// A DC difference and, where they fit, the AC coefficients behind it.
class DcTable {
 public:
  struct Entry {
    std::int16_t difference;
    std::uint8_t bits;  // at most AcSkipTable::kMaxBits
    std::uint8_t next;  // zigzag index behind the entry, with AcSkipTable::kEob added at the end
  };

  // `behind` is what may follow in the same entry.
  void build(const HuffmanTable& table, const AcSkipTable& behind, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  std::vector<Entry> entries_;
};

// One AC coefficient, and the end of the block behind it where that fits.
class CoefficientTable {
 public:
  struct Entry {
    std::int16_t value;  // 0 where the block ends without one
    std::uint8_t run;    // zeros in front of it; with kEob added, the block ends behind it
    std::uint8_t bits;
  };
  static constexpr std::uint8_t kEob = AcSkipTable::kEob;

  // `eob` is the end of a block alone; ends that are not in it are left out.
  void build(const HuffmanTable& table, const AcSkipTable& eob, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  std::vector<Entry> entries_;
};

// Up to two AC coefficients, and the end of the block behind them where that fits.
class PairTable {
 public:
  // Without lanes; larger tables do not stay in the first-level cache.
  static constexpr int kMaxWidth = 10;

  // A lone coefficient stands in both places; where the block ends without one, so does 0.
  struct Entry {
    std::array<std::int16_t, 2> values;
    std::array<std::uint8_t, 2> places;  // in the zigzag, from where the block stands
    std::uint8_t bits;
    std::uint8_t advance;  // as in AcSkipTable
  };

  void build(const HuffmanTable& table, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  std::vector<Entry> entries_;
};

// What a refinement scan adds where all coefficients that are left are zero: as much as fits.
class RefinementTable {
 public:
  static constexpr int kMaxAdvance = 16;

  struct Entry {
    std::uint16_t places;    // bit i: the i-th coefficient from here becomes non-zero
    std::uint16_t negative;  // those of them that do so downwards
    std::uint8_t bits;
    std::uint8_t advance;  // in the zigzag
    std::uint8_t reach;    // the same, and one more if the block ends there
  };

  void build(const HuffmanTable& table, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  // One symbol; no bits if there is none that the table can hold.
  struct Step {
    int run = 0;
    int size = 0;
    int bits = 0;  // with the sign
  };

  // As many steps as the bits of `index` give.
  static Entry join(const std::vector<Step>& steps, int width, std::size_t index);

  std::vector<Entry> entries_;
};

}  // namespace streamresize
