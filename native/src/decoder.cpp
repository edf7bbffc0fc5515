#include "streamresize/decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "coefficients.hpp"
#include "header_reader.hpp"
#include "idct.hpp"
#include "input.hpp"
#include "sequential_scan.hpp"
#include "warning_log.hpp"

namespace streamresize {
namespace {

// MCUs decoded before they are transformed: few enough to stay in the first-level cache.
constexpr std::uint32_t kMcuGroup = 16;

// The zigzag index of the last coefficient that an N-point transform reads.
constexpr std::uint8_t last_kept_index(std::uint32_t size) {
  return size == 8 ? 63 : size == 4 ? 24 : size == 2 ? 4 : 0;
}

// One component on its way from coefficients to samples.
struct PlanePath {
  std::uint32_t size = kBlockSize;  // N of the N x N samples of a block
  BlockTransform transform = nullptr;
  QuantizationTable quantization{};
  PlaneLayout layout;
};

// Transforms into a whole block of `view`, or through `edge` where the view cuts the block.
void transform_block(const PlanePath& path, const CoefficientRow::Block& block,
                     const PlaneView& view, std::uint32_t x, std::uint32_t y) {
  std::uint8_t* samples = view.data + static_cast<std::ptrdiff_t>(y) * view.stride + x;
  if (x + path.size <= view.width && y + path.size <= view.rows) {
    path.transform(block.values, path.quantization.data(), *block.last, samples, view.stride);
    return;
  }
  std::array<std::uint8_t, kBlockSize * kBlockSize> edge;
  path.transform(block.values, path.quantization.data(), *block.last, edge.data(), kBlockSize);
  const std::uint32_t width = std::min(path.size, view.width - x);
  const std::uint32_t rows = std::min(path.size, view.rows - y);
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::copy_n(edge.data() + std::size_t{row} * kBlockSize, width,
                samples + static_cast<std::ptrdiff_t>(row) * view.stride);
  }
}

}  // namespace

struct Decoder::State {
  explicit State(const Limits& bounds) : limits(bounds), reader(bounds) {}

  Status start(std::span<const std::uint8_t> scales, bool strict);
  Status decode_mcu_row(std::span<const PlaneView> planes);
  void emit(std::span<const PlaneView> planes);
  Status settle(Status status) {
    if (status.failed()) failure = status;
    return status;
  }

  Limits limits;
  Input input;
  HeaderReader reader;
  Status failure;
  std::uint64_t appended = 0;

  std::optional<WarningLog> log;
  std::unique_ptr<ScanCursor> cursor;
  std::array<PlanePath, kMaxComponents> paths;
  CoefficientRow coefficients;
  std::uint32_t mcu_row = 0;
  McuRun run{};
};

Status Decoder::State::start(std::span<const std::uint8_t> scales, bool strict) {
  const Frame& frame = reader.header().frame;
  KeptCoefficients kept{};
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const Component& component = frame.components[i];
    const auto& [table, defined] = reader.tables().quantization[component.quantization];
    if (!defined) {
      return Status::malformed("SOS: quantization table not defined", reader.scan().offset);
    }
    const std::uint32_t size = kBlockSize / scales[i];
    kept[i] = last_kept_index(size);
    paths[i] = {.size = size,
                .transform = block_transforms().for_size(size),
                .quantization = table,
                .layout = {.width = ceil_div(component.width, scales[i]),
                           .height = ceil_div(component.height, scales[i]),
                           .rows_per_mcu_row = component.blocks_v * size}};
  }
  log.emplace(strict);
  auto scan = std::make_unique<SequentialScan>(frame, reader.scan(), kept,
                                               reader.tables().restart_interval, *log);
  if (Status status = scan->build_tables(reader.tables()); !status.ok()) return status;
  cursor = std::move(scan);
  coefficients.allocate(frame, std::min(kMcuGroup, frame.mcu_columns));
  return {};
}

Status Decoder::State::decode_mcu_row(std::span<const PlaneView> planes) {
  const Frame& frame = reader.header().frame;
  if (mcu_row == frame.mcu_rows) return Status::end();
  while (run.column < frame.mcu_columns) {
    run.last = std::min(run.origin + kMcuGroup, frame.mcu_columns);
    if (Status status = cursor->decode(input, coefficients, run); !status.ok()) return status;
    emit(planes);
    run.origin = run.last;
  }
  run = {};
  ++mcu_row;
  return {};
}

void Decoder::State::emit(std::span<const PlaneView> planes) {
  const Frame& frame = reader.header().frame;
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const Component& component = frame.components[i];
    const std::uint32_t first = run.origin * component.blocks_h;
    const std::uint32_t count = (run.last - run.origin) * component.blocks_h;
    for (std::uint32_t y = 0; y < component.blocks_v; ++y) {
      for (std::uint32_t x = 0; x < count; ++x) {
        const CoefficientRow::Block block = coefficients.block(i, x, y);
        const std::uint32_t left = (first + x) * paths[i].size;
        const std::uint32_t top = y * paths[i].size;
        if (left < planes[i].width && top < planes[i].rows) {
          transform_block(paths[i], block, planes[i], left, top);
        }
        CoefficientRow::clear(block);
      }
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

std::uint64_t Decoder::bytes_consumed() const { return state_->input.offset(); }

Status Decoder::read_header() {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.reader.read(state.input));
}

const Header& Decoder::header() const { return state_->reader.header(); }

Status Decoder::start(std::span<const std::uint8_t> scales, bool strict) {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.start(scales, strict));
}

PlaneLayout Decoder::plane(std::size_t component) const {
  return state_->paths[component].layout;
}

Status Decoder::decode_mcu_row(std::span<const PlaneView> planes) {
  State& state = *state_;
  if (state.failure.failed()) return state.failure;
  return state.settle(state.decode_mcu_row(planes));
}

std::span<const Warning> Decoder::warnings() const {
  return state_->log ? state_->log->warnings() : std::span<const Warning>{};
}

std::uint64_t Decoder::warning_count() const {
  return state_->log ? state_->log->count() : 0;
}

}  // namespace streamresize
