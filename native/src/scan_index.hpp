// The scans of a file, in order, and what they say about each coefficient.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "coefficients.hpp"
#include "scan.hpp"

namespace streamresize {

class ScanIndex {
 public:
  // False where the scan brings nothing that earlier ones have not brought; it is then left out.
  bool add(const Scan& scan);

  [[nodiscard]] std::vector<Scan>& scans() { return scans_; }

  // Every bit of the coefficients in `kept` has been found; with `preview`, some bits of every DC.
  [[nodiscard]] bool complete(const Frame& frame, const KeptCoefficients& kept, bool preview) const;

  // Leaves only the scans that matter.
  void select(const KeptCoefficients& kept, bool preview);

  // Some scan has coefficients of the component.
  [[nodiscard]] bool has(std::size_t component) const { return low_bit_[component][0] != kUnseen; }

 private:
  // Refinement reads a bit for every coefficient of its band that is known not to be zero, so the
  // whole band has to be decoded where a part of it is wanted (G.1.2.3).
  [[nodiscard]] KeptCoefficients with_refined_bands(const KeptCoefficients& kept) const;

  static constexpr std::uint8_t kUnseen = 255;
  using LowBits = std::array<std::uint8_t, 64>;  // Al of the last scan, by zigzag index

  static constexpr std::array<LowBits, kMaxComponents> unseen() {
    std::array<LowBits, kMaxComponents> all{};
    for (LowBits& bits : all) bits.fill(kUnseen);
    return all;
  }

  std::vector<Scan> scans_;
  std::array<LowBits, kMaxComponents> low_bit_ = unseen();
};

}  // namespace streamresize
