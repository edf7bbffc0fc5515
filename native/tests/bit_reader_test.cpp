#include "bit_reader.hpp"

#include <vector>

#include "check.hpp"
#include "random.hpp"

using streamresize::BitReader;
using Bytes = std::vector<std::uint8_t>;

namespace {

// Bytes with many 0xFF, and the same with a zero stuffed behind each.
struct Stuffed {
  Bytes plain;
  Bytes stuffed;
};

Stuffed random_bytes(std::uint32_t seed, int count) {
  Random random(seed);
  Stuffed result;
  for (int i = 0; i < count; ++i) {
    const auto byte =
        static_cast<std::uint8_t>(random.between(0, 3) == 0 ? 0xFF : random.between(0, 255));
    result.plain.push_back(byte);
    result.stuffed.push_back(byte);
    if (byte == 0xFF) result.stuffed.push_back(0);
  }
  return result;
}

std::uint32_t bits_at(const Bytes& bytes, std::size_t position, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++position) {
    value = value << 1 | (bytes[position / 8] >> (7 - position % 8) & 1U);
  }
  return value;
}

}  // namespace

TEST(stuffed_zeros_are_removed) {
  const Stuffed bytes = random_bytes(1, 500);
  Random random(2);
  BitReader reader;
  reader.attach(bytes.stuffed);
  std::size_t position = 0;
  while (position + 32 <= 8 * bytes.plain.size()) {
    reader.ensure_symbol();
    const int count = random.between(1, 32);
    CHECK_EQUAL(reader.peek(count), bits_at(bytes.plain, position, count));
    reader.skip(count);
    position += static_cast<std::size_t>(count);
  }
  CHECK(!reader.overrun());
}

TEST(reading_goes_on_in_another_buffer) {
  const Stuffed bytes = random_bytes(3, 40);
  for (std::size_t cut = 20; cut < bytes.stuffed.size(); ++cut) {
    Bytes first(bytes.stuffed.begin(), bytes.stuffed.begin() + static_cast<std::ptrdiff_t>(cut));
    BitReader reader;
    reader.attach(first);
    reader.ensure_symbol();
    CHECK_EQUAL(reader.peek(30), bits_at(bytes.plain, 0, 30));
    reader.skip(30);
    const auto taken = reader.position() - first.data();
    reader.attach(std::span(bytes.stuffed).subspan(static_cast<std::size_t>(taken)));
    for (std::size_t position = 30; position + 7 <= 8 * bytes.plain.size(); position += 7) {
      reader.ensure_symbol();
      CHECK_EQUAL(reader.peek(7), bits_at(bytes.plain, position, 7));
      reader.skip(7);
    }
  }
}

TEST(zero_bits_stand_in_behind_the_end_and_before_a_marker) {
  for (const Bytes& bytes : {Bytes{0xAB}, Bytes{0xAB, 0xFF, 0xD9, 0x55}, Bytes{0xAB, 0xFF}}) {
    BitReader reader;
    reader.attach(bytes);
    reader.ensure_symbol();
    CHECK_EQUAL(reader.peek(16), 0xAB00U);
    reader.skip(8);
    CHECK(!reader.overrun());
    reader.skip(1);
    CHECK(reader.overrun());
    CHECK_EQUAL(reader.position() - bytes.data(), 1);
  }
}

TEST(values_are_extended) {
  CHECK_EQUAL(BitReader::extend(0, 1), -1);
  CHECK_EQUAL(BitReader::extend(1, 1), 1);
  CHECK_EQUAL(BitReader::extend(3, 3), -4);
  CHECK_EQUAL(BitReader::extend(4, 3), 4);
  CHECK_EQUAL(BitReader::extend(0, 15), -32767);
}
