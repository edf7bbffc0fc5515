#include "huffman_progressive.hpp"

#include <algorithm>

#include "coefficient_math.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr int kZeroRun = 15;  // run length of ZRL, whose size is 0
constexpr int kAllZeros = 64;

void store(const CoefficientRow::Block& block, int k, std::int16_t value) {
  block.values[kNaturalOrder[static_cast<std::size_t>(k)]] = value;
  *block.last = static_cast<std::uint8_t>(std::clamp<int>(k, *block.last, 63));
}

}  // namespace

const char* HuffmanDcFirst::decode(const ScanLayout::Part& part,
                                   const CoefficientRow::Block& block) {
  std::int32_t difference;
  if (!receive_difference(dc_[part.selector.dc_table], difference)) return kBadCode;
  std::int16_t& predictor = predictors_[part.selector.index];
  predictor = wrapped_sum(predictor, difference);
  block.values[0] = shifted(predictor, low_bit_);
  return nullptr;
}

void HuffmanDcFirst::fill(const ScanLayout::Part& part, const CoefficientRow::Block& block) const {
  block.values[0] = shifted(predictors_[part.selector.index], low_bit_);
}

const char* HuffmanDcRefine::decode(const ScanLayout::Part&, const CoefficientRow::Block& block) {
  reader_.ensure_symbol();
  if (reader_.peek(1) != 0) block.values[0] = with_bit(block.values[0], low_bit_);
  reader_.skip(1);
  return nullptr;
}

std::uint32_t HuffmanAcScan::receive_ended_blocks(int n) {
  if (n == 0) return 1;
  const std::uint32_t extra = reader_.peek(n);
  reader_.skip(n);
  return (1U << n) + extra;
}

const char* HuffmanAcFirst::decode(const ScanLayout::Part&, const CoefficientRow::Block& block) {
  if (ended_blocks_ != 0) {
    --ended_blocks_;
    return nullptr;
  }
  for (int k = first_; k <= last_; ++k) {
    reader_.ensure_symbol();
    const int symbol = ac_.decode(reader_);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    k += run;
    if (size == 0 && run == kZeroRun) continue;
    if (size == 0) {
      ended_blocks_ = receive_ended_blocks(run) - 1;
      return nullptr;
    }
    const auto value = static_cast<std::int16_t>(reader_.receive_extend(size));
    store(block, k, shifted(value, low_bit_));
  }
  return nullptr;
}

const char* HuffmanAcRefine::decode(const ScanLayout::Part&, const CoefficientRow::Block& block) {
  int k = first_;
  while (ended_blocks_ == 0 && k <= last_) {
    reader_.ensure_symbol();
    const int symbol = ac_.decode(reader_);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    if (size == 0 && run != kZeroRun) {
      ended_blocks_ = receive_ended_blocks(run);
      break;
    }
    bool negative = false;
    if (size != 0) {
      negative = reader_.peek(1) == 0;
      reader_.skip(1);
    }
    k = refine(block, k, run);
    if (size != 0) store(block, k, unit(negative, low_bit_));
    ++k;
  }
  if (ended_blocks_ != 0) {
    refine(block, k, kAllZeros);
    --ended_blocks_;
  }
  return nullptr;
}

int HuffmanAcRefine::refine(const CoefficientRow::Block& block, int k, int zeros) {
  for (; k <= last_; ++k) {
    std::int16_t& value = block.values[kNaturalOrder[static_cast<std::size_t>(k)]];
    if (value == 0) {
      if (zeros-- == 0) break;
      continue;
    }
    reader_.ensure_symbol();
    if (reader_.peek(1) != 0) value = corrected(value, low_bit_);
    reader_.skip(1);
  }
  return k;
}

}  // namespace streamresize
