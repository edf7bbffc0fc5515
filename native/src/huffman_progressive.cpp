#include "huffman_progressive.hpp"

#include "coefficient_math.hpp"

namespace streamresize {

HuffmanDcFirst::HuffmanDcFirst(const ScanHeader& header, const HuffmanTables& dc, int lookup_width)
    : symbols_(dc), width_(lookup_width), low_bit_(header.low_bit) {
  AcSkipTable nothing;
  nothing.build_empty(width_);
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const std::size_t number = header.components[i].dc_table;
    tables_[number].build(symbols_[number], nothing, width_);
  }
}

McuProgress HuffmanDcFirst::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  return decode_blocks(mcu, count, [this](BitReader& reader, const McuBlock& block) {
    const std::size_t number = block.selector.dc_table;
    reader.ensure_symbol();
    const DcTable::Entry entry = tables_[number].entries()[reader.peek(width_)];
    std::int32_t difference = entry.difference;
    if (entry.bits != 0) [[likely]] {
      reader.skip(entry.bits);
    } else if (!receive_difference(reader, symbols_[number], difference)) {
      return kBadCode;
    }
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
