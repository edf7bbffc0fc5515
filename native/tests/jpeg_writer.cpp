#include "jpeg_writer.hpp"

#include <algorithm>
#include <numeric>

#include "bit_writer.hpp"
#include "huffman.hpp"
#include "random.hpp"
#include "streamresize/frame.hpp"
#include "zigzag.hpp"

namespace {

using streamresize::ceil_div;
using Bytes = std::vector<std::uint8_t>;

class BlockWriter {
 public:
  explicit BlockWriter(Bytes& bytes)
      : writer(bytes),
        dc_(codes_of(streamresize::standard_dc_table(false))),
        ac_(codes_of(streamresize::standard_ac_table(false))) {}

  void put(const TestBlock& block, int& prediction) {
    const int difference = block[0] - prediction;
    prediction = block[0];
    writer.put(dc_[static_cast<std::size_t>(size_of(difference))]);
    put_value(writer, difference, size_of(difference));
    int run = 0;
    for (std::size_t k = 1; k < 64; ++k) {
      const int value = block[streamresize::kNaturalOrder[k]];
      if (value == 0) {
        ++run;
        continue;
      }
      for (; run > 15; run -= 16) writer.put(ac_[0xF0]);
      writer.put(ac_[static_cast<std::size_t>(run << 4 | size_of(value))]);
      put_value(writer, value, size_of(value));
      run = 0;
    }
    if (run != 0) writer.put(ac_[0]);
  }

  BitWriter writer;

 private:
  std::array<Code, 256> dc_;
  std::array<Code, 256> ac_;
};

void put16(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void put_headers(Bytes& bytes, const TestPicture& picture) {
  Bytes quantization(65, picture.step);
  quantization[0] = 0;
  put_segment(bytes, 0xDB, quantization);
  Bytes frame{8};
  put16(frame, picture.height);
  put16(frame, picture.width);
  frame.push_back(static_cast<std::uint8_t>(picture.components.size()));
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    const auto& [h, v, columns, blocks] = picture.components[i];
    const auto sampling = static_cast<std::uint8_t>(h << 4 | v);
    frame.insert(frame.end(), {static_cast<std::uint8_t>(i + 1), sampling, 0});
  }
  put_segment(bytes, 0xC0, frame);
  if (picture.restart_interval != 0) {
    put_segment(bytes, 0xDD,
                {static_cast<std::uint8_t>(picture.restart_interval >> 8),
                 static_cast<std::uint8_t>(picture.restart_interval)});
  }
}

std::uint32_t most(const TestPicture& picture, std::uint8_t TestComponent::* factor) {
  std::uint32_t result = 1;
  for (const TestComponent& part : picture.components) {
    result = std::max<std::uint32_t>(result, part.*factor);
  }
  return picture.components.size() == 1 ? 1 : result;
}

// The MCUs of one scan (A.2): `across` in a row, `down` rows.
struct ScanGrid {
  std::uint32_t across;
  std::uint32_t down;
};

ScanGrid grid_of(const TestPicture& picture, const std::vector<std::size_t>& indices) {
  const bool whole_frame = indices.size() == picture.components.size();
  const TestComponent& part = picture.components[indices[0]];
  const auto blocks = [&](std::uint32_t size, std::uint8_t TestComponent::* factor) {
    const std::uint32_t samples = size * (whole_frame ? 1U : part.*factor);
    return ceil_div(ceil_div(samples, most(picture, factor)), 8);
  };
  return {blocks(picture.width, &TestComponent::h), blocks(picture.height, &TestComponent::v)};
}

void put_scan_header(Bytes& bytes, const std::vector<std::size_t>& indices) {
  Bytes scan{static_cast<std::uint8_t>(indices.size())};
  for (const std::size_t i : indices) {
    scan.insert(scan.end(), {static_cast<std::uint8_t>(i + 1), 0});
  }
  scan.insert(scan.end(), {0, 63, 0});
  put_segment(bytes, 0xDA, scan);
}

void put_scan(Bytes& bytes, const TestPicture& picture, const std::vector<std::size_t>& indices) {
  put_scan_header(bytes, indices);
  BlockWriter blocks(bytes);
  const bool single = indices.size() == 1;
  const auto [across, down] = grid_of(picture, indices);
  std::array<int, 4> predictions{};
  for (std::uint32_t mcu = 0; mcu < across * down; ++mcu) {
    if (mcu != 0 && picture.restart_interval != 0 && mcu % picture.restart_interval == 0) {
      blocks.writer.align();
      const std::uint32_t number = (mcu / picture.restart_interval - 1) % 8;
      bytes.insert(bytes.end(), {0xFF, static_cast<std::uint8_t>(0xD0 + number)});
      predictions = {};
    }
    for (const std::size_t i : indices) {
      const TestComponent& part = picture.components[i];
      const std::uint32_t h = single ? 1 : part.h;
      const std::uint32_t v = single ? 1 : part.v;
      for (std::uint32_t y = 0; y < v; ++y) {
        for (std::uint32_t x = 0; x < h; ++x) {
          const std::size_t row = mcu / across * v + y;
          const std::size_t column = mcu % across * h + x;
          blocks.put(part.blocks[row * part.columns + column], predictions[i]);
        }
      }
    }
  }
  blocks.writer.align();
}

}  // namespace

void put_segment(Bytes& bytes, std::uint8_t marker, const Bytes& payload) {
  bytes.insert(bytes.end(), {0xFF, marker});
  put16(bytes, payload.size() + 2);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
}

TestPicture random_picture(std::uint16_t width, std::uint16_t height,
                           const std::vector<std::array<std::uint8_t, 2>>& sampling,
                           std::uint32_t seed) {
  Random random(seed);
  TestPicture picture{.width = width, .height = height};
  for (const auto& [h, v] : sampling) picture.components.push_back({.h = h, .v = v});
  const std::uint32_t across =
      (width + 8 * most(picture, &TestComponent::h) - 1) / (8 * most(picture, &TestComponent::h));
  const std::uint32_t down =
      (height + 8 * most(picture, &TestComponent::v) - 1) / (8 * most(picture, &TestComponent::v));
  const bool single = sampling.size() == 1;
  for (TestComponent& part : picture.components) {
    part.columns = across * (single ? 1U : part.h);
    part.blocks.resize(std::size_t{part.columns} * down * (single ? 1U : part.v));
    for (TestBlock& block : part.blocks) {
      block.fill(0);
      block[0] = static_cast<std::int16_t>(random.between(-250, 250));
      for (int n = random.between(0, 6); n > 0; --n) {
        block[static_cast<std::size_t>(random.between(1, 63))] =
            static_cast<std::int16_t>(random.between(-30, 30));
      }
    }
  }
  return picture;
}

std::vector<std::uint8_t> write_jpeg(const TestPicture& picture) {
  Bytes bytes{0xFF, 0xD8};
  put_headers(bytes, picture);
  std::vector<std::size_t> all(picture.components.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (picture.interleaved) {
    put_scan(bytes, picture, all);
  } else {
    for (const std::size_t i : all) put_scan(bytes, picture, {i});
  }
  bytes.insert(bytes.end(), {0xFF, 0xD9});
  return bytes;
}
