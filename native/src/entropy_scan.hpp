// What all scans share, whatever codes their coefficients: MCUs, restart intervals, damage.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "entropy_bytes.hpp"
#include "markers.hpp"
#include "mcu_blocks.hpp"
#include "restart_intervals.hpp"
#include "scan_cursor.hpp"
#include "scan_layout.hpp"
#include "warning_log.hpp"

namespace streamresize {

// A Coder offers
//   max_block_bytes()         the most bytes that one block can take
//   window_bytes()            bytes that it likes to have at hand
//   attach(bytes, dropped)    continue in these bytes, the first ones being dropped
//   used(), left()            bytes decoded, and bytes that nothing has begun to decode; less than
//                             none are left where it has begun behind the current interval
//   windows()                 2 if bytes must stay when others are attached, else 1
//   settle()                  bytes that were attached before the last ones may go
//   spans_intervals()         whether it likes several restart intervals at hand
//   begin_at(mcu)             MCU number `mcu` of the scan is next
//   decode_ahead(intervals)   may decode MCUs before they are asked for; returns how many intervals
//                             it has gone on
//   ready()                   how many of those are left
//   is_ahead()                whether it is decoding more of them just now
//   begin_interval()          forget everything but the tables (E.2.4)
//   begin_ready_interval()    the same, for what is ready
//   continue_in(bytes, begin) the same, for bytes that are attached already, from `begin` on
//   decode_mcus(mcu, count, at_marker)   decode `count` MCUs; whether a marker ends the bytes
//   fill(block)               stand in for a block that is lost
template <typename Coder>
class EntropyScan final : public ScanCursor {
 public:
  EntropyScan(const ScanLayout& layout, Coder coder, std::uint32_t restart_interval,
              WarningLog& log)
      : layout_(layout),
        log_(log),
        reserve_(layout.blocks_per_mcu() * coder.max_block_bytes() + kLookahead),
        window_bytes_(std::max(coder.window_bytes(), 4 * reserve_)),
        bytes_(window_bytes_, coder.windows()),
        coder_(std::move(coder)),
        restart_interval_(restart_interval),
        interval_left_(restart_interval) {}

  [[nodiscard]] std::uint32_t mcus_in_row(std::uint32_t row) const override {
    return layout_.mcus_in_row(row);
  }

  Status decode(Input& input, CoefficientRow& coefficients, McuRun& run) override {
    Status status;
    while (run.next < run.last && status.ok()) {
      status = prepare(input);
      if (status.ok()) status = decode_mcus(coefficients, run);
    }
    return status;
  }

 private:
  enum class Marker : std::uint8_t { restart, other, need_input };

  // Bytes that a coder takes before it needs them.
  static constexpr std::size_t kLookahead = 8;

  [[nodiscard]] bool restarts() const { return restart_interval_ != 0 && !ended_; }

  // Behind the end of a restart interval, with the bytes of a whole MCU at hand.
  Status prepare(Input& input) {
    if (restarts() && interval_left_ == 0) {
      if (Status status = begin_interval(input); !status.ok()) return status;
    }
    coder_.begin_at(mcu_);
    if (filling_ || coder_.ready() != 0) return {};
    if (bytes_.wants_more() && left() < refill_below_) {
      if (input.exhausted() && coder_.is_ahead()) return Status::need_input();
      if (!input.exhausted()) refill(input);
    }
    bytes_.pass_intervals(coder_.decode_ahead(intervals()));
    return mcus_at_hand() != 0 ? Status{} : Status::need_input();
  }

  void refill(Input& input) {
    const std::ptrdiff_t used = std::max<std::ptrdiff_t>(coder_.used(), 0);
    coder_.settle();
    bytes_.refill(input, static_cast<std::size_t>(used), markers());
    coder_.attach(bytes_.bytes(), used);
  }

  // Bytes of the window that nothing has begun to decode.
  [[nodiscard]] std::ptrdiff_t left() const {
    return coder_.left() + static_cast<std::ptrdiff_t>(bytes_.size() - bytes_.bytes().size());
  }

  // Those that may follow in the window.
  [[nodiscard]] RestartMarkers markers() const {
    if (!restarts() || !coder_.spans_intervals()) return {};
    const std::uint64_t behind = layout_.mcus() - std::min(mcu_ + interval_left_, layout_.mcus());
    return {(behind + restart_interval_ - 1) / restart_interval_, next_restart_};
  }

  [[nodiscard]] RestartIntervals intervals() const {
    RestartIntervals result{.ends = bytes_.ends(), .end = bytes_.size()};
    if (restarts()) {
      result.left = interval_left_;
      result.mcus = restart_interval_;
    }
    return result;
  }

  // MCUs that can be decoded without running dry.
  [[nodiscard]] std::uint32_t mcus_at_hand() const {
    if (!filling_ && coder_.ready() != 0) return coder_.ready();
    if (filling_ || bytes_.ended()) return std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(coder_.left(), 0) /
                                      static_cast<std::ptrdiff_t>(reserve_));
  }

  Status decode_mcus(CoefficientRow& coefficients, McuRun& run) {
    std::uint32_t count = std::min(layout_.mcus_in_line(run), mcus_at_hand());
    if (restarts()) count = std::min(count, interval_left_);
    McuBlocks mcu = layout_.blocks(coefficients, run);
    if (filling_) {
      for (std::uint32_t i = 0; i < count; ++i, mcu.advance()) fill(mcu);
      advance(run, count);
      return {};
    }
    const McuProgress progress = coder_.decode_mcus(mcu, count, bytes_.at_marker());
    advance(run, progress.decoded);
    if (progress.fault == nullptr) return {};
    const Status status = damaged(progress.fault, bytes_.source_offset(coder_.used()));
    fill(mcu);
    advance(run, 1);
    return status;
  }

  void fill(McuBlocks& mcu) {
    for (const McuBlock& block : mcu) coder_.fill(block);
  }

  void advance(McuRun& run, std::uint32_t count) {
    run.next += count;
    mcu_ += count;
    if (restarts()) interval_left_ -= count;
  }

  // Takes the marker that separates two restart intervals.
  Status begin_interval(Input& input) {
    if (continue_in_window()) return {};
    while (true) {
      const Marker found = find_marker(input);
      if (found == Marker::need_input) return Status::need_input();
      if (found == Marker::other) {
        ended_ = true;
        return filling_ ? Status{} : damaged("restart marker missing", input.offset());
      }
      const std::uint8_t number = input.bytes()[1] - marker::kRst0;
      const int ahead = (number - next_restart_) & 7;
      if (ahead >= 6) {  // a marker of an interval that has passed
        input.consume(2);
        continue;
      }
      if (ahead == 1 || ahead == 2) {  // an interval is missing: fill it, the marker stays
        count_interval(next_restart_);
        return filling_ ? Status{} : damaged("restart marker missing", input.offset());
      }
      Status status;
      if (ahead != 0) status = log_.report({"restart marker out of order", input.offset(), mcu_});
      count_interval(number);
      input.consume(2);
      coder_.begin_interval();
      filling_ = false;
      return status;
    }
  }

  // Where the next interval is in the window, or decoded, its marker has been taken.
  bool continue_in_window() {
    if (coder_.ready() != 0) {
      coder_.begin_ready_interval();
    } else if (bytes_.has_next()) {
      const std::size_t begin = bytes_.ends().front() + EntropyBytes::kPadding;
      bytes_.pass_intervals(1);
      coder_.continue_in(bytes_.bytes(), begin);
    } else {
      return false;
    }
    count_interval(next_restart_);
    filling_ = false;
    return true;
  }

  // Another interval is next, behind a marker of that number.
  void count_interval(std::uint8_t number) {
    interval_left_ = restart_interval_;
    next_restart_ = (number + 1) & 7;
  }

  // Moves to the next marker; what is left of the interval is passed over.
  Marker find_marker(Input& input) {
    bytes_.discard();
    const std::uint8_t* begin = input.bytes().data();
    const std::uint8_t* end = begin + input.bytes().size();
    const std::uint8_t* at = next_marker(begin, end);
    input.consume(static_cast<std::size_t>(at - begin));
    if (end - at < 2) return input.finished() ? Marker::other : Marker::need_input;
    return marker::is_restart(at[1]) ? Marker::restart : Marker::other;
  }

  Status damaged(const char* what, std::uint64_t offset) {
    filling_ = true;
    return log_.report({what, offset, mcu_});
  }

  const ScanLayout layout_;
  WarningLog& log_;
  const std::size_t reserve_;
  const std::size_t window_bytes_;
  // Early enough that many MCUs are at hand for each call of the coder.
  const std::ptrdiff_t refill_below_ =
      static_cast<std::ptrdiff_t>(std::max(reserve_, window_bytes_ / 4));
  EntropyBytes bytes_;
  Coder coder_;  // threads of which may read the bytes
  const std::uint32_t restart_interval_;
  std::uint32_t interval_left_;    // MCUs to the next restart marker
  std::uint8_t next_restart_ = 0;  // n of the RSTn that ends the current interval
  bool filling_ = false;           // damaged: stand in up to the next interval
  bool ended_ = false;             // no restart marker can follow any more
  std::uint64_t mcu_ = 0;          // MCUs decoded or filled so far
};

}  // namespace streamresize
