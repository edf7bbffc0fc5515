// Streaming JPEG decoder: bytes in, one MCU row of planar samples out.
//
// Order of calls:
//   append()/finish_input()  at any time, in pieces of any size
//   read_header()            until it no longer says need_input
//   start()                  once, chooses the DCT scale of every component
//   decode_mcu_row()         until it says end
//
// Invariants:
//   1. need_input changes nothing that a repeated call could notice: results do not depend on how
//      the source was cut into pieces.
//   2. A failed status is final: every later call returns the same one.
//   3. Memory held: the bytes not consumed yet (at most one segment or MCU, plus the last piece),
//      the kept segments (bounded by Limits), the tables, and kMcuGroup MCUs of coefficients.
//      Nothing depends on the height of the picture.
//
// Not thread-safe; distinct decoders share no mutable state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "streamresize/frame.hpp"
#include "streamresize/status.hpp"

namespace streamresize {

// Bounds checked before memory is taken or time is spent.
struct Limits {
  std::uint32_t width = 65535;
  std::uint32_t height = 65535;
  std::uint64_t pixels = std::uint64_t{65535} * 65535;
  std::uint64_t source_bytes = std::uint64_t{1} << 40;
  std::uint64_t metadata_bytes = std::uint64_t{1} << 24;
};

// Damage met inside entropy-coded data: the MCUs from `mcu` on, up to the next restart interval or
// to the end, repeat the last DC values.
struct Warning {
  const char* what = "";
  std::uint64_t offset = 0;
  std::uint64_t mcu = 0;
};

// Where the samples of one component go. `rows` rows of `width` samples, `stride` bytes apart.
struct PlaneView {
  std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;
  std::uint32_t width = 0;
  std::uint32_t rows = 0;
};

// One component at its DCT scale.
struct PlaneLayout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t rows_per_mcu_row = 0;  // the last MCU row may hold fewer
};

class Decoder {
 public:
  explicit Decoder(const Limits& limits = {});
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Copies `bytes` behind those not consumed yet.
  Status append(std::span<const std::uint8_t> bytes);
  void finish_input();
  [[nodiscard]] std::uint64_t bytes_consumed() const;

  // Reads up to and including the first SOS marker segment.
  Status read_header();

  // Valid once read_header() has returned ok.
  [[nodiscard]] const Header& header() const;

  // `scales`: one of 1, 2, 4, 8 for each component. `strict`: damage fails instead of warning.
  // Precondition: read_header() returned ok; scales.size() is the number of components.
  Status start(std::span<const std::uint8_t> scales, bool strict);

  // Valid once start() has returned ok.
  [[nodiscard]] PlaneLayout plane(std::size_t component) const;

  // Writes the samples of the next MCU row, one view for each component; a view's width and rows
  // clip what is written. After need_input the same views must be passed again.
  Status decode_mcu_row(std::span<const PlaneView> planes);

  // At most kMaxWarnings are kept; warning_count() goes on counting.
  static constexpr std::size_t kMaxWarnings = 16;
  [[nodiscard]] std::span<const Warning> warnings() const;
  [[nodiscard]] std::uint64_t warning_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace streamresize
