// The inner loops of sequential Huffman decoding (T.81 F.2.2), compiled for each kind of processor.
#pragma once

#include <array>
#include <cstdint>

#include "bit_reader.hpp"
#include "huffman.hpp"
#include "lookup_tables.hpp"
#include "mcu_blocks.hpp"

namespace streamresize {

// What the blocks of a component are decoded with.
struct SequentialTables {
  // `last_kept` is the highest zigzag index that is needed, `lookup_width` that of the tables.
  SequentialTables(const HuffmanTable& dc_table, const HuffmanTable& ac_table, int last_kept,
                   int lookup_width);

  int kept;
  int width;
  HuffmanTable dc_symbols;
  HuffmanTable ac_symbols;
  DcTable dc;
  AcSkipTable skip;
  CoefficientTable coefficients;
};

// The tables of a component, and where its decoding stands.
struct ComponentCoding {
  const SequentialTables* tables = nullptr;
  std::int16_t predictor = 0;
};

using ComponentCodings = std::array<ComponentCoding, kMaxComponents>;

// Decodes `count` MCUs.
using DecodeMcus = McuProgress (*)(BitReader& reader, ComponentCodings& components, McuBlocks& mcu,
                                   std::uint32_t count);

// For this processor.
DecodeMcus best_decode_mcus();

extern const DecodeMcus kPortableDecodeMcus;
#ifdef STREAMRESIZE_X86_64_V3
extern const DecodeMcus kAvx2DecodeMcus;
#endif

}  // namespace streamresize
