#include "arithmetic_coder.hpp"

#include <algorithm>

#include "coefficient_math.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

// Table F.4: places of the statistics of a DC difference.
constexpr std::size_t kDcMagnitude = 20;    // X1
constexpr std::size_t kMagnitudeBits = 14;  // from Xn to Mn
// Table F.5: places of the statistics of AC coefficients, three for each k.
constexpr std::size_t kAcLowMagnitude = 189;  // X2 for k <= Kx
constexpr std::size_t kAcHighMagnitude = 217;
constexpr std::int32_t kTooLarge = 0x8000;

constexpr const char* kBadMagnitude = "arithmetic-coded magnitude out of range";
constexpr const char* kBadRun = "arithmetic-coded run beyond the band";

std::int16_t& at_zigzag(const CoefficientRow::Block& block, int k) {
  return block.values[kNaturalOrder[static_cast<std::size_t>(k)]];
}

}  // namespace

std::int32_t ArithmeticCoder::decode_magnitude(std::int32_t leading, Statistic& statistic) {
  std::int32_t value = leading;
  for (std::int32_t bit = leading >> 1; bit != 0; bit >>= 1) {
    if (decoder_.decode(statistic)) value |= bit;
  }
  return value + 1;
}

// F.2.4.1
bool ArithmeticCoder::decode_dc(const ScanComponent& component) {
  auto& statistics = dc_[component.dc_table];
  std::uint8_t& context = contexts_[component.index];
  std::size_t place = context;
  if (!decoder_.decode(statistics[place])) {
    context = 0;
    return true;
  }
  const bool negative = decoder_.decode(statistics[place + 1]);
  place += negative ? 3 : 2;
  std::int32_t leading = 0;
  if (decoder_.decode(statistics[place])) {
    leading = 1;
    place = kDcMagnitude;
    while (decoder_.decode(statistics[place])) {
      leading <<= 1;
      if (leading == kTooLarge) return false;
      ++place;
    }
  }
  const std::int32_t lower = 1 << conditioning_.dc_lower[component.dc_table] >> 1;
  const std::int32_t upper = 1 << conditioning_.dc_upper[component.dc_table] >> 1;
  const std::uint8_t size_class = leading < lower ? 0 : leading > upper ? 12 : 4;
  context =
      size_class == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(size_class + 4 * negative);
  const std::int32_t magnitude = decode_magnitude(leading, statistics[place + kMagnitudeBits]);
  std::int16_t& predictor = predictors_[component.index];
  predictor = wrapped_sum(predictor, negative ? -magnitude : magnitude);
  return true;
}

// F.2.4.2
const char* ArithmeticCoder::decode_band(const ScanComponent& component,
                                         const CoefficientRow::Block& block, int first, int last,
                                         int low_bit) {
  auto& statistics = ac_[component.ac_table];
  for (int k = first; k <= last; ++k) {
    std::size_t place = 3 * static_cast<std::size_t>(k - 1);
    if (decoder_.decode(statistics[place])) break;  // EOB
    while (!decoder_.decode(statistics[place + 1])) {
      place += 3;
      if (++k > last) return kBadRun;
    }
    const bool negative = decoder_.decode_equiprobable();
    place += 2;
    std::int32_t leading = decoder_.decode(statistics[place]) ? 1 : 0;
    if (leading != 0 && decoder_.decode(statistics[place])) {
      leading = 2;
      const bool is_low = k <= conditioning_.ac_threshold[component.ac_table];
      place = is_low ? kAcLowMagnitude : kAcHighMagnitude;
      while (decoder_.decode(statistics[place])) {
        leading <<= 1;
        if (leading == kTooLarge) return kBadMagnitude;
        ++place;
      }
    }
    const std::int32_t magnitude = decode_magnitude(leading, statistics[place + kMagnitudeBits]);
    const auto value = static_cast<std::int16_t>(negative ? -magnitude : magnitude);
    at_zigzag(block, k) = shifted(value, low_bit);
    *block.last = std::max(*block.last, static_cast<std::uint8_t>(k));
  }
  return nullptr;
}

const char* ArithmeticSequential::decode(const McuBlock& block) {
  if (!decode_dc(block.selector)) return kBadMagnitude;
  block.values[0] = predictors_[block.selector.index];
  if (kept_[block.selector.index] != 0) return decode_band(block.selector, block, 1, 63, 0);
  std::array<std::int16_t, 64> values;
  std::uint8_t last = 0;
  return decode_band(block.selector, {values.data(), &last, nullptr}, 1, 63, 0);
}

void ArithmeticSequential::fill(const McuBlock& block) const {
  CoefficientRow::clear(block);
  block.values[0] = predictors_[block.selector.index];
}

const char* ArithmeticDcFirst::decode(const McuBlock& block) {
  if (!decode_dc(block.selector)) return kBadMagnitude;
  fill(block);
  return nullptr;
}

void ArithmeticDcFirst::fill(const McuBlock& block) const {
  block.values[0] = shifted(predictors_[block.selector.index], low_bit_);
}

const char* ArithmeticDcRefine::decode(const McuBlock& block) {
  if (decoder_.decode_equiprobable()) block.values[0] = with_bit(block.values[0], low_bit_);
  return nullptr;
}

const char* ArithmeticAcFirst::decode(const McuBlock& block) {
  return decode_band(block.selector, block, first_, last_, low_bit_);
}

// G.1.3.3
const char* ArithmeticAcRefine::decode(const McuBlock& block) {
  auto& statistics = ac_[block.selector.ac_table];
  int known = last_;  // the last coefficient that earlier scans made non-zero
  while (known >= first_ && at_zigzag(block, known) == 0) --known;
  for (int k = first_; k <= last_; ++k) {
    std::size_t place = 3 * static_cast<std::size_t>(k - 1);
    if (k > known && decoder_.decode(statistics[place])) break;  // EOB
    while (true) {
      std::int16_t& value = at_zigzag(block, k);
      if (value != 0) {
        if (decoder_.decode(statistics[place + 2])) value = refined(value, false, low_bit_);
        break;
      }
      if (decoder_.decode(statistics[place + 1])) {
        value = unit(decoder_.decode_equiprobable(), low_bit_);
        *block.last = std::max(*block.last, static_cast<std::uint8_t>(k));
        break;
      }
      place += 3;
      if (++k > last_) return kBadRun;
    }
  }
  return nullptr;
}

}  // namespace streamresize
