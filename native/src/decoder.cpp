#include "streamresize/decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "coefficients.hpp"
#include "idct.hpp"
#include "input.hpp"
#include "marker_reader.hpp"
#include "scan.hpp"
#include "scan_index.hpp"
#include "scan_stages.hpp"
#include "warning_log.hpp"

namespace streamresize {
namespace {

// MCUs of a single scan decoded before they are transformed: few enough to stay in the first-level
// cache, whole or as DC coefficients alone.
constexpr std::uint32_t kMcuGroup = 16;
constexpr std::uint32_t kDcMcuGroup = 256;

// One component on its way from coefficients to samples.
struct PlanePath {
  std::uint32_t size = kBlockSize;  // N of the N x N samples of a block
  std::uint32_t sample_bytes = 1;
  BlockTransform transform = nullptr;
  QuantizationTable quantization{};
  PlaneLayout layout;

  // Coefficients of a block; CoefficientRow keeps the DC coefficient alone where nothing else is
  // needed.
  [[nodiscard]] std::size_t block_values() const { return size == 1 ? 1 : 64; }
};

// A row of blocks that lie side by side, and the place of its first sample.
struct BlockSpan {
  CoefficientRow::Block first;
  std::size_t count;
  std::uint32_t x;
  std::uint32_t y;
};

// Transforms the whole blocks in one go, and through `edge` one that the view cuts.
void transform_blocks(const PlanePath& path, const BlockSpan& blocks, const PlaneView& view) {
  std::uint8_t* samples = view.data + static_cast<std::ptrdiff_t>(blocks.y) * view.stride +
                          static_cast<std::ptrdiff_t>(blocks.x) * path.sample_bytes;
  const std::uint32_t rows = std::min(path.size, view.rows - blocks.y);
  const std::size_t whole = rows < path.size ? 0 : (view.width - blocks.x) / path.size;
  const std::size_t side_by_side = std::min(blocks.count, whole);
  const auto [values, last, nonzero] = blocks.first;
  path.transform(values, last, side_by_side, path.quantization.data(), samples, view.stride);
  for (std::size_t i = side_by_side; i < blocks.count; ++i) {
    constexpr std::size_t kEdgeStride = kBlockSize * sizeof(std::uint16_t);
    std::array<std::uint8_t, kEdgeStride * kBlockSize> edge;
    path.transform(values + i * path.block_values(), last + i, 1, path.quantization.data(),
                   edge.data(), kEdgeStride);
    const std::size_t left = i * path.size;
    if (blocks.x + left >= view.width) continue;
    const std::size_t width = std::min<std::size_t>(path.size, view.width - blocks.x - left);
    for (std::uint32_t row = 0; row < rows; ++row) {
      std::copy_n(edge.data() + row * kEdgeStride, width * path.sample_bytes,
                  samples + static_cast<std::ptrdiff_t>(row) * view.stride +
                      static_cast<std::ptrdiff_t>(left * path.sample_bytes));
    }
  }
}

}  // namespace

struct Decoder::State {
  explicit State(const Limits& bounds) : limits(bounds), reader(bounds) {}

  Status read_header();
  Status start(std::span<const std::uint8_t> scales, const DecodeOptions& chosen);
  Status read_scans();
  Status skip_scan();
  Status open_scans();
  Status decode_mcu_row(std::span<const PlaneView> planes);
  Status decode_single_scan(std::span<const PlaneView> planes);
  Status decode_all_scans(std::span<const PlaneView> planes);
  [[nodiscard]] PlaneArea wanted_mcus() const;
  void emit(CoefficientRow& coefficients, std::span<const PlaneView> planes, std::uint32_t first,
            std::uint32_t last);
  Status check_work(std::uint64_t visits) const;
  [[nodiscard]] Scan current_scan() const {
    return {reader.scan(), reader.tables(), input.offset(), input.offset()};
  }
  Status settle(Status status) {
    if (status.failed()) failure = status;
    return status;
  }

  Limits limits;
  Input input;
  MarkerReader reader;
  Status failure;
  std::uint64_t appended = 0;
  std::uint64_t expected = 0;

  DecodeOptions options;
  std::optional<WarningLog> log;
  ScanIndex index;
  bool scan_is_indexed = false;  // the one that is being read
  bool index_complete = false;
  KeptCoefficients kept{};
  PlaneArea wanted;  // MCUs
  std::array<PlanePath, kMaxComponents> paths;
  std::unique_ptr<ScanCursor> single_scan;
  CoefficientRow group;         // what is decoded of it before it is transformed
  std::uint32_t mcu_group = 0;  // MCUs
  std::unique_ptr<ByteSource> source;
  ScanStages stages;
  McuRun run;
  std::uint64_t visits_per_row = 0;
};

Status Decoder::State::read_header() {
  if (index.scans().empty()) {
    if (Status status = reader.read_to_scan(input); !status.ok()) return status;
    scan_is_indexed = index.add(current_scan());
  }
  if (reader.header().frame.height != 0) return {};
  const Status status = reader.read_height(input);
  index.scans().front().end = input.offset();
  return status;
}

Status Decoder::State::start(std::span<const std::uint8_t> scales, const DecodeOptions& chosen) {
  options = chosen;
  log.emplace(options.strict);
  const Header& header = reader.header();
  const Frame& frame = header.frame;
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const Component& component = frame.components[i];
    const std::uint32_t size = kBlockSize / scales[i];
    kept[i] = last_kept_index(size);
    paths[i] = {.size = size,
                .sample_bytes = frame.precision > 8 ? 2U : 1U,
                .transform = block_transforms(frame.precision).for_size(size),
                .quantization = {},
                .layout = {.width = ceil_div(component.width, scales[i]),
                           .height = ceil_div(component.height, scales[i]),
                           .rows_per_mcu_row = component.blocks_v * size}};
  }
  wanted = wanted_mcus();
  if (header.multi_scan) return {};
  const bool dc_only = std::ranges::all_of(scales, [](std::uint8_t scale) { return scale == 8; });
  mcu_group = std::min(dc_only ? kDcMcuGroup : kMcuGroup, frame.mcu_columns);
  group.allocate(frame, mcu_group, kept);
  const Scan& scan = index.scans().front();
  visits_per_row = block_visits(frame, scan) / frame.mcu_rows;
  if (expected != 0) {
    if (Status status = check_work(block_visits(frame, scan)); !status.ok()) return status;
  }
  const std::uint64_t skipped = std::uint64_t{wanted.top} * frame.mcu_columns;
  return make_cursor(frame, scan, {kept, skipped, options.threads}, *log, single_scan);
}

// The MCUs that hold anything wanted of a plane.
PlaneArea Decoder::State::wanted_mcus() const {
  const Frame& frame = reader.header().frame;
  if (options.wanted.empty()) return {.first = 0, .last = frame.mcu_columns, .top = 0};
  PlaneArea mcus = {.first = frame.mcu_columns, .last = 0, .top = frame.mcu_rows};
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const PlaneArea& area = options.wanted[i];
    if (area.first >= area.last) continue;
    const std::uint32_t width = frame.components[i].blocks_h * paths[i].size;
    mcus.first = std::min(mcus.first, area.first / width);
    mcus.last = std::max(mcus.last, ceil_div(area.last, width));
    mcus.top = std::min(mcus.top, area.top / paths[i].layout.rows_per_mcu_row);
  }
  return mcus;
}

// Files must pay for work with bytes: a declared size costs an attacker nothing.
Status Decoder::State::check_work(std::uint64_t visits) const {
  const std::uint64_t bytes = std::max(appended, expected);
  const std::uint64_t bound = std::max(limits.blocks, limits.blocks_per_byte * bytes);
  if (visits <= bound) return {};
  return Status::limit("blocks", visits, bound, reader.scan().offset);
}

Status Decoder::State::read_scans() {
  const Frame& frame = reader.header().frame;
  while (!index_complete) {
    if (Status status = skip_scan(); !status.ok()) return status;
    if (index.complete(frame, kept, options.preview)) break;
    Status status = reader.read_to_scan(input);
    if (status.code == StatusCode::need_input) return status;
    if (status.failed() && status.code != StatusCode::limit) {
      status = log->report({status.what, status.offset, 0});
      if (!status.ok()) return status;
      break;
    }
    if (status.code == StatusCode::end) break;
    if (!status.ok()) return status;
    if (index.scans().size() == limits.scans) {
      return Status::limit("scans", limits.scans + 1, limits.scans, reader.scan().offset);
    }
    scan_is_indexed = index.add(current_scan());
  }
  index_complete = true;
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    if (index.has(i)) continue;
    const Status status = log->report({"a component has no scan", input.offset(), 0});
    if (!status.ok()) return status;
  }
  return {};
}

// Passes over the entropy-coded data behind an SOS segment. The scan ends with the marker that
// stops its decoder, not in front of it: missing bytes mean something else (D.1.8).
Status Decoder::State::skip_scan() {
  if (!reader.at_scan()) return {};
  const Status status = reader.skip_scan(input);
  if (status.ok() && scan_is_indexed) {
    index.scans().back().end = input.offset() + std::min<std::size_t>(input.bytes().size(), 2);
  }
  return status;
}

Status Decoder::State::open_scans() {
  const Frame& frame = reader.header().frame;
  index.select(kept, options.preview);
  std::uint64_t visits = 0;
  for (const Scan& scan : index.scans()) visits += block_visits(frame, scan);
  if (Status status = check_work(visits); !status.ok()) return status;
  return stages.open(frame, index.scans(), kept, options, *source);
}

Status Decoder::State::decode_mcu_row(std::span<const PlaneView> planes) {
  const Header& header = reader.header();
  if (run.row == header.frame.mcu_rows) return Status::end();
  if (run.row == 0 && run.next == 0) {
    for (std::size_t i = 0; i < header.frame.component_count; ++i) {
      paths[i].quantization = reader.quantization(i);
    }
  }
  const Status status = header.multi_scan ? decode_all_scans(planes) : decode_single_scan(planes);
  if (!status.ok()) return status;
  run = {.row = run.row + 1};
  return {};
}

Status Decoder::State::decode_single_scan(std::span<const PlaneView> planes) {
  const std::uint32_t mcu_columns = reader.header().frame.mcu_columns;
  const std::uint64_t visits = (run.row + std::uint64_t{1}) * visits_per_row;
  if (Status status = check_work(visits); !status.ok()) return status;
  while (run.next < mcu_columns) {
    run.last = std::min(run.origin + mcu_group, mcu_columns);
    Status status = single_scan->decode(input, group, run);
    if (!status.ok()) return status;
    emit(group, planes, run.origin, run.last);
    run.origin = run.last;
  }
  return {};
}

Status Decoder::State::decode_all_scans(std::span<const PlaneView> planes) {
  if (!stages.is_open()) {
    if (Status status = open_scans(); !status.ok()) return status;
  }
  const Status status = stages.decode_row(*log);
  if (status.ok()) emit(stages.coefficients(), planes, 0, reader.header().frame.mcu_columns);
  return status;
}

// Turns the coefficients of MCUs first .. last - 1 into samples, where these are wanted, and clears
// them all.
void Decoder::State::emit(CoefficientRow& coefficients, std::span<const PlaneView> planes,
                          std::uint32_t first, std::uint32_t last) {
  const Frame& frame = reader.header().frame;
  const std::uint32_t begin = std::clamp(wanted.first, first, last);
  const std::uint32_t end = run.row < wanted.top ? begin : std::clamp(wanted.last, begin, last);
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const Component& component = frame.components[i];
    const PlanePath& path = paths[i];
    const std::uint32_t before = (begin - first) * component.blocks_h;
    const std::uint32_t behind = (end - first) * component.blocks_h;
    const std::uint32_t count = (last - first) * component.blocks_h;
    const std::uint32_t x = begin * component.blocks_h * path.size;
    for (std::uint32_t row = 0; row < component.blocks_v; ++row) {
      const std::uint32_t y = row * path.size;
      if (begin == end || x >= planes[i].width || y >= planes[i].rows) {
        coefficients.clear(i, 0, row, count);
        continue;
      }
      const CoefficientRow::Block block = coefficients.block(i, before, row);
      transform_blocks(path, {block, behind - before, x, y}, planes[i]);
      if (frame.arithmetic()) coefficients.clear_values(i, block, behind - before);
      CoefficientRow::clear_nonzero(block, behind - before);
      coefficients.clear(i, 0, row, before);
      coefficients.clear(i, behind, row, count - behind);
    }
  }
}

Decoder::Decoder(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Status Decoder::append(std::span<const std::uint8_t> bytes) {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  const std::uint64_t total = state.appended + bytes.size();
  if (total > state.limits.source_bytes) {
    return state.settle(
        Status::limit("source_bytes", total, state.limits.source_bytes, state.appended));
  }
  state.appended = total;
  state.input.append(bytes);
  return {};
}

void Decoder::finish_input() { state_->input.finish(); }

void Decoder::expect_bytes(std::uint64_t count) { state_->expected = count; }

std::uint64_t Decoder::bytes_consumed() const { return state_->input.offset(); }

Status Decoder::read_header() {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.read_header());
}

const Header& Decoder::header() const { return state_->reader.header(); }

Status Decoder::start(std::span<const std::uint8_t> scales, const DecodeOptions& options) {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.start(scales, options));
}

Status Decoder::read_scans() {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.read_scans());
}

void Decoder::open(std::unique_ptr<ByteSource> source) { state_->source = std::move(source); }

PlaneLayout Decoder::plane(std::size_t component) const { return state_->paths[component].layout; }

Status Decoder::decode_mcu_row(std::span<const PlaneView> planes) {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.decode_mcu_row(planes));
}

void Decoder::close() {
  state_->single_scan.reset();
  state_->stages.close();
}

std::span<const Warning> Decoder::warnings() const {
  return state_->log ? state_->log->warnings() : std::span<const Warning>{};
}

std::uint64_t Decoder::warning_count() const { return state_->log ? state_->log->count() : 0; }

}  // namespace streamresize
