// Tables that pictures share: encoders write the same ones again and again. Any thread may ask.
#pragma once

#include <memory>
#include <span>

#include "huffman.hpp"
#include "huffman_loops.hpp"
#include "lane_tables.hpp"

namespace streamresize {

// What a block is coded with. `kept` is the highest zigzag index that is needed.
struct BlockCodes {
  const HuffmanTable* dc;
  const HuffmanTable* ac;
  int kept;
};

// Of no block of an MCU anything but its DC difference.
bool wants_dc_alone(std::span<const BlockCodes> mcu);

struct SharedTables {
  std::shared_ptr<const SequentialTables> tables;
  bool is_known;  // a recent picture had them, too
};

// Tables of so many bits; the last few of less than LaneTables::kWidth are kept.
SharedTables shared_tables(const BlockCodes& codes, int width);

// Tables for lanes, for the blocks of one MCU: those that are kept, or none.
std::shared_ptr<const LaneTables> known_lane_tables(std::span<const BlockCodes> mcu);

// New ones, which take longer to make than a small picture is worth.
std::shared_ptr<const LaneTables> make_lane_tables(std::span<const BlockCodes> mcu);

// Keeps these, and the last few before them, for the next pictures.
void keep_lane_tables(std::shared_ptr<const LaneTables> tables);

}  // namespace streamresize
