#include "huffman_progressive.hpp"

#include "coefficient_math.hpp"

namespace streamresize {

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
    const std::uint32_t bit = reader.peek(1) << low_bit_;
    block.values[0] = static_cast<std::int16_t>(static_cast<std::uint32_t>(block.values[0]) | bit);
    reader.skip(1);
    return static_cast<const char*>(nullptr);
  });
}

}  // namespace streamresize
