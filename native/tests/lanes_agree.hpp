// Lanes against the plain loop.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "huffman.hpp"
#include "restart_intervals.hpp"

// The blocks of one component in an MCU.
struct LaneComponent {
  std::uint8_t blocks;  // at most 16
  std::uint8_t kept;    // 0, 4, 24 or 63
  const streamresize::HuffmanTable* dc;
  const streamresize::HuffmanTable* ac;
};

// Into how many restart intervals the bytes are divided, and how many MCUs each should have.
struct LaneIntervals {
  std::size_t count = 1;
  std::uint64_t mcus = streamresize::RestartIntervals::kUnlimited;
};

struct LaneAgreement {
  bool same = true;
  std::uint32_t mcus = 0;  // that came out of lanes
};

// Decodes `bytes`, which have no stuffed zeros, with lanes on so many threads and without lanes,
// until neither goes on, or they differ. At most four components. The lanes have room as for `mcus`
// MCUs.
LaneAgreement lanes_agree(std::span<const std::uint8_t> bytes,
                          const std::vector<LaneComponent>& components, unsigned threads,
                          std::uint64_t mcus, LaneIntervals intervals = {});
