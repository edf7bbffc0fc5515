// Baseline JPEGs with known coefficients, for tests.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

// Quantised coefficients of one block, natural order.
using TestBlock = std::array<std::int16_t, 64>;

struct TestComponent {
  std::uint8_t h = 1;
  std::uint8_t v = 1;
  std::uint32_t columns = 0;  // blocks, padded to whole MCUs
  std::vector<TestBlock> blocks{};
};

struct TestPicture {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t restart_interval = 0;
  std::uint8_t step = 3;  // of quantisation
  bool interleaved = true;
  std::vector<TestComponent> components{};
};

// Components of the given sampling factors, filled with random sparse blocks.
TestPicture random_picture(std::uint16_t width, std::uint16_t height,
                           const std::vector<std::array<std::uint8_t, 2>>& sampling,
                           std::uint32_t seed);

// Appends a marker segment.
void put_segment(std::vector<std::uint8_t>& bytes, std::uint8_t marker,
                 const std::vector<std::uint8_t>& payload);

// One interleaved scan, or one scan for each component, with the standard Huffman tables.
std::vector<std::uint8_t> write_jpeg(const TestPicture& picture);
