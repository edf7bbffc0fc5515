// Huffman-coded blocks of a sequential scan (T.81 F.2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "huffman_coder.hpp"
#include "huffman_loops.hpp"
#include "lanes.hpp"
#include "scan.hpp"
#include "scan_layout.hpp"

namespace streamresize {

class HuffmanSequential : public HuffmanCoder {
 public:
  // Several threads take part where there are blocks enough for lanes.
  HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc, const HuffmanTables& ac,
                    const ScanLayout& layout, const ScanTask& task);

  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return 64 * kMaxSymbolBytes; }
  [[nodiscard]] std::size_t window_bytes() const {
    return lanes() ? lanes()->window_bytes() : HuffmanCoder::window_bytes();
  }
  void begin_interval() {
    reader_.discard_bits();
    for (ComponentCoding& component : components_) component.predictor = 0;
    if (lanes()) lanes()->clear();
  }
  void begin_at(std::uint64_t mcu) {
    if (wanted_) approach_wanted(mcu);
  }
  [[nodiscard]] std::uint32_t ready() const { return lanes() ? lanes()->ready() : 0; }
  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    HuffmanCoder::attach(bytes, dropped);
    if (lanes()) lanes()->drop(dropped);
  }
  void settle() {
    if (lanes()) lanes()->settle();
  }
  [[nodiscard]] std::ptrdiff_t left() const {
    return HuffmanCoder::left() - (lanes() ? lanes()->bytes_ahead(reader_) : 0);
  }
  [[nodiscard]] std::size_t windows() const { return lanes() ? lanes()->windows() : 1; }
  void decode_ahead() {
    if (lanes() && lanes()->ready() == 0) lanes()->run(reader_);
  }
  [[nodiscard]] bool is_ahead() const { return lanes() && lanes()->is_ahead(); }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock& block) const {
    CoefficientRow::clear(block);
    block.values[0] = components_[block.selector.index].predictor;
  }

 private:
  // What is kept of the coefficients decides on both.
  struct Tables {
    std::array<std::shared_ptr<const SequentialTables>, kMaxComponents> of_component;
    std::unique_ptr<Lanes> lanes;
  };

  static Tables make_tables(const ScanHeader& header, const HuffmanTables& dc,
                            const HuffmanTables& ac, const ScanLayout& layout,
                            const ScanTask& task);
  void use(Tables tables);
  void approach_wanted(std::uint64_t mcu);
  [[nodiscard]] Lanes* lanes() const { return tables_.lanes.get(); }

  Tables tables_;
  ComponentCodings components_;
  std::optional<Tables> wanted_;  // for the MCUs behind those that are skipped
  std::uint64_t skipped_ = 0;
};

}  // namespace streamresize
