// Huffman tables: as DHT gives them (T.81 B.2.4.2) and ready for decoding (F.2.2.3).
#pragma once

#include <array>
#include <cstdint>

#include "bit_reader.hpp"

namespace streamresize {

struct HuffmanSpec {
  std::array<std::uint8_t, 16> counts{};  // codes of length 1..16
  std::array<std::uint8_t, 256> symbols{};
};

// The tables of T.81 K.3, which files without DHT (motion JPEG) mean.
const HuffmanSpec& standard_dc_table(bool chroma);
const HuffmanSpec& standard_ac_table(bool chroma);

class HuffmanTable {
 public:
  static constexpr int kLookupBits = 10;

  // A whole coefficient that fits in kLookupBits: code and extra bits. bits is 0 where none fits.
  struct Coefficient {
    std::int16_t value;
    std::uint8_t run;
    std::uint8_t bits;
  };

  // False if the counts do not describe a prefix code.
  bool build(const HuffmanSpec& spec);

  [[nodiscard]] Coefficient coefficient(const BitReader& reader) const {
    return coefficients_[reader.peek(kLookupBits)];
  }

  // Takes one code and returns its symbol, or -1 where no code matches.
  // Precondition: reader.ensure_symbol().
  int decode(BitReader& reader) const {
    const Code code = lookup_[reader.peek(kLookupBits)];
    if (code.length != 0) {
      reader.skip(code.length);
      return code.symbol;
    }
    return decode_long(reader);
  }

 private:
  struct Code {
    std::uint8_t symbol;
    std::uint8_t length;
  };

  int decode_long(BitReader& reader) const;
  void enter_code(std::uint32_t code, int length, std::uint8_t symbol);

  std::array<Code, 1 << kLookupBits> lookup_{};
  std::array<Coefficient, 1 << kLookupBits> coefficients_{};
  std::array<std::uint32_t, 17> limit_{};         // first 16-bit window above the codes of a length
  std::array<std::int32_t, 17> symbol_offset_{};  // symbol index minus code
  std::array<std::uint8_t, 256> symbols_{};
};

// By the number that scan headers use.
using HuffmanTables = std::array<HuffmanTable, 4>;

}  // namespace streamresize
