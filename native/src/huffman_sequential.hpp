// Huffman-coded blocks of a sequential scan (T.81 F.2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "huffman_coder.hpp"
#include "huffman_loops.hpp"
#include "scan_layout.hpp"

namespace streamresize {

class HuffmanSequential : public HuffmanCoder {
 public:
  // Tables pay only where many blocks follow: `blocks` is their number.
  HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc, const HuffmanTables& ac,
                    const KeptCoefficients& kept, const ScanLayout& layout);

  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return 64 * kMaxSymbolBytes; }
  [[nodiscard]] std::size_t window_bytes() const {
    return lanes_ ? Lanes::kWindowBytes : HuffmanCoder::window_bytes();
  }
  void begin_interval() {
    reader_.discard_bits();
    for (ComponentCoding& component : components_) component.predictor = 0;
    if (lanes_) lanes_->clear();
  }
  [[nodiscard]] std::uint32_t ready() const { return lanes_ ? lanes_->ready() : 0; }
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
  std::optional<Lanes> lanes_;
};

}  // namespace streamresize
