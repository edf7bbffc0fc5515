// A cursor knows one scan: its header, its tables, its place in the bytes, its entropy state.
#pragma once

#include <cstdint>

#include "coefficients.hpp"
#include "input.hpp"
#include "streamresize/status.hpp"

namespace streamresize {

// MCUs [next, last) of the scan within one MCU row of the frame, whose coefficients start at MCU
// `origin`.
struct McuRun {
  std::uint32_t row = 0;
  std::uint32_t origin = 0;
  std::uint32_t next = 0;
  std::uint32_t last = 0;
};

class ScanCursor {
 public:
  virtual ~ScanCursor() = default;

  // MCUs that this scan has in MCU row `row` of the frame.
  [[nodiscard]] virtual std::uint32_t mcus_in_row(std::uint32_t row) const = 0;

  // Adds this scan's coefficients for the run to `coefficients` and moves run.next on. Returns ok
  // when the run is complete. After need_input, `coefficients` holds whole MCUs only.
  virtual Status decode(Input& input, CoefficientRow& coefficients, McuRun& run) = 0;
};

}  // namespace streamresize
