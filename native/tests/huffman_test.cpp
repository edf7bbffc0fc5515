#include "huffman.hpp"

#include <memory>
#include <numeric>
#include <vector>

#include "bit_writer.hpp"
#include "check.hpp"
#include "random.hpp"

using namespace streamresize;

namespace {

// Every code of the table followed by ones, decoded one by one.
void check_all_codes(const HuffmanSpec& spec) {
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(table->build(spec));
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length - 1)]; ++i, ++code) {
      const std::uint32_t window = code << (24 - length) | ((1U << (24 - length)) - 1);
      std::vector<std::uint8_t> bytes;
      for (int shift = 16; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(window >> shift));
        if (bytes.back() == 0xFF) bytes.push_back(0);
      }
      BitReader reader;
      reader.attach(bytes);
      reader.ensure_symbol();
      const HuffmanTable::Coefficient whole = table->coefficient(reader);
      const int symbol = spec.symbols[index++];
      CHECK_EQUAL(table->decode(reader), symbol);
      if (whole.bits == 0) continue;
      CHECK_EQUAL(int{whole.bits}, length + (symbol & 15));
      CHECK_EQUAL(int{whole.run}, symbol >> 4);
      CHECK_EQUAL(int{whole.value}, (1 << (symbol & 15)) - 1);
    }
  }
}

struct Coefficient {
  int symbol;
  int value;
};

// Every symbol of the table several times, in any order, with random extra bits.
std::vector<Coefficient> random_coefficients(const HuffmanSpec& spec, std::uint32_t seed) {
  Random random(seed);
  std::vector<Coefficient> all;
  const int count = std::accumulate(spec.counts.begin(), spec.counts.end(), 0);
  for (int i = 0; i < 20 * count; ++i) {
    const int symbol = spec.symbols[static_cast<std::size_t>(i % count)];
    const int size = symbol & 15;
    const int bits = size == 0 ? 0 : random.between(0, (1 << size) - 1);
    const auto place = static_cast<std::ptrdiff_t>(random.between(0, i));
    all.insert(all.begin() + place, {symbol, size == 0 ? 0 : BitReader::extend(bits, size)});
  }
  return all;
}

void check_coefficients(const HuffmanSpec& spec, std::uint32_t seed) {
  const auto codes = codes_of(spec);
  const std::vector<Coefficient> all = random_coefficients(spec, seed);
  std::vector<std::uint8_t> bytes;
  BitWriter writer(bytes);
  for (const auto& [symbol, value] : all) {
    writer.put(codes[static_cast<std::size_t>(symbol)]);
    put_value(writer, value, symbol & 15);
  }
  writer.align();
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(table->build(spec));
  BitReader reader;
  reader.attach(bytes);
  for (const auto& [symbol, value] : all) {
    reader.ensure_symbol();
    const HuffmanTable::Coefficient whole = table->coefficient(reader);
    if (whole.bits != 0) CHECK_EQUAL(int{whole.value}, value);
    CHECK_EQUAL(table->decode(reader), symbol);
    if ((symbol & 15) != 0) CHECK_EQUAL(reader.receive_extend(symbol & 15), value);
  }
  CHECK(!reader.overrun());
}

}  // namespace

TEST(every_code_of_the_standard_tables) {
  for (const bool chroma : {false, true}) {
    check_all_codes(standard_dc_table(chroma));
    check_all_codes(standard_ac_table(chroma));
  }
}

TEST(every_symbol_with_random_extra_bits) {
  for (const bool chroma : {false, true}) {
    check_coefficients(standard_dc_table(chroma), 1);
    check_coefficients(standard_ac_table(chroma), 2);
  }
}

TEST(a_table_of_long_codes_only) {
  HuffmanSpec spec{.counts = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 5, 0, 0, 248}};
  for (std::size_t i = 0; i < 256; ++i) spec.symbols[i] = static_cast<std::uint8_t>(255 - i);
  check_all_codes(spec);
  check_coefficients(spec, 3);
}

TEST(codes_that_are_not_in_the_table) {
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(table->build({.counts = {0, 1}, .symbols = {7}}));
  const std::vector<std::uint8_t> bytes{0x7F, 0xFE, 0xFE};
  BitReader reader;
  reader.attach(bytes);
  reader.ensure_symbol();
  CHECK_EQUAL(table->decode(reader), -1);
}

TEST(counts_that_make_no_prefix_code) {
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(!table->build({.counts = {3}}));
  CHECK(!table->build({.counts = {1, 2, 1}}));
  CHECK(!table->build({.counts = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3}}));
  CHECK(!table->build({.counts = {0, 0, 0, 0, 0, 0, 0, 0, 200, 57}}));
  CHECK(table->build({.counts = {2}}));
  CHECK(table->build({.counts = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}}));
  CHECK(table->build({}));
}
