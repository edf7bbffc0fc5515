// The scans of a multi-scan file, side by side, one MCU row at a time.
//
// Every scan has its cursor and reads ahead for itself. Scans that follow each other make a stage:
// while one stage adds its coefficients to an MCU row, the stage before it is one row further on.
// So stages work at the same time, and what a later scan refines is there when it comes. One thread
// has one stage.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "coefficients.hpp"
#include "input.hpp"
#include "scan.hpp"
#include "scan_cursor.hpp"
#include "streamresize/byte_source.hpp"
#include "streamresize/decoder.hpp"
#include "warning_log.hpp"
#include "workers.hpp"

namespace streamresize {

class ScanStages {
 public:
  ScanStages() = default;
  ~ScanStages() { close(); }
  ScanStages(const ScanStages&) = delete;
  ScanStages& operator=(const ScanStages&) = delete;

  // `scans` in the order of the file; the source must outlive this.
  Status open(const Frame& frame, std::span<const Scan> scans, const KeptCoefficients& kept,
              const DecodeOptions& options, ByteSource& source);
  void close();
  [[nodiscard]] bool is_open() const { return !stages_.empty(); }

  // Completes the next MCU row; `log` is given the damage in it. Fails where a scan has failed in
  // this row or, being damaged, before.
  Status decode_row(WarningLog& log);

  // Of the row that is complete; whoever takes them leaves them clear.
  [[nodiscard]] CoefficientRow& coefficients() { return rows_[(row_ - 1) % rows_.size()]; }

 private:
  struct OpenScan {
    std::unique_ptr<ScanCursor> cursor;
    Input input;
    std::uint64_t end;
  };

  // What became of a row.
  struct Outcome {
    Status status;
    WarningLog log;
  };

  struct Stage {
    WarningLog log;  // of the row that it is at
    std::vector<OpenScan> scans;
    std::vector<std::uint8_t> window;
    std::vector<Outcome> outcomes;  // of as many rows as there are at once
  };

  void begin_step();
  void finish_step();
  void decode(std::size_t number);
  Status decode(Stage& stage, std::uint32_t row);
  void refill(OpenScan& scan, std::span<std::uint8_t> window);

  ByteSource* source_ = nullptr;
  std::uint32_t mcu_rows_ = 0;
  std::vector<Stage> stages_;
  std::vector<CoefficientRow> rows_;
  std::uint32_t row_ = 0;   // rows that are complete
  std::uint32_t step_ = 0;  // in which stage i is at row `step_` - i
  bool is_running_ = false;
  std::unique_ptr<Workers> workers_;
};

}  // namespace streamresize
