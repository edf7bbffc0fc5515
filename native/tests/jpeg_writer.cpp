#include "jpeg_writer.hpp"

#include <algorithm>
#include <cstdlib>

#include "huffman.hpp"
#include "random.hpp"
#include "zigzag.hpp"

namespace {

using streamresize::HuffmanSpec;
using Bytes = std::vector<std::uint8_t>;

struct Code {
  std::uint32_t bits = 0;
  int length = 0;
};

// T.81 C.2
std::array<Code, 256> codes_of(const HuffmanSpec& spec) {
  std::array<Code, 256> codes{};
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length - 1)]; ++i) {
      codes[spec.symbols[index++]] = {code++, length};
    }
  }
  return codes;
}

class BitWriter {
 public:
  explicit BitWriter(Bytes& bytes) : bytes_(bytes) {}

  void put(std::uint32_t bits, int length) {
    for (int i = length - 1; i >= 0; --i) {
      byte_ = static_cast<std::uint8_t>(std::uint32_t{byte_} << 1 | (bits >> i & 1));
      if (++count_ == 8) flush_byte();
    }
  }
  void put(const Code& code) { put(code.bits, code.length); }
  void align() {
    while (count_ != 0) put(1, 1);
  }

 private:
  void flush_byte() {
    bytes_.push_back(byte_);
    if (byte_ == 0xFF) bytes_.push_back(0);
    count_ = 0;
    byte_ = 0;
  }

  Bytes& bytes_;
  std::uint8_t byte_ = 0;
  int count_ = 0;
};

int size_of(int value) {
  int size = 0;
  for (int rest = std::abs(value); rest != 0; rest >>= 1) ++size;
  return size;
}

void put_value(BitWriter& writer, int value, int size) {
  writer.put(static_cast<std::uint32_t>(value < 0 ? value + (1 << size) - 1 : value), size);
}

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

void put_segment(Bytes& bytes, std::uint8_t marker, const Bytes& payload) {
  bytes.insert(bytes.end(), {0xFF, marker});
  put16(bytes, payload.size() + 2);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
}

void put_headers(Bytes& bytes, const TestPicture& picture) {
  Bytes quantization(65, picture.step);
  quantization[0] = 0;
  put_segment(bytes, 0xDB, quantization);
  Bytes frame{8};
  put16(frame, picture.height);
  put16(frame, picture.width);
  frame.push_back(static_cast<std::uint8_t>(picture.components.size()));
  Bytes scan{frame.back()};
  for (std::size_t i = 0; i < picture.components.size(); ++i) {
    const auto& [h, v, columns, blocks] = picture.components[i];
    const auto id = static_cast<std::uint8_t>(i + 1);
    frame.insert(frame.end(), {id, static_cast<std::uint8_t>(h << 4 | v), 0});
    scan.insert(scan.end(), {id, 0});
  }
  put_segment(bytes, 0xC0, frame);
  if (picture.restart_interval != 0) {
    put_segment(bytes, 0xDD,
                {static_cast<std::uint8_t>(picture.restart_interval >> 8),
                 static_cast<std::uint8_t>(picture.restart_interval)});
  }
  scan.insert(scan.end(), {0, 63, 0});
  put_segment(bytes, 0xDA, scan);
}

std::uint32_t most(const TestPicture& picture, std::uint8_t TestComponent::* factor) {
  std::uint32_t result = 1;
  for (const TestComponent& part : picture.components) {
    result = std::max<std::uint32_t>(result, part.*factor);
  }
  return picture.components.size() == 1 ? 1 : result;
}

}  // namespace

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
  BlockWriter blocks(bytes);
  const bool single = picture.components.size() == 1;
  const TestComponent& first = picture.components[0];
  const std::uint32_t across = first.columns / (single ? 1U : first.h);
  const auto mcus = static_cast<std::uint32_t>(first.blocks.size()) /
                    (single ? 1U : std::uint32_t{first.h} * first.v);
  std::array<int, 4> predictions{};
  for (std::uint32_t mcu = 0; mcu < mcus; ++mcu) {
    if (mcu != 0 && picture.restart_interval != 0 && mcu % picture.restart_interval == 0) {
      blocks.writer.align();
      const std::uint32_t number = (mcu / picture.restart_interval - 1) % 8;
      bytes.insert(bytes.end(), {0xFF, static_cast<std::uint8_t>(0xD0 + number)});
      predictions = {};
    }
    for (std::size_t i = 0; i < picture.components.size(); ++i) {
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
  bytes.insert(bytes.end(), {0xFF, 0xD9});
  return bytes;
}
