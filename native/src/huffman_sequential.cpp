#include "huffman_sequential.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "shared_tables.hpp"

namespace streamresize {
namespace {

// None where they would take longer to make than lanes save, and where blocks are not empty, which
// lanes would replace as a whole. Tables that come a second time may well come again.
std::shared_ptr<const LaneTables> lane_tables_for(const std::vector<BlockCodes>& mcu,
                                                  std::uint64_t blocks, bool repeats) {
  if (repeats || blocks < Lanes::kLeastBlocks) return nullptr;
  if (auto known = known_lane_tables(mcu)) return known;
  const auto is_known = [&](const BlockCodes& codes) {
    return shared_tables(codes, lookup_width(blocks)).is_known;
  };
  const bool is_short = blocks < Lanes::kNewTablesBlocks && wants_dc_alone(mcu);
  if (is_short && !std::ranges::all_of(mcu, is_known)) return nullptr;
  auto tables = make_lane_tables(mcu);
  if (blocks < Lanes::kLargeBlocks) keep_lane_tables(tables);
  return tables;
}

}  // namespace

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
  std::vector<BlockCodes> mcu;
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const ScanComponent& component = header.components[i];
    mcu.insert(mcu.end(), layout.blocks_in_mcu(i),
               {&dc[component.dc_table], &ac[component.ac_table], task.kept[component.index]});
  }
  const std::uint64_t blocks = layout.mcus() * mcu.size();
  const auto lane_tables = lane_tables_for(mcu, blocks, task.repeats);
  Tables result;
  std::size_t block = 0;
  for (std::size_t i = 0; i < header.component_count; ++i) {
    result.of_component[header.components[i].index] =
        lane_tables ? lane_tables->blocks[block]
                    : shared_tables(mcu[block], lookup_width(blocks)).tables;
    block += layout.blocks_in_mcu(i);
  }
  if (lane_tables) {
    const unsigned threads = blocks < Lanes::kLargeBlocks ? 1 : task.threads;
    result.lanes = std::make_unique<Lanes>(lane_tables, layout.mcus(), threads);
  }
  return result;
}

void HuffmanSequential::use(Tables tables) {
  tables_ = std::move(tables);
  for (std::size_t i = 0; i < components_.size(); ++i) {
    components_[i].tables = tables_.of_component[i].get();
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
