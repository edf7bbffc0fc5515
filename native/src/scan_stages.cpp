#include "scan_stages.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <utility>

namespace streamresize {
namespace {

// Bytes that a scan reads at a time.
constexpr std::size_t kWindowBytes = 1 << 16;

// The stage of each scan, so that stages have about the same number of bytes.
std::vector<std::size_t> divide(std::span<const Scan> scans, std::size_t stages) {
  std::uint64_t total = 1;
  for (const Scan& scan : scans) total += scan.end - scan.begin;
  std::vector<std::size_t> numbers;
  std::uint64_t before = 0;
  for (const Scan& scan : scans) {
    const std::uint64_t bytes = scan.end - scan.begin;
    numbers.push_back(static_cast<std::size_t>((before + bytes / 2) * stages / total));
    before += bytes;
  }
  return numbers;
}

// Whether a scan has a component that `is_coded` already; all of its are, from then on.
bool code_again(const ScanHeader& header, std::array<bool, kMaxComponents>& is_coded) {
  bool again = false;
  for (std::size_t i = 0; i < header.component_count; ++i) {
    again |= std::exchange(is_coded[header.components[i].index], true);
  }
  return again;
}

}  // namespace

Status ScanStages::open(const Frame& frame, std::span<const Scan> scans,
                        const KeptCoefficients& kept, const DecodeOptions& options,
                        ByteSource& source) {
  // DC coefficients alone come too fast to be shared. Stages are not equal, and the thread that
  // takes the rows has time for fewer than the others.
  const bool is_shared = options.threads != 1 && std::ranges::any_of(kept, std::identity{});
  const std::size_t wanted = is_shared ? 2 * options.threads + std::size_t{1} : 1;
  const std::size_t count = std::clamp<std::size_t>(scans.size(), 1, wanted);
  source_ = &source;
  mcu_rows_ = frame.mcu_rows;
  rows_.resize(count == 1 ? 1 : count + 1);
  stages_.reserve(count);
  for (CoefficientRow& row : rows_) row.allocate(frame, frame.mcu_columns, kept);
  const WarningLog log(options.strict);
  const std::vector<Outcome> outcomes(rows_.size(), {{}, log});
  while (stages_.size() < count) {
    stages_.push_back({log, {}, std::vector<std::uint8_t>(kWindowBytes), outcomes});
  }
  const std::vector<std::size_t> numbers = divide(scans, count);
  std::array<bool, kMaxComponents> is_coded{};
  for (std::size_t i = 0; i < scans.size(); ++i) {
    Stage& stage = stages_[numbers[i]];
    std::unique_ptr<ScanCursor> cursor;
    const ScanTask task = {.kept = kept, .repeats = code_again(scans[i].header, is_coded)};
    const Status status = make_cursor(frame, scans[i], task, stage.log, cursor);
    if (!status.ok()) return status;
    stage.scans.push_back({std::move(cursor), Input(scans[i].begin), scans[i].end});
  }
  if (count != 1) workers_ = std::make_unique<Workers>(options.threads - 1);
  return {};
}

void ScanStages::close() {
  try {
    finish_step();
  } catch (const std::exception&) {
    // Nobody will see the row.
  }
  stages_.clear();
}

Status ScanStages::decode_row(WarningLog& log) {
  const auto last_step = static_cast<std::uint32_t>(row_ + stages_.size() - 1);
  while (step_ <= last_step) {
    begin_step();
    finish_step();
  }
  if (workers_) begin_step();
  const std::size_t place = row_ % rows_.size();
  ++row_;
  for (Stage& stage : stages_) {
    const Outcome& outcome = stage.outcomes[place];
    log.add(outcome.log);
    if (!outcome.status.ok()) return outcome.status;
  }
  return {};
}

// Starts a step, if none is under way.
void ScanStages::begin_step() {
  if (is_running_) return;
  is_running_ = true;
  if (!workers_) return decode(0);
  std::vector<Workers::Call> calls;
  for (std::size_t i = 0; i < stages_.size(); ++i) calls.emplace_back([this, i] { decode(i); });
  workers_->add(std::move(calls));
}

void ScanStages::finish_step() {
  if (!is_running_) return;
  is_running_ = false;
  if (workers_) workers_->finish();
  ++step_;
}

void ScanStages::decode(std::size_t number) {
  if (step_ < number || step_ - number >= mcu_rows_) return;
  const auto row = static_cast<std::uint32_t>(step_ - number);
  Stage& stage = stages_[number];
  const Status before = row == 0 ? Status{} : stage.outcomes[(row - 1) % rows_.size()].status;
  Outcome& outcome = stage.outcomes[row % rows_.size()];
  outcome.status = before.ok() ? decode(stage, row) : before;
  outcome.log = std::exchange(stage.log, WarningLog(stage.log.strict()));
}

Status ScanStages::decode(Stage& stage, std::uint32_t row) {
  CoefficientRow& coefficients = rows_[row % rows_.size()];
  for (OpenScan& scan : stage.scans) {
    McuRun run{.row = row, .last = scan.cursor->mcus_in_row(row)};
    Status status;
    while ((status = scan.cursor->decode(scan.input, coefficients, run)).code ==
           StatusCode::need_input) {
      refill(scan, stage.window);
    }
    if (!status.ok()) return status;
  }
  return {};
}

void ScanStages::refill(OpenScan& scan, std::span<std::uint8_t> window) {
  const std::uint64_t next = scan.input.offset() + scan.input.bytes().size();
  const std::uint64_t left = scan.end > next ? scan.end - next : 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, window.size()));
  const std::size_t count = source_->read(next, window.first(wanted));
  scan.input.append(window.first(count));
  if (count == left || count < wanted) scan.input.finish();
}

}  // namespace streamresize
