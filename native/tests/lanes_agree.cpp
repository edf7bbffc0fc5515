#include "lanes_agree.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "entropy_bytes.hpp"
#include "huffman_loops.hpp"
#include "lanes.hpp"
#include "zigzag.hpp"

using namespace streamresize;

namespace {

constexpr std::ptrdiff_t kReach = 64;
constexpr std::uint32_t kMostMcus = 16;  // taken at once

// One of the two decoders.
struct Side {
  Side(std::span<const std::uint8_t> bytes, const std::vector<LaneComponent>& components,
       const std::vector<std::shared_ptr<const SequentialTables>>& tables)
      : values(components.size()), last(components.size()) {
    reader.attach(bytes, 0);
    for (std::size_t i = 0; i < components.size(); ++i) {
      codings[i].tables = tables[i].get();
      const std::size_t blocks = std::size_t{components[i].blocks} * kMostMcus;
      values[i].resize(blocks * block_size(i));
      last[i].resize(blocks);
    }
  }

  [[nodiscard]] std::size_t block_size(std::size_t i) const {
    return codings[i].tables->kept == 0 ? 1 : 64;
  }

  McuBlocks blocks(const std::vector<LaneComponent>& components) {
    McuBlocks mcu;
    for (std::size_t i = 0; i < components.size(); ++i) {
      std::memset(values[i].data(), 0, values[i].size() * sizeof values[i][0]);
      std::memset(last[i].data(), 0, last[i].size());
      const std::ptrdiff_t step = components[i].blocks;
      for (std::size_t b = 0; b < components[i].blocks; ++b) {
        mcu.add({{values[i].data() + b * block_size(i), last[i].data() + b, nullptr},
                 {static_cast<std::uint8_t>(i), 0, 0},
                 step,
                 step * static_cast<std::ptrdiff_t>(block_size(i))});
      }
    }
    return mcu;
  }

  void clear_predictors() {
    for (ComponentCoding& coding : codings) coding.predictor = 0;
  }

  BitReader reader;
  ComponentCodings codings;
  std::vector<std::vector<std::int16_t>> values;
  std::vector<std::vector<std::uint8_t>> last;
};

// The restart intervals one behind the other, as in a window that has no end.
struct Intervals {
  Intervals(std::span<const std::uint8_t> all, std::size_t count) {
    const std::size_t size = all.size() / count;
    for (std::size_t i = 0; i < count; ++i) {
      const auto interval = i + 1 == count ? all.subspan(i * size) : all.subspan(i * size, size);
      begins.push_back(bytes.size());
      bytes.insert(bytes.end(), interval.begin(), interval.end());
      ends.push_back(bytes.size());
      bytes.resize(bytes.size() + EntropyBytes::kPadding);
    }
  }

  std::vector<std::uint8_t> bytes;  // with padding
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;
};

// Two windows in turn, as a scan has them.
class Windows {
 public:
  explicit Windows(const Intervals& all) : windows_{all.bytes, all.bytes}, ends_(all.ends) {}

  // Of an interval, and those before it that are still there.
  [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t interval) const {
    return std::span(windows_[current_]).first(ends_[interval]);
  }
  // From an interval on.
  [[nodiscard]] RestartIntervals intervals(std::size_t interval) const {
    return {.ends = std::span(ends_).subspan(interval, ends_.size() - interval - 1),
            .end = ends_.back()};
  }

  // What is left goes to the other window, over what was there.
  void move(BitReader& reader, Lanes& lanes, std::size_t interval) {
    lanes.settle();
    const std::ptrdiff_t used = std::max<std::ptrdiff_t>(reader.used(), 0);
    const std::vector<std::uint8_t>& old = windows_[current_];
    current_ = 1 - current_;
    windows_[current_].assign(old.begin() + used, old.end());
    for (std::size_t& end : ends_) end -= static_cast<std::size_t>(used);
    reader.attach(bytes(interval), used);
    lanes.drop(used);
    moved_ += used;
  }

  // Where a byte of the first window is.
  [[nodiscard]] std::ptrdiff_t place_of(std::size_t byte) const {
    return static_cast<std::ptrdiff_t>(byte) - moved_;
  }
  // From the beginning of the first window on.
  [[nodiscard]] std::ptrdiff_t bit(const BitReader& reader) const {
    return 8 * moved_ + reader.bit();
  }

 private:
  std::array<std::vector<std::uint8_t>, 2> windows_;
  std::vector<std::size_t> ends_;  // those of intervals that have passed mean nothing
  std::size_t current_ = 0;
  std::ptrdiff_t moved_ = 0;
};

// Nothing lies behind the last coefficients of the first `mcus` MCUs.
bool covers(const Side& side, const std::vector<LaneComponent>& components, std::size_t mcus) {
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (components[i].kept == 0) continue;
    const std::uint64_t read = read_by(transform_size(components[i].kept));
    for (std::size_t block = 0; block < mcus * components[i].blocks; ++block) {
      for (std::size_t k = side.last[i][block] + std::size_t{1}; k < 64; ++k) {
        const bool is_read = (read >> k & 1) != 0;
        if (is_read && side.values[i][64 * block + kNaturalOrder[k]] != 0) return false;
      }
    }
  }
  return true;
}

// What the transforms read: the top left coefficients.
bool is_same(const Side& a, const Side& b, const std::vector<LaneComponent>& components) {
  for (std::size_t i = 0; i < components.size(); ++i) {
    const int kept = components[i].kept;
    const auto size = static_cast<std::size_t>(transform_size(kept));
    const std::size_t step = kept == 0 ? 1 : 8;
    for (std::size_t at = 0; at < a.values[i].size(); at += step) {
      if (at % 64 / 8 >= size && kept != 0) continue;
      if (std::memcmp(&a.values[i][at], &b.values[i][at], 2 * size) != 0) return false;
    }
  }
  return true;
}

}  // namespace

LaneAgreement lanes_agree(std::span<const std::uint8_t> bytes,
                          const std::vector<LaneComponent>& components, unsigned threads,
                          std::uint64_t mcus, LaneIntervals intervals) {
  const Intervals all(bytes, intervals.count);
  const std::span<const std::uint8_t> window(all.bytes);
  std::vector<std::shared_ptr<const SequentialTables>> tables;
  std::vector<std::shared_ptr<const SequentialTables>> in_mcu;
  const bool dc_only = std::ranges::all_of(
      components, [](const LaneComponent& component) { return component.kept == 0; });
  const int width = LaneTables::width_for(dc_only);
  for (const LaneComponent& component : components) {
    tables.push_back(std::make_shared<const SequentialTables>(*component.dc, *component.ac,
                                                              component.kept, width));
    in_mcu.insert(in_mcu.end(), component.blocks, tables.back());
  }
  Windows windows(all);
  Side ahead(windows.bytes(0), components, tables);
  Side plain(window.first(all.ends[0]), components, tables);
  Lanes lanes(std::make_shared<const LaneTables>(in_mcu), mcus, threads, kReach);
  LaneAgreement result;
  std::size_t interval = 0;         // in which both are
  std::size_t reader_interval = 0;  // in which the lanes' reader is
  std::uint64_t left = intervals.mcus;
  while (result.same) {
    if (left == 0) {
      if (++interval == intervals.count) return result;
      left = intervals.mcus;
      const std::size_t begin = all.begins[interval];
      plain.reader.attach_at(window.first(all.ends[interval]), static_cast<std::ptrdiff_t>(begin));
      plain.clear_predictors();
      ahead.clear_predictors();
      if (lanes.ready() == 0) {
        reader_interval = interval;
        ahead.reader.attach_at(windows.bytes(interval), windows.place_of(begin));
      }
    }
    McuBlocks plain_blocks = plain.blocks(components);
    McuBlocks blocks = ahead.blocks(components);
    if (lanes.ready() == 0) {
      windows.move(ahead.reader, lanes, interval);
      RestartIntervals following = windows.intervals(interval);
      following.left = left;
      following.mcus = intervals.mcus;
      reader_interval += lanes.run(ahead.reader, following);
    }
    const auto count =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({lanes.ready(), kMostMcus, left}));
    const auto is_same_place = [&] {
      return lanes.ready() != 0 || left == 0 ||
             (reader_interval == interval && windows.bit(ahead.reader) == plain.reader.bit());
    };
    if (count == 0) {  // the lanes sit out, or have come to the end or to damage
      const McuProgress a = huffman_loops().decode_mcus(ahead.reader, ahead.codings, blocks, 1);
      const McuProgress b =
          huffman_loops().decode_mcus(plain.reader, plain.codings, plain_blocks, 1);
      left -= a.decoded;
      result.same = a.fault == b.fault && is_same_place();
      if (a.fault == nullptr) continue;
      if (intervals.count == 1) return result;
      left = 0;
      continue;
    }
    lanes.take(blocks, count, ahead.codings);
    result.mcus += count;
    left -= count;
    const McuProgress progress =
        huffman_loops().decode_mcus(plain.reader, plain.codings, plain_blocks, count);
    result.same = progress.fault == nullptr && covers(ahead, components, count) &&
                  is_same(ahead, plain, components) && is_same_place();
  }
  return result;
}
