#include "huffman.hpp"

#include <memory>
#include <vector>

#include "check.hpp"

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

}  // namespace

TEST(every_code_of_the_standard_tables) {
  for (const bool chroma : {false, true}) {
    check_all_codes(standard_dc_table(chroma));
    check_all_codes(standard_ac_table(chroma));
  }
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
  CHECK(!table->build({.counts = {0, 0, 0, 0, 0, 0, 0, 0, 200, 57}}));
  CHECK(table->build({.counts = {2}}));
  CHECK(table->build({}));
}
