#include "huffman_sequential.hpp"

#include <algorithm>

namespace streamresize {
HuffmanSequential::HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc,
                                     const HuffmanTables& ac, const KeptCoefficients& kept,
                                     const ScanLayout& layout, unsigned threads) {
  const int width = lookup_width(layout.mcus() * layout.blocks_per_mcu());
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const ScanComponent& component = header.components[i];
    const HuffmanTable& dc_table = dc[component.dc_table];
    const HuffmanTable& ac_table = ac[component.ac_table];
    const int last_kept = kept[component.index];
    auto found = std::ranges::find_if(tables_, [&](const auto& known) {
      return known->match(dc_table, ac_table, last_kept, width);
    });
    if (found == tables_.end()) {
      found = tables_.insert(found, shared_tables(dc_table, ac_table, last_kept, width));
    }
    components_[component.index].tables = found->get();
  }
  if (width != LaneTables::kWidth) return;
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
