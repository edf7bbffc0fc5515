#include "dc_lanes.hpp"

#include <algorithm>

#include "coefficient_math.hpp"
#include "huffman_loops.hpp"

namespace streamresize {
namespace {

constexpr std::size_t kDifferences = 1 << 14;  // of each lane
constexpr std::ptrdiff_t kLeastReach = 1 << 11;
constexpr std::ptrdiff_t kMostReach = 3 << 13;
constexpr std::uint32_t kMostPenalty = 1 << 16;
constexpr std::size_t kTable = std::size_t{1} << LaneTables::kWidth;

void append_dc(std::vector<LaneTables::Entry>& entries, const DcTable::Entry* table) {
  std::transform(table, table + kTable, std::back_inserter(entries), [](const DcTable::Entry& e) {
    if (e.bits == 0) return std::uint32_t{kBlockEnd} << 8;
    return std::uint32_t{static_cast<std::uint16_t>(e.difference)} << 16 |
           std::uint32_t{e.next} << 8 | e.bits;
  });
}

void append_skip(std::vector<LaneTables::Entry>& entries, const AcSkipTable::Entry* table) {
  std::transform(
      table, table + kTable, std::back_inserter(entries),
      [](const AcSkipTable::Entry& e) { return std::uint32_t{e.advance} << 8 | e.bits; });
}

}  // namespace

DcLanes::DcLanes(std::span<const SequentialTables* const> blocks)
    : differences_{std::vector<std::uint16_t>(kDifferences),
                   std::vector<std::uint16_t>(kDifferences)},
      reach_(kLeastReach) {
  std::vector<const SequentialTables*> known;
  std::vector<std::uint32_t> places;
  for (const SequentialTables* tables : blocks) {
    const auto found = std::ranges::find(known, tables);
    places.push_back(static_cast<std::uint32_t>((found - known.begin()) * 2 * kTable));
    if (found != known.end()) continue;
    known.push_back(tables);
    append_dc(tables_.entries, tables->dc.entries());
    append_skip(tables_.entries, tables->skip.entries());
  }
  tables_.first_dc = places.front();
  tables_.slots_in_mcu = blocks.size();
  tables_.turn = blocks.size() * (1 + (LaneTables::kUnchecked - 1) / blocks.size());
  for (std::size_t i = 0; i < tables_.turn + LaneTables::kUnchecked; ++i) {
    const std::size_t at = i % blocks.size();
    const auto skip = static_cast<std::uint32_t>(places[at] + kTable);
    tables_.slots.push_back({skip, skip ^ places[(at + 1) % blocks.size()], blocks[at]});
  }
}

void DcLanes::run(BitReader& reader) {
  if (waiting_ != 0) {
    --waiting_;
    return;
  }
  const auto margin = static_cast<std::ptrdiff_t>(tables_.slots_in_mcu * 64 * 4 + 256);
  const std::ptrdiff_t reach = std::min(reach_, (reader.left() - margin) / 2);
  if (reach < kLeastReach) return;
  for (auto& differences : differences_) std::ranges::fill(differences, std::uint16_t{0});
  const auto start = static_cast<std::uint64_t>(reader.bit());
  const auto bits = static_cast<std::uint64_t>(reach) * 8;
  const LaneRequest request{start + bits, start + 2 * bits, differences_[0], differences_[1]};
  const LaneResult result = huffman_loops().run_lanes(tables_, reader, request);
  const std::size_t slots = tables_.slots_in_mcu;
  ready_[0] = std::span(differences_[0]).first(result.first_mcus * slots);
  ready_[1] = std::span(differences_[1])
                  .first(result.second_mcus * slots)
                  .subspan(result.second_from * slots);
  if (result.first_mcus != 0) reader.seek(static_cast<std::ptrdiff_t>(result.end));
  const bool met = result.second_mcus != 0;
  const std::size_t used = std::max(ready_[0].size(), result.second_mcus * slots);
  if (used > kDifferences / 2) {
    reach_ = std::max(reach_ / 2, kLeastReach);
  } else if (used < kDifferences / 4) {
    reach_ = std::min(reach_ * 2, kMostReach);
  }
  waiting_ = met ? 0 : penalty_;
  penalty_ = met ? 1 : std::min(4 * penalty_, kMostPenalty);
}

std::uint32_t DcLanes::ready() const {
  return static_cast<std::uint32_t>((ready_[0].size() + ready_[1].size()) / tables_.slots_in_mcu);
}

void DcLanes::take(McuBlocks& mcu, std::uint32_t count, std::span<ComponentCoding> components) {
  for (auto& differences : ready_) {
    const std::size_t slots = tables_.slots_in_mcu;
    const auto mcus = std::min<std::size_t>(count, differences.size() / slots);
    const std::uint16_t* difference = differences.data();
    for (std::size_t i = 0; i < mcus; ++i) {
      for (McuBlock& block : mcu) {
        std::int16_t& predictor = components[block.selector.index].predictor;
        predictor = wrapped_sum(predictor, *difference++);
        block.values[0] = predictor;
        block.advance();
      }
    }
    differences = differences.subspan(mcus * slots);
    count -= static_cast<std::uint32_t>(mcus);
  }
}

void DcLanes::clear() { ready_ = {}; }

}  // namespace streamresize
