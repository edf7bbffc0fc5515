// Huffman-coded blocks of progressive scans (T.81 G.1.2, G.2).
#pragma once

#include <array>
#include <cstdint>

#include "huffman_coder.hpp"

namespace streamresize {

// First scan of the DC coefficients (G.1.2.1).
class HuffmanDcFirst : public HuffmanCoder {
 public:
  HuffmanDcFirst(const HuffmanTables& dc, int low_bit) : dc_(dc), low_bit_(low_bit) {}

  void begin_interval() {
    reader_.discard_bits();
    predictors_.fill(0);
  }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock& block) const;

 private:
  HuffmanTables dc_;
  int low_bit_;
  std::array<std::int16_t, kMaxComponents> predictors_{};
};

// One more bit of the DC coefficients: no Huffman codes (G.1.2.1).
class HuffmanDcRefine : public HuffmanCoder {
 public:
  explicit HuffmanDcRefine(int low_bit) : low_bit_(low_bit) {}

  void begin_interval() { reader_.discard_bits(); }
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);
  void fill(const McuBlock&) const {}

 private:
  int low_bit_;
};

// Shared by the two kinds of AC scans: the band, its table and the run of blocks that have ended.
class HuffmanAcScan : public HuffmanCoder {
 public:
  HuffmanAcScan(const HuffmanTable& ac, const ScanHeader& header)
      : ac_(ac), first_(header.first), last_(header.last), low_bit_(header.low_bit) {}

  void begin_interval() {
    reader_.discard_bits();
    ended_blocks_ = 0;
  }
  void fill(const McuBlock&) const {}

 protected:
  // The run of EOBn, this block included (G.1.2.2).
  static std::uint32_t receive_ended_blocks(BitReader& reader, int n);

  HuffmanTable ac_;
  int first_;
  int last_;
  int low_bit_;
  std::uint32_t ended_blocks_ = 0;
};

// First scan of a band of AC coefficients (G.1.2.2).
class HuffmanAcFirst : public HuffmanAcScan {
 public:
  using HuffmanAcScan::HuffmanAcScan;
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);

 private:
  const char* decode(BitReader& reader, const McuBlock& block);
};

// One more bit of a band of AC coefficients (G.1.2.3).
class HuffmanAcRefine : public HuffmanAcScan {
 public:
  using HuffmanAcScan::HuffmanAcScan;
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker);

 private:
  const char* decode(BitReader& reader, const McuBlock& block);
  // Passes `zeros` zero coefficients from k on, correcting the others; returns the index behind.
  int refine(BitReader& reader, const McuBlock& block, int k, int zeros) const;
};

}  // namespace streamresize
