#include "huffman_sequential.hpp"

#include <algorithm>

namespace streamresize {
HuffmanSequential::HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc,
                                     const HuffmanTables& ac, const KeptCoefficients& kept,
                                     const ScanLayout& layout, unsigned threads) {
  const std::uint64_t blocks = layout.mcus() * layout.blocks_per_mcu();
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const ScanComponent& component = header.components[i];
    const std::uint8_t needed = kept[component.index];
    const auto is_same = [&](const SharedTables& shared) {
      return shared.dc_table == component.dc_table && shared.ac_table == component.ac_table &&
             shared.tables->kept == needed;
    };
    auto found = std::ranges::find_if(tables_, is_same);
    if (found == tables_.end()) {
      auto tables = std::make_unique<SequentialTables>(
          dc[component.dc_table], ac[component.ac_table], needed, lookup_width(blocks));
      found = tables_.insert(found, {component.dc_table, component.ac_table, std::move(tables)});
    }
    components_[component.index].tables = found->tables.get();
  }
  if (lookup_width(blocks) != LaneTables::kWidth) return;
  std::vector<const SequentialTables*> in_mcu;
  for (std::size_t i = 0; i < header.component_count; ++i) {
    in_mcu.insert(in_mcu.end(), layout.blocks_in_mcu(i),
                  components_[header.components[i].index].tables);
  }
  lanes_ = std::make_unique<Lanes>(in_mcu, threads);
}

McuProgress HuffmanSequential::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  if (ready() != 0) {
    lanes_->take(mcu, count, components_);
    return {.decoded = count};
  }
  return huffman_loops().decode_mcus(reader_, components_, mcu, count);
}

}  // namespace streamresize
