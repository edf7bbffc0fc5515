#include "huffman_sequential.hpp"

#include <algorithm>
#include <utility>

namespace streamresize {

HuffmanSequential::HuffmanSequential(const ScanHeader& header, const HuffmanTables& dc,
                                     const HuffmanTables& ac, const ScanLayout& layout,
                                     const ScanTask& task)
    : skipped_(task.skipped) {
  Tables tables = make_tables(header, dc, ac, layout, task);
  constexpr KeptCoefficients kNone{};
  if (skipped_ != 0 && task.kept != kNone) {
    wanted_ = std::exchange(tables, make_tables(header, dc, ac, layout, {kNone, 0, task.threads}));
  }
  use(std::move(tables));
}

HuffmanSequential::Tables HuffmanSequential::make_tables(const ScanHeader& header,
                                                         const HuffmanTables& dc,
                                                         const HuffmanTables& ac,
                                                         const ScanLayout& layout,
                                                         const ScanTask& task) {
  Tables result;
  const int width = lookup_width(layout.mcus() * layout.blocks_per_mcu());
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const ScanComponent& component = header.components[i];
    const HuffmanTable& dc_table = dc[component.dc_table];
    const HuffmanTable& ac_table = ac[component.ac_table];
    const int last_kept = task.kept[component.index];
    auto found = std::ranges::find_if(result.different, [&](const auto& known) {
      return known->match(dc_table, ac_table, last_kept, width);
    });
    if (found == result.different.end()) {
      found = result.different.insert(found, shared_tables(dc_table, ac_table, last_kept, width));
    }
    result.of_component[component.index] = found->get();
  }
  if (width != LaneTables::kWidth) return result;
  std::vector<const SequentialTables*> in_mcu;
  for (std::size_t i = 0; i < header.component_count; ++i) {
    in_mcu.insert(in_mcu.end(), layout.blocks_in_mcu(i),
                  result.of_component[header.components[i].index]);
  }
  result.lanes = std::make_unique<Lanes>(in_mcu, task.threads);
  return result;
}

void HuffmanSequential::use(Tables tables) {
  tables_ = std::move(tables);
  for (std::size_t i = 0; i < components_.size(); ++i) {
    components_[i].tables = tables_.of_component[i];
  }
}

// Lanes must not decode what they would not keep: the last MCUs in front are decoded one by one.
void HuffmanSequential::approach_wanted(std::uint64_t mcu) {
  if (mcu >= skipped_) {
    use(std::move(*wanted_));
    wanted_.reset();
  } else if (lanes() && lanes()->ready() == 0 && skipped_ - mcu <= lanes()->most_ready()) {
    tables_.lanes.reset();
  }
}

McuProgress HuffmanSequential::decode_mcus(McuBlocks& mcu, std::uint32_t count, bool) {
  if (ready() != 0) {
    lanes()->take(mcu, count, components_);
    return {.decoded = count};
  }
  return huffman_loops().decode_mcus(reader_, components_, mcu, count);
}

}  // namespace streamresize
