// The inner loops of Huffman decoding, compiled for each kind of processor.
#pragma once

#include <array>
#include <cstdint>

#include "bit_reader.hpp"
#include "huffman.hpp"
#include "lanes.hpp"
#include "lookup_tables.hpp"
#include "mcu_blocks.hpp"

namespace streamresize {

// What the blocks of a component are decoded with.
struct SequentialTables {
  // `last_kept` is the highest zigzag index that is needed, `lookup_width` that of the tables.
  SequentialTables(const HuffmanTable& dc_table, const HuffmanTable& ac_table, int last_kept,
                   int lookup_width);

  [[nodiscard]] bool match(const HuffmanTable& dc_table, const HuffmanTable& ac_table,
                           int last_kept, int lookup_width) const {
    return kept == last_kept && width == lookup_width && dc_symbols.has_codes_of(dc_table) &&
           ac_symbols.has_codes_of(ac_table);
  }

  int kept;
  int width;
  HuffmanTable dc_symbols;
  HuffmanTable ac_symbols;
  DcTable dc;
  AcSkipTable skip;
  int pair_width;
  PairTable pairs;
};

// The tables of a component, and where its decoding stands.
struct ComponentCoding {
  const SequentialTables* tables = nullptr;
  std::int16_t predictor = 0;
};

using ComponentCodings = std::array<ComponentCoding, kMaxComponents>;

// A scan of a band of AC coefficients, and where its decoding stands.
struct AcBand {
  // Bit k of `kept_mask`: the coefficient at zigzag index k is needed.
  AcBand(const HuffmanTable& table, const ScanHeader& header, std::uint64_t kept_mask,
         int lookup_width);

  HuffmanTable symbols;
  int first;    // Ss, zigzag index
  int last;     // Se
  int low_bit;  // Al
  std::uint64_t kept;
  int width;
  CoefficientTable coefficients;   // of a first scan
  RefinementTable refinements;     // of one that adds a bit
  std::uint32_t ended_blocks = 0;  // the next blocks that hold no new coefficient
};

// Each decodes `count` MCUs.
struct HuffmanLoops {
  // Blocks of a sequential scan (F.2.2).
  McuProgress (*decode_mcus)(BitReader& reader, ComponentCodings& components, McuBlocks& mcu,
                             std::uint32_t count);
  // Blocks of a first scan of AC coefficients (G.1.2.2), and of one that adds a bit (G.1.2.3).
  McuProgress (*decode_band)(BitReader& reader, AcBand& band, McuBlocks& mcu, std::uint32_t count);
  McuProgress (*refine_band)(BitReader& reader, AcBand& band, McuBlocks& mcu, std::uint32_t count);
  // Decodes the stretches of a group, and has each meet the one behind it.
  void (*run_lanes)(const LaneTables& tables, LaneGroup& group);
  // Has the last stretch of a group meet the first of the next, if there is one.
  void (*join_groups)(const LaneTables& tables, const std::uint8_t* window, LaneGroup& group,
                      const LaneGroup* next);
};

extern const HuffmanLoops kPortableLoops;
#ifdef STREAMRESIZE_X86_64_V3
extern const HuffmanLoops kAvx2Loops;
#endif

// For this processor.
const HuffmanLoops& huffman_loops();

}  // namespace streamresize
