#include "bit_reader.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
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

// Bytes whose stuffed zero, if they need one, is among `stuffed`.
std::size_t plain_bytes(std::span<const std::uint8_t> stuffed) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < stuffed.size(); ++i, ++count) {
    if (stuffed[i] == 0xFF && ++i == stuffed.size()) break;
  }
  return count;
}

// Reads values of 7 bits from bit `position` up to bit `end`; returns how far it came.
std::size_t check_bits(BitReader& reader, const Bytes& plain, std::size_t position,
                       std::size_t end) {
  for (; position + 7 <= end; position += 7) {
    reader.ensure_symbol();
    CHECK_EQUAL(reader.peek(7), bits_at(plain, position, 7));
    reader.skip(7);
  }
  return position;
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

TEST(bits_do_not_depend_on_the_split) {
  const Stuffed bytes = random_bytes(3, 60);
  const std::span<const std::uint8_t> source = bytes.stuffed;
  for (std::size_t cut = 0; cut <= source.size(); ++cut) {
    BitReader reader;
    reader.attach(source.first(cut));
    const std::size_t first_bits = 8 * plain_bytes(source.first(cut));
    std::size_t position = check_bits(reader, bytes.plain, 0, first_bits);
    const auto taken = static_cast<std::size_t>(reader.position() - source.data());
    reader.attach(source.subspan(taken));
    position = check_bits(reader, bytes.plain, position, 8 * bytes.plain.size());
    CHECK(8 * bytes.plain.size() - position < 7);
    CHECK(!reader.overrun());
  }
}

TEST(bits_do_not_depend_on_how_the_source_grows) {
  const Stuffed bytes = random_bytes(6, 300);
  for (const std::size_t step : std::array<std::size_t, 6>{1, 2, 3, 7, 9, 64}) {
    BitReader reader;
    std::size_t taken = 0;
    std::size_t position = 0;
    for (std::size_t arrived = 0; arrived < bytes.stuffed.size();) {
      arrived = std::min(arrived + step, bytes.stuffed.size());
      const Bytes piece(bytes.stuffed.begin() + static_cast<std::ptrdiff_t>(taken),
                        bytes.stuffed.begin() + static_cast<std::ptrdiff_t>(arrived));
      reader.attach(piece);
      const std::size_t bits = 8 * plain_bytes(std::span(bytes.stuffed).first(arrived));
      position = check_bits(reader, bytes.plain, position, bits);
      taken += static_cast<std::size_t>(reader.position() - piece.data());
    }
    CHECK(8 * bytes.plain.size() - position < 7);
  }
}

TEST(every_length_of_the_last_bytes_is_read) {
  for (int count = 0; count <= 20; ++count) {
    const Stuffed bytes = random_bytes(static_cast<std::uint32_t>(100 + count), count);
    const Bytes exact(bytes.stuffed);  // its end is the end of an allocation
    BitReader reader;
    reader.attach(exact);
    for (std::size_t position = 0; position < 8 * bytes.plain.size(); ++position) {
      reader.ensure_symbol();
      CHECK_EQUAL(reader.peek(1), bits_at(bytes.plain, position, 1));
      reader.skip(1);
    }
    CHECK(!reader.overrun());
    reader.ensure_symbol();
    CHECK_EQUAL(reader.peek(32), 0U);
    CHECK_EQUAL(reader.position() - exact.data(), std::ssize(exact));
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

TEST(padding_gives_way_to_the_bytes_that_come_later) {
  const Bytes first{0xAB};
  const Bytes second{0xCD, 0xEF};
  BitReader reader;
  reader.attach(first);
  reader.ensure_symbol();
  reader.skip(4);
  reader.attach(second);
  reader.ensure_symbol();
  CHECK_EQUAL(reader.peek(20), 0xBCDEFU);
}

TEST(buffered_bytes_are_those_of_the_source) {
  const Bytes bytes{1, 2, 3};
  BitReader reader;
  reader.attach(bytes);
  reader.ensure_symbol();
  CHECK_EQUAL(reader.buffered_bytes(), 3U);
  reader.skip(1);
  CHECK_EQUAL(reader.buffered_bytes(), 2U);
  reader.skip(30);
  CHECK_EQUAL(reader.buffered_bytes(), 0U);
  CHECK(reader.overrun());
}

TEST(discarded_bits_are_not_read) {
  const Bytes bytes{0x12, 0x34, 0xFF, 0xD0, 0x56};
  BitReader reader;
  reader.attach(bytes);
  reader.ensure_symbol();
  reader.skip(20);
  CHECK(reader.overrun());
  reader.discard_bits();
  reader.set_position(bytes.data() + 4);
  CHECK(!reader.overrun());
  reader.ensure_symbol();
  CHECK_EQUAL(reader.peek(8), 0x56U);
}

TEST(values_are_extended) {
  CHECK_EQUAL(BitReader::extend(0, 1), -1);
  CHECK_EQUAL(BitReader::extend(1, 1), 1);
  CHECK_EQUAL(BitReader::extend(3, 3), -4);
  CHECK_EQUAL(BitReader::extend(4, 3), 4);
  CHECK_EQUAL(BitReader::extend(0, 15), -32767);
}
