// What the headers of a JPEG say: frame, components, kept application segments.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace streamresize {

inline constexpr std::size_t kMaxComponents = 4;
inline constexpr std::uint32_t kBlockSize = 8;

constexpr std::uint32_t ceil_div(std::uint32_t value, std::uint32_t divisor) {
  return value / divisor + (value % divisor != 0 ? 1 : 0);
}

// One component of the frame (T.81 B.2.2). `h` and `v` are the sampling factors as written;
// `blocks_h` and `blocks_v` are its blocks in one MCU of an interleaved scan, and 1 x 1 where the
// frame has a single component (A.2.2).
struct Component {
  std::uint8_t id = 0;
  std::uint8_t h = 1;
  std::uint8_t v = 1;
  std::uint8_t quantization = 0;
  std::uint8_t blocks_h = 1;
  std::uint8_t blocks_v = 1;
  std::uint32_t width = 0;   // samples, ceil(X * h / hmax) (A.1.1)
  std::uint32_t height = 0;  // samples
};

struct Frame {
  std::uint8_t sof = 0;  // n of SOFn
  std::uint8_t precision = 8;
  std::uint8_t component_count = 0;
  std::uint8_t h_max = 1;
  std::uint8_t v_max = 1;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t mcu_columns = 0;
  std::uint32_t mcu_rows = 0;
  std::array<Component, kMaxComponents> components{};

  [[nodiscard]] bool progressive() const { return sof == 2 || sof == 10; }
  [[nodiscard]] bool arithmetic() const { return sof >= 9; }
};

// An application segment kept for the caller: APP0, APP1, APP2, APP13 or APP14, without its
// length field.
struct Segment {
  std::uint8_t marker = 0;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> payload;
};

struct Header {
  Frame frame;
  std::uint32_t restart_interval = 0;  // MCUs, 0 for none
  bool multi_scan = false;             // see Decoder::read_scans()
  std::vector<Segment> segments;
};

}  // namespace streamresize
