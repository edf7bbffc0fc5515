// Lanes against the plain loop. The first bytes choose the threads, the MCU and the tables.
#include <algorithm>
#include <array>

#include "lanes_agree.hpp"

using namespace streamresize;

namespace {

constexpr std::size_t kChoices = 22;
constexpr std::size_t kLeastBytes = 8000;  // fewer are repeated, to give the lanes room

// The standard table, or one whose code lengths the input has.
HuffmanTable table_from(std::span<const std::uint8_t> counts, const HuffmanSpec& standard) {
  HuffmanSpec spec = standard;
  for (std::size_t i = 0; i < 16; ++i) spec.counts[i] = counts[i] & 15;
  HuffmanTable table;
  if (counts[0] < 128 && table.build(spec)) return table;
  (void)table.build(standard);
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= kChoices) return 0;
  const std::span<const std::uint8_t> choices(data, kChoices);
  constexpr std::array<std::uint8_t, 4> kKept = {0, 4, 24, 63};
  std::array<HuffmanTable, 2> dc;
  std::array<HuffmanTable, 2> ac;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!dc[i].build(standard_dc_table(i == 1))) __builtin_trap();
    ac[i] = table_from(choices.subspan(4 * i, 16), standard_ac_table(i == 1));
  }
  std::vector<LaneComponent> components;
  for (std::size_t i = 0; i < 1U + choices[0] % 4U; ++i) {
    const std::uint8_t choice = choices[i];
    components.push_back({static_cast<std::uint8_t>(1 + (choice >> 2 & 3)), kKept[choice >> 4 & 3],
                          &dc[choice >> 6 & 1], &ac[choice >> 7]});
  }
  std::vector<std::uint8_t> bytes(data + kChoices, data + size);
  while (bytes.size() < kLeastBytes) {
    bytes.insert(bytes.end(), data + kChoices, data + size);
  }
  const unsigned threads = choices[1] % 8 == 0 ? 2 : 1;
  const std::uint64_t mcus = choices[2] % 2 == 0 ? 100 : 1 << 20;
  LaneIntervals intervals;
  if (choices[20] != 0) intervals = {.count = choices[20], .mcus = 1U + choices[21]};
  if (!lanes_agree(bytes, components, threads, mcus, intervals).same) __builtin_trap();
  return 0;
}
