#include "bit_reader.hpp"

#include <array>
#include <span>
#include <vector>

#include "check.hpp"
#include "random.hpp"

using streamresize::BitReader;
using Bytes = std::vector<std::uint8_t>;

namespace {

// Bytes as a window offers them: eight zeros follow.
class Window {
 public:
  explicit Window(std::span<const std::uint8_t> bytes)
      : size_(bytes.size()), bytes_(bytes.begin(), bytes.end()) {
    bytes_.resize(size_ + 8);
  }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first(size_);
  }

 private:
  std::size_t size_;
  Bytes bytes_;
};

Bytes random_bytes(std::uint32_t seed, int count) {
  Random random(seed);
  Bytes result;
  for (int i = 0; i < count; ++i)
    result.push_back(static_cast<std::uint8_t>(random.between(0, 255)));
  return result;
}

std::uint32_t bits_at(const Bytes& bytes, std::size_t position, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++position) {
    value = value << 1 | (bytes[position / 8] >> (7 - position % 8) & 1U);
  }
  return value;
}

// Reads values of 7 bits from bit `position` up to bit `end`; returns how far it came.
std::size_t check_bits(BitReader& reader, const Bytes& bytes, std::size_t position,
                       std::size_t end) {
  for (; position + 7 <= end; position += 7) {
    reader.ensure_symbol();
    CHECK_EQUAL(reader.peek(7), bits_at(bytes, position, 7));
    reader.skip(7);
  }
  return position;
}

}  // namespace

TEST(bits_come_in_order) {
  const Bytes bytes = random_bytes(1, 500);
  const Window window(bytes);
  Random random(2);
  BitReader reader;
  reader.attach(window.bytes(), 0);
  std::size_t position = 0;
  while (position + 32 <= 8 * bytes.size()) {
    reader.ensure_symbol();
    const int count = random.between(1, 32);
    CHECK_EQUAL(reader.peek(count), bits_at(bytes, position, count));
    reader.skip(count);
    position += static_cast<std::size_t>(count);
    CHECK_EQUAL(reader.used(), static_cast<std::ptrdiff_t>(position / 8));
  }
  CHECK(!reader.overrun());
}

// A window is only ever left while more bytes are at hand than the reader looks ahead.
TEST(bits_do_not_depend_on_where_the_window_moves) {
  const Bytes bytes = random_bytes(6, 300);
  for (const std::size_t step : std::array<std::size_t, 5>{9, 10, 13, 16, 64}) {
    BitReader reader;
    std::size_t begin = 0;
    std::size_t position = 0;
    std::vector<Window> windows;
    for (std::size_t end = step; end <= bytes.size(); end += step) {
      const auto used = static_cast<std::size_t>(reader.used());
      begin += used;
      windows.emplace_back(std::span(bytes).subspan(begin, end - begin));
      reader.attach(windows.back().bytes(), static_cast<std::ptrdiff_t>(used));
      position = check_bits(reader, bytes, position, 8 * (end - 8));
      CHECK(!reader.overrun());
    }
  }
}

TEST(every_length_of_the_last_bytes_is_read) {
  for (int count = 0; count <= 20; ++count) {
    const Bytes bytes = random_bytes(static_cast<std::uint32_t>(100 + count), count);
    const Window window(bytes);
    BitReader reader;
    reader.attach(window.bytes(), 0);
    for (std::size_t position = 0; position < 8 * bytes.size(); ++position) {
      reader.ensure_symbol();
      CHECK_EQUAL(reader.peek(1), bits_at(bytes, position, 1));
      reader.skip(1);
      CHECK(!reader.overrun());
    }
    for (int i = 0; i < 100; ++i) {
      reader.ensure_symbol();
      CHECK_EQUAL(reader.peek(32), 0U);
      reader.skip(1);
      CHECK(reader.overrun());
    }
  }
}

TEST(discarded_bits_are_not_read) {
  const Window first(Bytes{0x12, 0x34});
  const Window second(Bytes{0x56});
  BitReader reader;
  reader.attach(first.bytes(), 0);
  reader.ensure_symbol();
  reader.skip(20);
  CHECK(reader.overrun());
  reader.discard_bits();
  reader.attach(second.bytes(), 0);
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
