// A cursor knows one scan: its header, its tables, its place in the bytes, its entropy state.
#pragma once

#include <array>
#include <cstdint>

#include "coefficients.hpp"
#include "input.hpp"
#include "streamresize/frame.hpp"
#include "streamresize/status.hpp"
#include "warning_log.hpp"

namespace streamresize {

// MCUs [column, last) of the current MCU row, whose coefficients start at MCU `origin`.
struct McuRun {
  std::uint32_t origin;
  std::uint32_t column;
  std::uint32_t last;
};

// How much of the zigzag sequence each component needs: 0 is the DC coefficient alone.
using KeptCoefficients = std::array<std::uint8_t, kMaxComponents>;

class ScanCursor {
 public:
  virtual ~ScanCursor() = default;

  // Adds this scan's coefficients for the run to `row` and moves run.column on. Returns ok when
  // the run is complete; after need_input, run.column is the first MCU that is not decoded yet and
  // nothing of it is left in `row`.
  virtual Status decode(Input& input, CoefficientRow& row, McuRun& run) = 0;
};

}  // namespace streamresize
