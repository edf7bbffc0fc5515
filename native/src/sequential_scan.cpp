#include "sequential_scan.hpp"

#include <algorithm>

#include "markers.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr int kBlockEnd = 64;
constexpr int kZeroRun = 15;  // run length of ZRL, whose size is 0

constexpr const char* kBadCode = "invalid Huffman code";
constexpr const char* kBadIndex = "coefficient index above 63";
constexpr const char* kShort = "the entropy-coded data ends early";

const HuffmanSpec* table_or_standard(const TableSlot<HuffmanSpec>& slot, std::size_t index,
                                     const HuffmanSpec& (*standard)(bool)) {
  if (slot.defined) return &slot.table;
  return index < 2 ? &standard(index == 1) : nullptr;
}

}  // namespace

SequentialScan::SequentialScan(const Frame& frame, const ScanHeader& header,
                               const KeptCoefficients& kept, std::uint32_t restart_interval,
                               WarningLog& log)
    : header_offset_(header.offset),
      part_count_(header.component_count),
      restart_interval_(restart_interval),
      log_(log),
      interval_left_(restart_interval) {
  for (std::size_t i = 0; i < part_count_; ++i) {
    const ScanComponent selector = header.components[i];
    const Component& component = frame.components[selector.index];
    parts_[i] = {selector, component.blocks_h, component.blocks_v, kept[selector.index]};
  }
}

Status SequentialScan::build_tables(const Tables& tables) {
  for (std::size_t i = 0; i < part_count_; ++i) {
    const auto [index, dc, ac] = parts_[i].selector;
    const HuffmanSpec* dc_spec = table_or_standard(tables.dc[dc], dc, standard_dc_table);
    const HuffmanSpec* ac_spec = table_or_standard(tables.ac[ac], ac, standard_ac_table);
    if (dc_spec == nullptr || ac_spec == nullptr) {
      return Status::malformed("SOS: Huffman table not defined", header_offset_);
    }
    if (!dc_tables_[dc].build(*dc_spec) || !ac_tables_[ac].build(*ac_spec)) {
      return Status::malformed("DHT: the code lengths describe no prefix code", header_offset_);
    }
  }
  return {};
}

Status SequentialScan::decode(Input& input, CoefficientRow& row, McuRun& run) {
  const auto bytes = input.bytes();
  reader_.attach(bytes);
  Status status;
  for (; run.column < run.last; ++run.column, ++mcu_) {
    status = begin_mcu(input);
    if (!status.ok()) break;
    const std::uint32_t column = run.column - run.origin;
    if (filling_) {
      fill_mcu(row, column);
      continue;
    }
    const Checkpoint checkpoint{reader_, predictors_};
    const char* fault = decode_mcu(row, column);
    if (fault == nullptr) {
      if (restart_interval_ != 0) --interval_left_;
      continue;
    }
    for_each_block(row, column, [](const ScanPart&, const auto& block) {
      *block.last = kBlockEnd - 1;
      CoefficientRow::clear(block);
    });
    if (reader_.starved() && !input.finished()) {
      reader_ = checkpoint.reader;
      predictors_ = checkpoint.predictors;
      status = Status::need_input();
      break;
    }
    status = damaged(reader_.overrun() ? kShort : fault, offset(input));
    if (!status.ok()) break;
    fill_mcu(row, column);
  }
  input.consume(static_cast<std::size_t>(reader_.position() - bytes.data()));
  return status;
}

// At the end of a restart interval, takes the marker that separates it from the next (E.2.4).
Status SequentialScan::begin_mcu(Input& input) {
  if (restart_interval_ == 0 || interval_left_ != 0 || ended_) return {};
  return begin_interval(input);
}

Status SequentialScan::begin_interval(Input& input) {
  reader_.discard_bits();
  while (true) {
    const Marker found = find_marker(input);
    if (found == Marker::need_input) return Status::need_input();
    if (found == Marker::other) {
      ended_ = true;
      return filling_ ? Status{} : damaged("restart marker missing", offset(input));
    }
    const std::uint8_t number = reader_.position()[1] - marker::kRst0;
    const int ahead = (number - next_restart_) & 7;
    if (ahead >= 6) {  // a marker of an interval that has passed
      reader_.set_position(reader_.position() + 2);
      continue;
    }
    next_restart_ = (next_restart_ + 1) & 7;
    interval_left_ = restart_interval_;
    if (ahead == 1 || ahead == 2) {  // intervals are missing: fill one, the marker stays
      return filling_ ? Status{} : damaged("restart marker missing", offset(input));
    }
    next_restart_ = (number + 1) & 7;
    reader_.set_position(reader_.position() + 2);
    predictors_.fill(0);
    filling_ = false;
    return {};
  }
}

// Moves the reader to the next marker; stuffed and fill bytes are passed over.
SequentialScan::Marker SequentialScan::find_marker(const Input& input) {
  const std::uint8_t* at = reader_.position();
  while (true) {
    at = std::find(at, reader_.end(), std::uint8_t{0xFF});
    reader_.set_position(at);
    if (reader_.end() - at < 2) {
      return input.finished() ? Marker::other : Marker::need_input;
    }
    if (at[1] != 0 && at[1] != 0xFF) {
      return marker::is_restart(at[1]) ? Marker::restart : Marker::other;
    }
    at += at[1] == 0 ? 2 : 1;
  }
}

template <typename Visit>
void SequentialScan::for_each_block(CoefficientRow& row, std::uint32_t column, Visit visit) {
  for (std::size_t i = 0; i < part_count_; ++i) {
    const ScanPart& part = parts_[i];
    for (std::uint32_t y = 0; y < part.blocks_v; ++y) {
      for (std::uint32_t x = 0; x < part.blocks_h; ++x) {
        visit(part, row.block(part.selector.index, column * part.blocks_h + x, y));
      }
    }
  }
}

// Returns the fault, or nullptr.
const char* SequentialScan::decode_mcu(CoefficientRow& row, std::uint32_t column) {
  const char* fault = nullptr;
  for_each_block(row, column, [&](const ScanPart& part, const CoefficientRow::Block& block) {
    if (fault == nullptr) fault = decode_block(part, block);
  });
  return fault == nullptr && reader_.overrun() ? kShort : fault;
}

const char* SequentialScan::decode_block(const ScanPart& part,
                                         const CoefficientRow::Block& block) {
  reader_.ensure_symbol();
  const int size = dc_tables_[part.selector.dc_table].decode(reader_);
  if (size < 0 || size > 15) return kBadCode;
  std::int16_t& predictor = predictors_[part.selector.index];
  if (size != 0) {
    const auto difference = static_cast<std::uint32_t>(reader_.receive_extend(size));
    predictor = static_cast<std::int16_t>(static_cast<std::uint32_t>(predictor) + difference);
  }
  block.values[0] = predictor;
  return decode_ac(part, block);
}

const char* SequentialScan::decode_ac(const ScanPart& part, const CoefficientRow::Block& block) {
  const HuffmanTable& table = ac_tables_[part.selector.ac_table];
  int k = 1;
  int last = 0;
  bool end_of_block = false;
  while (k <= part.kept && !end_of_block) {
    reader_.ensure_symbol();
    const HuffmanTable::Coefficient whole = table.coefficient(reader_);
    std::int32_t value = whole.value;
    if (whole.bits != 0) {
      k += whole.run;
      reader_.skip(whole.bits);
    } else {
      const int symbol = table.decode(reader_);
      if (symbol < 0) return kBadCode;
      const int run = symbol >> 4;
      const int size = symbol & 15;
      if (size == 0) {
        end_of_block = run != kZeroRun;
        k += kZeroRun + 1;
        continue;
      }
      k += run;
      value = reader_.receive_extend(size);
    }
    if (k >= kBlockEnd) return kBadIndex;
    block.values[kNaturalOrder[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(value);
    last = k++;
  }
  *block.last = static_cast<std::uint8_t>(last);
  return end_of_block ? nullptr : skip_ac(table, k);
}

// Passes over the coefficients from zigzag index k to the end of the block.
const char* SequentialScan::skip_ac(const HuffmanTable& table, int k) {
  while (k < kBlockEnd) {
    reader_.ensure_symbol();
    const int symbol = table.decode(reader_);
    if (symbol < 0) return kBadCode;
    const int run = symbol >> 4;
    const int size = symbol & 15;
    if (size == 0 && run != kZeroRun) return nullptr;  // EOB
    k += run + 1;
    reader_.skip(size);
  }
  return k == kBlockEnd ? nullptr : kBadIndex;
}

void SequentialScan::fill_mcu(CoefficientRow& row, std::uint32_t column) {
  for_each_block(row, column, [this](const ScanPart& part, const CoefficientRow::Block& block) {
    block.values[0] = predictors_[part.selector.index];
  });
  if (restart_interval_ != 0 && interval_left_ != 0) --interval_left_;
}

Status SequentialScan::damaged(const char* what, std::uint64_t offset) {
  filling_ = true;
  return log_.report({.what = what, .offset = offset, .mcu = mcu_});
}

std::uint64_t SequentialScan::offset(const Input& input) const {
  const auto position = static_cast<std::size_t>(reader_.position() - input.bytes().data());
  const std::size_t buffered = std::min(position, reader_.buffered_bytes());
  return input.offset() + position - buffered;
}

}  // namespace streamresize
