#include "huffman_progressive.hpp"

#include <algorithm>

#include "coefficient_math.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr int kAllZeros = 64;

void store(const CoefficientRow::Block& block, int k, std::int16_t value) {
  block.values[kNaturalOrder[static_cast<std::size_t>(k)]] = value;
  *block.last = static_cast<std::uint8_t>(std::clamp<int>(k, *block.last, 63));
}

}  // namespace

McuProgress HuffmanDcFirst::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  return decode_blocks(mcu, count, [this](BitReader& reader, const McuBlock& block) {
    std::int32_t difference;
    if (!receive_difference(reader, dc_[block.selector.dc_table], difference)) return kBadCode;
    std::int16_t& predictor = predictors_[block.selector.index];
    predictor = wrapped_sum(predictor, difference);
    block.values[0] = shifted(predictor, low_bit_);
    return static_cast<const char*>(nullptr);
  });
}

void HuffmanDcFirst::fill(const McuBlock& block) const {
  block.values[0] = shifted(predictors_[block.selector.index], low_bit_);
}

McuProgress HuffmanDcRefine::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  return decode_blocks(mcu, count, [this](BitReader& reader, const McuBlock& block) {
    reader.ensure_symbol();
    if (reader.peek(1) != 0) block.values[0] = with_bit(block.values[0], low_bit_);
    reader.skip(1);
    return static_cast<const char*>(nullptr);
  });
}

std::uint32_t HuffmanAcScan::receive_ended_blocks(BitReader& reader, int n) {
  if (n == 0) return 1;
  const std::uint32_t extra = reader.peek(n);
  reader.skip(n);
  return (1U << n) + extra;
}

McuProgress HuffmanAcFirst::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  return decode_blocks(mcu, count, [this](BitReader& reader, const McuBlock& block) {
    if (ended_blocks_ == 0) return decode(reader, block);
    --ended_blocks_;
    return static_cast<const char*>(nullptr);
  });
}

const char* HuffmanAcFirst::decode(BitReader& reader, const McuBlock& block) {
  for (int k = first_; k <= last_; ++k) {
    reader.ensure_symbol();
    const int symbol = ac_.decode(reader);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    k += run;
    if (size == 0 && run == kZeroRun) continue;
    if (size == 0) {
      ended_blocks_ = receive_ended_blocks(reader, run) - 1;
      return nullptr;
    }
    const auto value = static_cast<std::int16_t>(reader.receive_extend(size));
    store(block, k, shifted(value, low_bit_));
  }
  return nullptr;
}

McuProgress HuffmanAcRefine::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  return decode_blocks(mcu, count, [this](BitReader& reader, const McuBlock& block) {
    return decode(reader, block);
  });
}

const char* HuffmanAcRefine::decode(BitReader& reader, const McuBlock& block) {
  int k = first_;
  while (ended_blocks_ == 0 && k <= last_) {
    reader.ensure_symbol();
    const int symbol = ac_.decode(reader);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    if (size == 0 && run != kZeroRun) {
      ended_blocks_ = receive_ended_blocks(reader, run);
      break;
    }
    bool negative = false;
    if (size != 0) {
      negative = reader.peek(1) == 0;
      reader.skip(1);
    }
    k = refine(reader, block, k, run);
    if (size != 0) store(block, k, unit(negative, low_bit_));
    ++k;
  }
  if (ended_blocks_ != 0) {
    refine(reader, block, k, kAllZeros);
    --ended_blocks_;
  }
  return nullptr;
}

int HuffmanAcRefine::refine(BitReader& reader, const McuBlock& block, int k, int zeros) const {
  for (; k <= last_; ++k) {
    std::int16_t& value = block.values[kNaturalOrder[static_cast<std::size_t>(k)]];
    if (value == 0) {
      if (zeros-- == 0) break;
      continue;
    }
    reader.ensure_symbol();
    if (reader.peek(1) != 0) value = corrected(value, low_bit_);
    reader.skip(1);
  }
  return k;
}

}  // namespace streamresize
