// One scan as found in the file, and the cursor that decodes it.
#pragma once

#include <cstdint>
#include <memory>

#include "coefficients.hpp"
#include "scan_cursor.hpp"
#include "tables.hpp"
#include "warning_log.hpp"

namespace streamresize {

struct Scan {
  ScanHeader header;
  Tables tables;
  std::uint64_t begin = 0;  // of the entropy-coded data
  std::uint64_t end = 0;    // behind the marker that ends it, or further on
};

// Blocks that decoding the scan visits.
std::uint64_t block_visits(const Frame& frame, const Scan& scan);

// How a scan is decoded. Of its first `skipped` MCUs no AC coefficient is needed. Where it
// `repeats` a component of an earlier one, which damaged files do, blocks are not empty.
struct ScanTask {
  const KeptCoefficients& kept;
  std::uint64_t skipped = 0;
  unsigned threads = 1;
  bool repeats = false;
};

// `log` must outlive the cursor.
Status make_cursor(const Frame& frame, const Scan& scan, const ScanTask& task, WarningLog& log,
                   std::unique_ptr<ScanCursor>& cursor);

}  // namespace streamresize
