// What all scans share, whatever codes their coefficients: MCUs, restart intervals, damage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "markers.hpp"
#include "scan_cursor.hpp"
#include "scan_layout.hpp"
#include "warning_log.hpp"

namespace streamresize {

// A Coder offers
//   kMaxBlockBytes                the most bytes that one block can take
//   attach(bytes)                 continue in these bytes
//   position(), end()             what it has not taken yet; set_position() moves on
//   buffered_bytes()              bytes taken but not decoded
//   overrun()                     decoded more than there was
//   begin_interval()              forget everything but the tables (E.2.4)
//   decode(part, block)           add one block; returns the fault or nullptr
//   fill(part, block)             stand in for a block that is lost
template <typename Coder>
class EntropyScan final : public ScanCursor {
 public:
  EntropyScan(const ScanLayout& layout, Coder coder, std::uint32_t restart_interval,
              WarningLog& log)
      : layout_(layout),
        coder_(std::move(coder)),
        log_(log),
        reserve_(static_cast<std::ptrdiff_t>(layout.blocks_per_mcu() * Coder::kMaxBlockBytes)),
        restart_interval_(restart_interval),
        interval_left_(restart_interval) {}

  [[nodiscard]] std::uint32_t mcus_in_row(std::uint32_t row) const override {
    return layout_.mcus_in_row(row);
  }

  Status decode(Input& input, CoefficientRow& coefficients, McuRun& run) override {
    const std::uint8_t* begin = input.bytes().data();
    coder_.attach(input.bytes());
    Status status;
    for (; run.next < run.last && status.ok(); run.next += status.ok() ? 1 : 0) {
      status = prepare_mcu(input);
      if (status.ok()) status = decode_mcu(input, coefficients, run);
    }
    input.consume(static_cast<std::size_t>(coder_.position() - begin));
    return status;
  }

 private:
  enum class Marker : std::uint8_t { restart, other, need_input };

  // Behind the end of a restart interval, with the bytes of a whole MCU at hand.
  Status prepare_mcu(const Input& input) {
    if (restart_interval_ != 0 && interval_left_ == 0 && !ended_) {
      if (Status status = begin_interval(input); !status.ok()) return status;
    }
    const bool ready = filling_ || coder_.end() - coder_.position() >= reserve_ ||
                       input.finished() || marker_follows();
    return ready ? Status{} : Status::need_input();
  }

  Status decode_mcu(const Input& input, CoefficientRow& coefficients, const McuRun& run) {
    Status status;
    if (!filling_) {
      const char* fault = layout_.for_each_block(
          coefficients, run,
          [this](const auto& part, const auto& block) { return coder_.decode(part, block); });
      if (coder_.overrun()) fault = "the entropy-coded data ends early";
      if (fault != nullptr) status = damaged(fault, input, coder_.buffered_bytes());
    }
    if (filling_) {
      layout_.for_each_block(coefficients, run, [this](const auto& part, const auto& block) {
        coder_.fill(part, block);
        return static_cast<const char*>(nullptr);
      });
    }
    if (interval_left_ != 0) --interval_left_;
    ++mcu_;
    return status;
  }

  // Takes the marker that separates two restart intervals.
  Status begin_interval(const Input& input) {
    while (true) {
      const Marker found = find_marker(input);
      if (found == Marker::need_input) return Status::need_input();
      if (found == Marker::other) {
        ended_ = true;
        return filling_ ? Status{} : damaged("restart marker missing", input);
      }
      const std::uint8_t number = coder_.position()[1] - marker::kRst0;
      const int ahead = (number - next_restart_) & 7;
      if (ahead >= 6) {  // a marker of an interval that has passed
        coder_.set_position(coder_.position() + 2);
        continue;
      }
      interval_left_ = restart_interval_;
      if (ahead == 1 || ahead == 2) {  // an interval is missing: fill it, the marker stays
        next_restart_ = (next_restart_ + 1) & 7;
        return filling_ ? Status{} : damaged("restart marker missing", input);
      }
      Status status;
      if (ahead != 0) status = report("restart marker out of order", input, 0);
      next_restart_ = (number + 1) & 7;
      coder_.set_position(coder_.position() + 2);
      coder_.begin_interval();
      filling_ = false;
      return status;
    }
  }

  // Moves the coder to the next marker; stuffed and fill bytes are passed over.
  Marker find_marker(const Input& input) {
    const std::uint8_t* at = next_marker(coder_.position(), coder_.end());
    coder_.set_position(at);
    if (coder_.end() - at < 2) return input.finished() ? Marker::other : Marker::need_input;
    return marker::is_restart(at[1]) ? Marker::restart : Marker::other;
  }

  [[nodiscard]] bool marker_follows() const {
    return coder_.end() - next_marker(coder_.position(), coder_.end()) >= 2;
  }

  Status damaged(const char* what, const Input& input, std::size_t buffered = 0) {
    filling_ = true;
    return report(what, input, buffered);
  }

  Status report(const char* what, const Input& input, std::size_t buffered) {
    const auto position = static_cast<std::size_t>(coder_.position() - input.bytes().data());
    return log_.report({what, input.offset() + position - buffered, mcu_});
  }

  const ScanLayout layout_;
  Coder coder_;
  WarningLog& log_;
  const std::ptrdiff_t reserve_;
  const std::uint32_t restart_interval_;
  std::uint32_t interval_left_;    // MCUs to the next restart marker
  std::uint8_t next_restart_ = 0;  // n of the RSTn that ends the current interval
  bool filling_ = false;           // damaged: stand in up to the next interval
  bool ended_ = false;             // no restart marker can follow any more
  std::uint64_t mcu_ = 0;          // MCUs decoded or filled so far
};

}  // namespace streamresize
