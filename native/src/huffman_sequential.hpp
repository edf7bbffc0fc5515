// Huffman-coded blocks of a sequential scan (T.81 F.2.2).
#pragma once

#include <array>
#include <cstdint>

#include "huffman_coder.hpp"
#include "scan_layout.hpp"

namespace streamresize {

class HuffmanSequential : public HuffmanCoder {
 public:
  HuffmanSequential(const HuffmanTables& dc, const HuffmanTables& ac, const KeptCoefficients& kept)
      : dc_(dc), ac_(ac), kept_(kept) {}

  void begin_interval() {
    reader_.discard_bits();
    predictors_.fill(0);
  }
  const char* decode(const ScanLayout::Part& part, const CoefficientRow::Block& block);
  void fill(const ScanLayout::Part& part, const CoefficientRow::Block& block) const {
    CoefficientRow::clear(block);
    block.values[0] = predictors_[part.selector.index];
  }

 private:
  const char* decode_ac(const ScanLayout::Part& part, const CoefficientRow::Block& block);
  const char* skip_ac(const HuffmanTable& table, int k);

  HuffmanTables dc_;
  HuffmanTables ac_;
  KeptCoefficients kept_;
  std::array<std::int16_t, kMaxComponents> predictors_{};
};

}  // namespace streamresize
