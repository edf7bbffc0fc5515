// Huffman tables: as DHT gives them (T.81 B.2.4.2) and ready for decoding (F.2.2.3).
#pragma once

#include <array>
#include <cstdint>

#include "bit_reader.hpp"

namespace streamresize {

inline constexpr int kZeroRun = 15;  // run length of ZRL, whose size is 0
inline constexpr const char* kBadCode = "invalid Huffman code";

struct HuffmanSpec {
  std::array<std::uint8_t, 16> counts{};  // codes of length 1..16
  std::array<std::uint8_t, 256> symbols{};
};

// The tables of T.81 K.3, which files without DHT (motion JPEG) mean.
const HuffmanSpec& standard_dc_table(bool chroma);
const HuffmanSpec& standard_ac_table(bool chroma);

// Symbol by symbol.
class HuffmanTable {
 public:
  static constexpr int kLookupBits = 9;

  // False if the counts do not describe a prefix code.
  bool build(const HuffmanSpec& spec);

  struct Code {
    std::uint8_t symbol;
    std::uint8_t length;  // 0 where no code matches
  };

  // The code that the next 16 bits begin with.
  [[nodiscard]] Code find(std::uint32_t window) const {
    const Code code = lookup_[window >> (16 - kLookupBits)];
    return code.length != 0 ? code : long_code(window);
  }

  // Takes one code and returns its symbol, or -1 where no code matches.
  // Precondition: reader.ensure_symbol().
  int decode(BitReader& reader) const {
    const Code code = find(reader.peek(16));
    reader.skip(code.length);
    return code.length == 0 ? -1 : code.symbol;
  }

  [[nodiscard]] bool has_codes_of(const HuffmanTable& other) const {
    return counts_ == other.counts_ && symbols_ == other.symbols_;
  }

  // Calls visit(code, length, symbol) for every code.
  template <typename Visit>
  void for_each_code(Visit visit) const {
    std::uint32_t code = 0;
    std::size_t index = 0;
    for (int length = 1; length <= 16; ++length, code <<= 1) {
      for (int i = counts_[static_cast<std::size_t>(length - 1)]; i > 0; --i) {
        visit(code++, length, symbols_[index++]);
      }
    }
  }

 private:
  // Of more than kLookupBits bits; no length if there is none.
  [[nodiscard]] Code long_code(std::uint32_t window) const {
    std::uint32_t length = kLookupBits + 1;
    for (std::size_t i = length; i <= 16; ++i) length += window >= limit_[i] ? 1U : 0U;
    if (length > 16) return {};
    const auto code = static_cast<std::int32_t>(window >> (16 - length));
    return {symbols_[static_cast<std::size_t>(code + symbol_offset_[length])],
            static_cast<std::uint8_t>(length)};
  }

  std::array<Code, 1 << kLookupBits> lookup_{};
  std::array<std::uint32_t, 17> limit_{};         // first 16-bit window above the codes of a length
  std::array<std::int32_t, 17> symbol_offset_{};  // symbol index minus code
  std::array<std::uint8_t, 16> counts_{};
  std::array<std::uint8_t, 256> symbols_{};
};

// By the number that scan headers use.
using HuffmanTables = std::array<HuffmanTable, 4>;

// One DC difference (F.2.2.1), symbol by symbol. False where the code is invalid.
inline bool receive_difference(BitReader& reader, const HuffmanTable& table,
                               std::int32_t& difference) {
  reader.ensure_symbol();
  const int size = table.decode(reader);
  if (size < 0 || size > 16) return false;
  difference = size == 0 ? 0 : reader.receive_extend(size);
  return true;
}

// The run of EOBn, n being `size`, this block included (G.1.2.2).
inline std::uint32_t receive_ended_blocks(BitReader& reader, int size) {
  if (size == 0) return 1;
  const std::uint32_t extra = reader.peek(size);
  reader.skip(size);
  return (1U << size) + extra;
}

}  // namespace streamresize
