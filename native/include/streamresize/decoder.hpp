// Streaming JPEG decoder: bytes in, one MCU row of planar samples out.
//
// Order of calls:
//   append()/finish_input()  at any time, in pieces of any size
//   read_header()            until it no longer says need_input
//   start()                  once, chooses the DCT scale of every component
//   decode_mcu_row()         until it says end
// Where header().multi_scan is set (progressive, non-interleaved, height given by DNL), every MCU
// row needs bytes from many places, and between start() and the first row there are
//   read_scans()             until it no longer says need_input
//   open()                   random access to the bytes that were appended
//
// Invariants:
//   1. need_input changes nothing that a repeated call could notice: results do not depend on how
//      the source was cut into pieces.
//   2. A failed status is final: every later call returns the same one.
//   3. Memory held: the bytes not consumed yet (at most one segment or MCU, plus the last piece),
//      the kept segments and the scans' tables (bounded by Limits), and coefficients: of kMcuGroup
//      MCUs, or of one MCU row and a window of bytes for each scan that is decoded.
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

#include "streamresize/byte_source.hpp"
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
  std::uint32_t scans = 200;
  // Work: blocks visited, once for each scan, at most the larger of these.
  std::uint64_t blocks = std::uint64_t{1} << 24;
  std::uint64_t blocks_per_byte = 64;  // of the source
};

// Columns [first, last) of a plane, none where both are the same, in the rows from `top` on.
struct PlaneArea {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t top = 0;
};

struct DecodeOptions {
  bool strict = false;   // damage fails instead of warning
  bool preview = false;  // stop at the first scans that give every component's DC coefficients
  unsigned threads = 1;  // that decode the scans; the caller's is one of them
  // What is wanted, for each component; empty for all. MCUs without anything of it are decoded no
  // further than the others need, and not written.
  std::vector<PlaneArea> wanted{};
};

// Damage met inside entropy-coded data: the MCUs from `mcu` on, up to the next restart interval or
// to the end, repeat the last DC values, or stay as earlier scans left them.
struct Warning {
  const char* what = "";
  std::uint64_t offset = 0;
  std::uint64_t mcu = 0;

  bool operator==(const Warning&) const = default;
};

// Where the samples of one component go: `rows` rows of `width` samples, `stride` bytes apart. A
// sample takes one byte, or two in the machine's order where the precision is above 8.
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

  // Reads up to and including the first SOS marker segment; on to the DNL segment where the height
  // is given there.
  Status read_header();

  // Valid once read_header() has returned ok.
  [[nodiscard]] const Header& header() const;

  // The length of the source where it is known beforehand: work is then refused before it starts.
  void expect_bytes(std::uint64_t count);

  // `scales`: one of 1, 2, 4, 8 for each component.
  // Precondition: read_header() returned ok; scales.size() is the number of components.
  Status start(std::span<const std::uint8_t> scales, const DecodeOptions& options);

  // Finds the scans that the scales need; ok when the rest of the source does not matter.
  Status read_scans();

  // The source as appended so far; must stay readable while rows are decoded.
  void open(std::unique_ptr<ByteSource> source);

  // Valid once start() has returned ok.
  [[nodiscard]] PlaneLayout plane(std::size_t component) const;

  // Writes the samples of the next MCU row, one view for each component; a view's width and rows
  // clip what is written. After need_input the same views must be passed again.
  Status decode_mcu_row(std::span<const PlaneView> planes);

  // Ends what other threads do, so that the source can be closed. No row can be decoded any more.
  void close();

  // At most kMaxWarnings are kept; warning_count() goes on counting.
  static constexpr std::size_t kMaxWarnings = 16;
  [[nodiscard]] std::span<const Warning> warnings() const;
  [[nodiscard]] std::uint64_t warning_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace streamresize
