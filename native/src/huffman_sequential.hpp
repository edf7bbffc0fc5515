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
    clear_predictors();
    if (lanes()) lanes()->clear();
  }
  [[nodiscard]] bool spans_intervals() const { return lanes() != nullptr; }
  void begin_ready_interval() { clear_predictors(); }
  void continue_in(std::span<const std::uint8_t> bytes, std::size_t begin) {
    clear_predictors();
    reader_.attach_at(bytes, static_cast<std::ptrdiff_t>(begin));
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
  std::size_t decode_ahead(const RestartIntervals& intervals) {
    return lanes() ? lanes()->run(reader_, intervals) : 0;
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
  void clear_predictors() {
    for (ComponentCoding& component : components_) component.predictor = 0;
  }
  void approach_wanted(std::uint64_t mcu);
  [[nodiscard]] Lanes* lanes() const { return tables_.lanes.get(); }

  Tables tables_;
  ComponentCodings components_;
  std::optional<Tables> wanted_;  // for the MCUs behind those that are skipped
  std::uint64_t skipped_ = 0;
};

}  // namespace streamresize
