// Tables and scan headers as the marker segments give them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "huffman.hpp"
#include "streamresize/frame.hpp"

namespace streamresize {

using QuantizationTable = std::array<std::uint16_t, 64>;  // natural order

template <typename Table>
struct TableSlot {
  Table table{};
  bool defined = false;
};

// Conditioning of the arithmetic coder's statistics (T.81 B.2.4.3, F.1.4.4).
struct ArithmeticConditioning {
  std::array<std::uint8_t, 4> dc_lower{};
  std::array<std::uint8_t, 4> dc_upper{1, 1, 1, 1};
  std::array<std::uint8_t, 4> ac_threshold{5, 5, 5, 5};
};

// The tables that are in force at one place in the file (T.81 B.2.4).
struct Tables {
  std::array<TableSlot<QuantizationTable>, 4> quantization;
  std::array<TableSlot<HuffmanSpec>, 4> dc;
  std::array<TableSlot<HuffmanSpec>, 4> ac;
  ArithmeticConditioning conditioning;
  std::uint32_t restart_interval = 0;
};

// T.81 B.2.3.
struct ScanComponent {
  std::uint8_t index;  // into Frame::components
  std::uint8_t dc_table;
  std::uint8_t ac_table;
};

struct ScanHeader {
  std::uint64_t offset = 0;  // of the SOS marker
  std::uint8_t component_count = 0;
  std::array<ScanComponent, kMaxComponents> components{};
  std::uint8_t first = 0;     // Ss, zigzag index
  std::uint8_t last = 63;     // Se
  std::uint8_t high_bit = 0;  // Ah
  std::uint8_t low_bit = 0;   // Al
};

}  // namespace streamresize
