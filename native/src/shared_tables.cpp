#include "shared_tables.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

namespace streamresize {
namespace {

// The last Count that were added.
template <typename Tables, std::size_t Count>
class Recent {
 public:
  template <typename IsWanted>
  std::shared_ptr<const Tables> find(IsWanted is_wanted) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(
        tables_, [&](const auto& tables) { return tables && is_wanted(*tables); });
    return found == tables_.end() ? nullptr : *found;
  }

  void add(std::shared_ptr<const Tables> tables) {
    const std::scoped_lock lock(mutex_);
    tables_[next_].swap(tables);
    next_ = (next_ + 1) % Count;
  }

 private:
  std::mutex mutex_;
  std::array<std::shared_ptr<const Tables>, Count> tables_;
  std::size_t next_ = 0;
};

Recent<SequentialTables, 8>& narrow_tables() {
  static Recent<SequentialTables, 8> recent;
  return recent;
}

Recent<LaneTables, 4>& lane_tables() {
  static Recent<LaneTables, 4> recent;
  return recent;
}

bool match(const SequentialTables& tables, const BlockCodes& codes, int width) {
  return tables.match(*codes.dc, *codes.ac, codes.kept, width);
}

}  // namespace

bool wants_dc_alone(std::span<const BlockCodes> mcu) {
  return std::ranges::all_of(mcu, [](const BlockCodes& codes) { return codes.kept == 0; });
}

SharedTables shared_tables(const BlockCodes& codes, int width) {
  auto known = narrow_tables().find(
      [&](const SequentialTables& tables) { return match(tables, codes, width); });
  if (known) return {std::move(known), true};
  auto made = std::make_shared<const SequentialTables>(*codes.dc, *codes.ac, codes.kept, width);
  if (width < LaneTables::kWidth) narrow_tables().add(made);
  return {std::move(made), false};
}

std::shared_ptr<const LaneTables> known_lane_tables(std::span<const BlockCodes> mcu) {
  return lane_tables().find([&](const LaneTables& tables) {
    return std::ranges::equal(tables.blocks, mcu, [&](const auto& block, const BlockCodes& codes) {
      return match(*block, codes, block->width);
    });
  });
}

std::shared_ptr<const LaneTables> make_lane_tables(std::span<const BlockCodes> mcu) {
  const int width = LaneTables::width_for(wants_dc_alone(mcu));
  std::vector<std::shared_ptr<const SequentialTables>> blocks;
  for (const BlockCodes& codes : mcu) {
    const auto found = std::ranges::find_if(
        blocks, [&](const auto& block) { return match(*block, codes, width); });
    blocks.push_back(found != blocks.end() ? *found
                                           : std::make_shared<const SequentialTables>(
                                                 *codes.dc, *codes.ac, codes.kept, width));
  }
  return std::make_shared<const LaneTables>(std::move(blocks));
}

void keep_lane_tables(std::shared_ptr<const LaneTables> tables) {
  lane_tables().add(std::move(tables));
}

}  // namespace streamresize
