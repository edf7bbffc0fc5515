// What the coders of Huffman-coded scans share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bit_reader.hpp"
#include "huffman.hpp"
#include "mcu_blocks.hpp"
#include "prompt_coder.hpp"

namespace streamresize {

class HuffmanCoder : public PromptCoder {
 public:
  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    reader_.attach(bytes, dropped);
  }
  [[nodiscard]] std::ptrdiff_t used() const { return reader_.used(); }
  [[nodiscard]] std::ptrdiff_t left() const { return reader_.left(); }
  [[nodiscard]] static constexpr std::size_t window_bytes() { return 1 << 16; }

 protected:
  static constexpr std::size_t kMaxSymbolBytes = 4;  // a code of 16 bits with 16 extra bits

  // decode(reader, block) returns the fault or nullptr. The reader is a local copy, which the
  // compiler keeps in registers.
  template <typename Decode>
  McuProgress decode_blocks(McuBlocks& mcu, std::uint32_t count, Decode decode) {
    BitReader reader = reader_;
    const McuProgress progress = decode_each_block(
        mcu, count, [&](const McuBlock& block) { return decode(reader, block); },
        [&] { return reader.overrun(); });
    reader_ = reader;
    return progress;
  }

  BitReader reader_;
};

}  // namespace streamresize
