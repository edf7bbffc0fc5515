// Huffman-coded sequential scan (T.81 F.2.2).
#pragma once

#include <array>
#include <cstdint>

#include "bit_reader.hpp"
#include "huffman.hpp"
#include "scan_cursor.hpp"
#include "tables.hpp"

namespace streamresize {

class SequentialScan final : public ScanCursor {
 public:
  SequentialScan(const Frame& frame, const ScanHeader& header, const KeptCoefficients& kept,
                 std::uint32_t restart_interval, WarningLog& log);

  // Must succeed before decode().
  Status build_tables(const Tables& tables);

  Status decode(Input& input, CoefficientRow& row, McuRun& run) override;

 private:
  struct ScanPart {
    ScanComponent selector;
    std::uint8_t blocks_h;
    std::uint8_t blocks_v;
    std::uint8_t kept;
  };

  // What has to be put back when the bytes run out inside an MCU.
  struct Checkpoint {
    BitReader reader;
    std::array<std::int16_t, kMaxComponents> predictors;
  };

  enum class Marker : std::uint8_t { restart, other, need_input };

  Status begin_mcu(Input& input);
  Status begin_interval(Input& input);
  Marker find_marker(const Input& input);
  const char* decode_mcu(CoefficientRow& row, std::uint32_t column);
  const char* decode_block(const ScanPart& part, const CoefficientRow::Block& block);
  const char* decode_ac(const ScanPart& part, const CoefficientRow::Block& block);
  const char* skip_ac(const HuffmanTable& table, int k);
  void fill_mcu(CoefficientRow& row, std::uint32_t column);
  Status damaged(const char* what, std::uint64_t offset);
  [[nodiscard]] std::uint64_t offset(const Input& input) const;

  template <typename Visit>
  void for_each_block(CoefficientRow& row, std::uint32_t column, Visit visit);

  std::array<ScanPart, kMaxComponents> parts_{};
  std::uint64_t header_offset_;
  std::size_t part_count_;
  std::uint32_t restart_interval_;
  WarningLog& log_;
  std::array<HuffmanTable, 4> dc_tables_;
  std::array<HuffmanTable, 4> ac_tables_;

  BitReader reader_;
  std::array<std::int16_t, kMaxComponents> predictors_{};
  std::uint64_t mcu_ = 0;                // MCUs decoded or filled so far
  std::uint32_t interval_left_ = 0;      // MCUs to the next restart marker
  std::uint8_t next_restart_ = 0;        // n of the RSTn that ends the current interval
  bool filling_ = false;                 // damaged: repeat the DC values up to the next interval
  bool ended_ = false;                   // no restart marker can follow any more
};

}  // namespace streamresize
