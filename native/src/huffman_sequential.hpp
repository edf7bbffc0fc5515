// Huffman-coded blocks of a sequential scan (T.81 F.2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "huffman_coder.hpp"
#include "huffman_loops.hpp"

namespace streamresize {

class HuffmanSequential : public HuffmanCoder {
 public:
  // Tables pay only where many blocks follow: `blocks` is their number.
  HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc, const HuffmanTables& ac,
                    const KeptCoefficients& kept, std::uint64_t blocks);

  void begin_interval() {
    reader_.discard_bits();
    for (ComponentCoding& component : components_) component.predictor = 0;
  }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock& block) const {
    CoefficientRow::clear(block);
    block.values[0] = components_[block.selector.index].predictor;
  }

 private:
  struct SharedTables {
    std::uint8_t dc_table;
    std::uint8_t ac_table;
    std::unique_ptr<SequentialTables> tables;
  };

  std::vector<SharedTables> tables_;
  ComponentCodings components_;
};

}  // namespace streamresize
