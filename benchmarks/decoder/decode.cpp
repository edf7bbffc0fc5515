// Decodes a file at one scale again and again, for profilers and for comparing builds:
// decode FILE SCALE [RUNS [THREADS]]. Prints the median time and a checksum of all samples.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "streamresize/decoder.hpp"

using namespace streamresize;

namespace {

constexpr std::size_t kChunk = 1 << 18;

using Bytes = std::vector<std::uint8_t>;

struct Run {
  Status status;
  double milliseconds = 0;
  std::uint64_t checksum = 0;
};

class Pass {
 public:
  Pass(const Bytes& bytes, unsigned threads) : bytes_(bytes), threads_(threads) {}

  Status decode(std::uint8_t scale) {
    Status status = settle([&] { return decoder_.read_header(); });
    if (!status.ok()) return status;
    const std::size_t count = decoder_.header().frame.component_count;
    status = decoder_.start(std::vector<std::uint8_t>(count, scale), {.threads = threads_});
    if (status.ok() && decoder_.header().multi_scan) {
      status = settle([&] { return decoder_.read_scans(); });
      decoder_.open(std::make_unique<MemorySource>(bytes_));
    }
    allocate();
    while (status.ok()) {
      status = settle([&] { return decoder_.decode_mcu_row(views_); });
      if (status.ok()) add_to_checksum();
    }
    return status;
  }

  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }

 private:
  template <typename Call>
  Status settle(Call call) {
    Status status;
    while ((status = call()).code == StatusCode::need_input) {
      const std::size_t count = std::min(kChunk, bytes_.size() - fed_);
      if (count == 0) decoder_.finish_input();
      decoder_.append(std::span(bytes_).subspan(fed_, count));
      fed_ += count;
    }
    return status;
  }

  void allocate() {
    const Frame& frame = decoder_.header().frame;
    const std::uint32_t sample_bytes = frame.precision > 8 ? 2 : 1;
    for (std::size_t i = 0; i < frame.component_count; ++i) {
      const auto [width, height, rows] = decoder_.plane(i);
      rows_.emplace_back(std::size_t{width} * rows * sample_bytes);
      views_.push_back(
          {rows_.back().data(), static_cast<std::ptrdiff_t>(width * sample_bytes), width, rows});
    }
  }

  void add_to_checksum() {
    for (const Bytes& rows : rows_) {
      for (std::size_t i = 0; i < rows.size(); i += 61) checksum_ = checksum_ * 31 + rows[i];
    }
  }

  const Bytes& bytes_;
  unsigned threads_;
  Decoder decoder_;
  std::size_t fed_ = 0;
  std::vector<Bytes> rows_;
  std::vector<PlaneView> views_;
  std::uint64_t checksum_ = 0;
};

Run run(const Bytes& bytes, std::uint8_t scale, unsigned threads) {
  const auto begin = std::chrono::steady_clock::now();
  Pass pass(bytes, threads);
  const Status status = pass.decode(scale);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  return {status, taken.count(), pass.checksum()};
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return std::fputs("decode FILE SCALE [RUNS [THREADS]]\n", stderr), 2;
  std::ifstream file(arguments[1], std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(file)), {});
  const auto scale = static_cast<std::uint8_t>(std::atoi(arguments[2]));
  const auto threads = static_cast<unsigned>(count > 4 ? std::atoi(arguments[4]) : 1);
  std::vector<Run> runs;
  for (int i = count > 3 ? std::atoi(arguments[3]) : 1; i > 0; --i) {
    runs.push_back(run(bytes, scale, threads));
  }
  std::ranges::sort(runs, {}, &Run::milliseconds);
  const Run& median = runs[runs.size() / 2];
  if (median.status.code != StatusCode::end) {
    return std::printf("%s\n", median.status.what), 1;
  }
  std::printf("%8.2f ms  %6.1f MB/s  checksum %016llx\n", median.milliseconds,
              static_cast<double>(bytes.size()) / median.milliseconds / 1e3,
              static_cast<unsigned long long>(median.checksum));
}
