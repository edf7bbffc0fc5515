// Huffman-coded blocks of a sequential scan (T.81 F.2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "huffman_coder.hpp"
#include "huffman_loops.hpp"
#include "scan_layout.hpp"

namespace streamresize {

class HuffmanSequential : public HuffmanCoder {
 public:
  // Several threads take part where there are blocks enough for lanes.
  HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc, const HuffmanTables& ac,
                    const KeptCoefficients& kept, const ScanLayout& layout, unsigned threads);

  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return 64 * kMaxSymbolBytes; }
  [[nodiscard]] std::size_t window_bytes() const {
    return lanes_ ? lanes_->window_bytes() : HuffmanCoder::window_bytes();
  }
  void begin_interval() {
    reader_.discard_bits();
    for (ComponentCoding& component : components_) component.predictor = 0;
    if (lanes_) lanes_->clear();
  }
  [[nodiscard]] std::uint32_t ready() const { return lanes_ ? lanes_->ready() : 0; }
  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    HuffmanCoder::attach(bytes, dropped);
    if (lanes_) lanes_->drop(dropped);
  }
  void settle() {
    if (lanes_) lanes_->settle();
  }
  [[nodiscard]] std::ptrdiff_t left() const {
    return HuffmanCoder::left() - (lanes_ ? lanes_->bytes_ahead(reader_) : 0);
  }
  [[nodiscard]] std::size_t windows() const { return lanes_ ? lanes_->windows() : 1; }
  void decode_ahead() {
    if (lanes_ && lanes_->ready() == 0) lanes_->run(reader_);
  }
  [[nodiscard]] bool is_ahead() const { return lanes_ && lanes_->is_ahead(); }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock& block) const {
    CoefficientRow::clear(block);
    block.values[0] = components_[block.selector.index].predictor;
  }

 private:
  std::vector<std::shared_ptr<const SequentialTables>> tables_;
  ComponentCodings components_;
  std::unique_ptr<Lanes> lanes_;
};

}  // namespace streamresize
