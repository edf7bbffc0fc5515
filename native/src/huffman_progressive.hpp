// Huffman-coded blocks of progressive scans (T.81 G.1.2, G.2).
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "huffman_coder.hpp"
#include "huffman_loops.hpp"

namespace streamresize {

// First scan of the DC coefficients (G.1.2.1).
class HuffmanDcFirst : public HuffmanCoder {
 public:
  HuffmanDcFirst(const ScanHeader& header, const HuffmanTables& dc, int lookup_width);

  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return kMaxSymbolBytes; }
  void begin_interval() {
    reader_.discard_bits();
    predictors_.fill(0);
  }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock& block) const;

 private:
  HuffmanTables symbols_;
  std::array<DcTable, 4> tables_;
  int width_;
  int low_bit_;
  std::array<std::int16_t, kMaxComponents> predictors_{};
};

// One more bit of the DC coefficients: no Huffman codes (G.1.2.1).
class HuffmanDcRefine : public HuffmanCoder {
 public:
  explicit HuffmanDcRefine(int low_bit) : low_bit_(low_bit) {}

  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return 1; }
  void begin_interval() { reader_.discard_bits(); }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock&) const {}

 private:
  int low_bit_;
};

// A band of AC coefficients: its first scan or one more bit (G.1.2.2, G.1.2.3), as Decode says.
template <auto HuffmanLoops::* Decode>
class HuffmanAcScan : public HuffmanCoder {
 public:
  explicit HuffmanAcScan(AcBand band) : band_(std::move(band)) {}

  [[nodiscard]] std::size_t max_block_bytes() const {
    return static_cast<std::size_t>(band_.last - band_.first + 2) * kMaxSymbolBytes;
  }
  void begin_interval() {
    reader_.discard_bits();
    band_.ended_blocks = 0;
  }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
    return (huffman_loops().*Decode)(reader_, band_, mcu, count);
  }
  void fill(const McuBlock&) const {}

 private:
  AcBand band_;
};

using HuffmanAcFirst = HuffmanAcScan<&HuffmanLoops::decode_band>;
using HuffmanAcRefine = HuffmanAcScan<&HuffmanLoops::refine_band>;

}  // namespace streamresize
