// Damage met on the way, or the reason to stop at the first.
#pragma once

#include <cstdint>
#include <vector>

#include "streamresize/decoder.hpp"

namespace streamresize {

class WarningLog {
 public:
  explicit WarningLog(bool strict) : strict_(strict) {}

  // Fails where damage is not tolerated.
  Status report(const Warning& warning) {
    if (strict_) return Status::malformed(warning.what, warning.offset);
    if (warnings_.size() < Decoder::kMaxWarnings) warnings_.push_back(warning);
    ++count_;
    return {};
  }

  // What another log has found later.
  void add(const WarningLog& other) {
    for (const Warning& warning : other.warnings_) {
      if (warnings_.size() < Decoder::kMaxWarnings) warnings_.push_back(warning);
    }
    count_ += other.count_;
  }

  [[nodiscard]] bool strict() const { return strict_; }
  [[nodiscard]] std::span<const Warning> warnings() const { return warnings_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  bool strict_;
  std::vector<Warning> warnings_;
  std::uint64_t count_ = 0;
};

}  // namespace streamresize
