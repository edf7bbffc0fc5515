#include "scan_index.hpp"

#include <algorithm>

namespace streamresize {

bool ScanIndex::add(const Scan& scan) {
  bool is_news = false;
  for (std::size_t i = 0; i < scan.header.component_count; ++i) {
    LowBits& bits = low_bit_[scan.header.components[i].index];
    for (std::size_t k = scan.header.first; k <= scan.header.last; ++k) {
      is_news = is_news || scan.header.low_bit < bits[k];
    }
  }
  if (!is_news) return false;
  for (std::size_t i = 0; i < scan.header.component_count; ++i) {
    LowBits& bits = low_bit_[scan.header.components[i].index];
    std::fill(bits.begin() + scan.header.first, bits.begin() + scan.header.last + 1,
              scan.header.low_bit);
  }
  scans_.push_back(scan);
  return true;
}

bool ScanIndex::complete(const Frame& frame, const KeptCoefficients& kept, bool preview) const {
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const LowBits& bits = low_bit_[i];
    if (preview ? bits[0] == kUnseen
                : std::any_of(bits.begin(), bits.begin() + kept[i] + 1,
                              [](std::uint8_t low_bit) { return low_bit != 0; })) {
      return false;
    }
  }
  return true;
}

void ScanIndex::select(const KeptCoefficients& kept, bool preview) {
  const KeptCoefficients needed = with_refined_bands(kept);
  std::erase_if(scans_, [&](const Scan& scan) {
    if (scan.header.first == 0) return preview && scan.header.high_bit != 0;
    return preview || scan.header.first > needed[scan.header.components[0].index];
  });
}

KeptCoefficients ScanIndex::with_refined_bands(const KeptCoefficients& kept) const {
  KeptCoefficients needed = kept;
  bool grown = true;
  while (grown) {
    grown = false;
    for (const auto& [header, tables, begin, end] : scans_) {
      std::uint8_t& limit = needed[header.components[0].index];
      const bool refines = header.high_bit != 0 && header.first != 0 && header.first <= limit;
      if (!refines || header.last <= limit) continue;
      limit = header.last;
      grown = true;
    }
  }
  return needed;
}

}  // namespace streamresize
