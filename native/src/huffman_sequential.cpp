#include "huffman_sequential.hpp"

#include <algorithm>

#include "coefficient_math.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr int kBlockEnd = 64;
constexpr int kZeroRun = 15;  // run length of ZRL, whose size is 0

}  // namespace

const char* HuffmanSequential::decode(const ScanLayout::Part& part,
                                      const CoefficientRow::Block& block) {
  std::int32_t difference;
  if (!receive_difference(dc_[part.selector.dc_table], difference)) return kBadCode;
  std::int16_t& predictor = predictors_[part.selector.index];
  predictor = wrapped_sum(predictor, difference);
  block.values[0] = predictor;
  return decode_ac(part, block);
}

const char* HuffmanSequential::decode_ac(const ScanLayout::Part& part,
                                         const CoefficientRow::Block& block) {
  const HuffmanTable& table = ac_[part.selector.ac_table];
  const int kept = kept_[part.selector.index];
  if (kept == 0) return skip_ac(table, 1);
  int k = 1;
  int last = 0;
  bool end_of_block = false;
  *block.last = kBlockEnd - 1;  // until the block is known to be sound
  while (k <= kept && !end_of_block) {
    reader_.ensure_symbol();
    const HuffmanTable::Coefficient whole = table.coefficient(reader_);
    std::int32_t value = whole.value;
    if (whole.bits != 0) {
      k += whole.run;
      reader_.skip(whole.bits);
    } else {
      const int symbol = table.decode(reader_);
      if (symbol < 0) return kBadCode;
      const int run = symbol >> 4;
      const int size = symbol & 15;
      if (size == 0) {
        end_of_block = run != kZeroRun;
        k += kZeroRun + 1;
        continue;
      }
      k += run;
      value = reader_.receive_extend(size);
    }
    block.values[kNaturalOrder[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(value);
    last = k++;
  }
  *block.last = static_cast<std::uint8_t>(std::min(last, kBlockEnd - 1));
  return end_of_block ? nullptr : skip_ac(table, k);
}

// Passes over the coefficients from zigzag index k to the end of the block.
const char* HuffmanSequential::skip_ac(const HuffmanTable& table, int k) {
  while (k < kBlockEnd) {
    reader_.ensure_symbol();
    const int symbol = table.decode(reader_);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    if (size == 0 && run != kZeroRun) return nullptr;  // EOB
    k += run + 1;
    reader_.skip(size);
  }
  return nullptr;
}

}  // namespace streamresize
