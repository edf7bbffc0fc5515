// Tables that decode as much of a block as one lookup can: codes together with their extra bits.
//
// The index is the next `width` bits. An entry whose `bits` are 0 stands for what does not fit: the
// symbol-by-symbol HuffmanTable takes over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "huffman.hpp"

namespace streamresize {

inline constexpr int kBlockEnd = 64;  // zigzag index behind the last coefficient

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

  // The 2^width entries; none before build().
  [[nodiscard]] const Entry* entries() const { return entries_.data() + entries_.size() / 2; }
  // The entry for only `width` bits, which are `index`.
  [[nodiscard]] Entry narrow(int width, std::uint32_t index) const {
    return entries_[(std::size_t{1} << width) + index];
  }

 private:
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

  // `skipped` is null where the AC coefficients are not to be passed over.
  void build(const HuffmanTable& table, const AcSkipTable* skipped, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  std::vector<Entry> entries_;
};

// One AC coefficient: the zeros in front of it and its value.
class CoefficientTable {
 public:
  struct Entry {
    std::int16_t value;
    std::uint8_t run;  // kEob: there is none
    std::uint8_t bits;
  };
  static constexpr std::uint8_t kEob = 128;

  void build(const HuffmanTable& table, int width);

  [[nodiscard]] const Entry* entries() const { return entries_.data(); }

 private:
  std::vector<Entry> entries_;
};

}  // namespace streamresize
