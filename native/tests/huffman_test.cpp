#include "huffman.hpp"

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "check.hpp"
#include "lookup_tables.hpp"

using namespace streamresize;

namespace {

// A reader of 24 bits.
class Window {
 public:
  explicit Window(std::uint32_t bits)
      : bytes_{static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
               static_cast<std::uint8_t>(bits)} {
    reader.attach(std::span(bytes_).first(3), 0);
    reader.ensure_symbol();
  }
  BitReader reader;

 private:
  std::array<std::uint8_t, 3 + 8> bytes_;
};

// Every code of the table followed by ones, decoded one by one.
void check_all_codes(const HuffmanSpec& spec) {
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(table->build(spec));
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length - 1)]; ++i, ++code) {
      Window window(code << (24 - length) | ((1U << (24 - length)) - 1));
      CHECK_EQUAL(table->decode(window.reader), spec.symbols[index++]);
    }
  }
}

HuffmanSpec long_codes_only() {
  HuffmanSpec spec{.counts = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 5, 0, 0, 248}};
  for (std::size_t i = 0; i < 256; ++i) spec.symbols[i] = static_cast<std::uint8_t>(255 - i);
  return spec;
}

HuffmanSpec short_codes_only() {
  return {.counts = {1, 1, 1, 1}, .symbols = {0xF0, 0x01, 0x00, 0x53}};
}

struct Match {
  int length = 0;  // 0: no code of the table is there
  int symbol = 0;
};

// The code at bit `at` of the `width` bits of `index`.
Match match(const HuffmanTable& table, std::uint32_t index, int width, int at) {
  Match found;
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    if (at + length > width) return;
    const std::uint32_t bits = index >> (width - at - length) & ((1U << length) - 1);
    if (bits == code) found = {length, symbol};
  });
  return found;
}

// The value of the `size` bits at bit `at`.
int value_at(std::uint32_t index, int width, int at, int size) {
  if (size == 0) return 0;
  const std::uint32_t bits = index >> (width - at - size) & ((1U << size) - 1);
  return BitReader::extend(static_cast<std::int32_t>(bits), size);
}

bool is_eob(int symbol) { return (symbol & 15) == 0 && symbol != 0xF0; }

// All symbols whose codes lie within the index, one after the other.
struct Greedy {
  Greedy(const HuffmanTable& table, std::uint32_t index, int width) {
    while (bits < width && !eob) {
      const auto [length, symbol] = match(table, index, width, bits);
      if (length == 0) break;
      bits += length + (symbol & 15);
      eob = is_eob(symbol);
      if (!eob) coefficients += (symbol >> 4) + 1;
    }
  }

  [[nodiscard]] bool fits_a_block() const { return coefficients < kBlockEnd; }
  [[nodiscard]] int advance() const {
    return bits == 0 ? kBlockEnd : coefficients + (eob ? AcSkipTable::kEob : 0);
  }

  int bits = 0;
  int coefficients = 0;
  bool eob = false;
};

void check_skip_table(const HuffmanTable& table, int width) {
  AcSkipTable skip;
  skip.build(table, width);
  for (std::uint32_t index = 0; index < 1U << width; ++index) {
    const Greedy expected(table, index, width);
    const AcSkipTable::Entry entry = skip.entries()[index];
    if (expected.fits_a_block()) {
      CHECK_EQUAL(int{entry.bits}, expected.bits);
      CHECK_EQUAL(int{entry.advance}, expected.advance());
    } else {  // no block is that long: fewer symbols
      CHECK(entry.bits > 0 && entry.bits < expected.bits);
      CHECK((entry.advance & (AcSkipTable::kEob - 1)) < kBlockEnd);
    }
    CHECK(entry.bits <= AcSkipTable::kMaxBits);
  }
}

void check_dc_table(const HuffmanTable& dc, const HuffmanTable& ac, int width) {
  AcSkipTable skip;
  skip.build(ac, width);
  AcSkipTable nothing;
  nothing.build(HuffmanTable(), width);
  DcTable alone;
  DcTable skipping;
  alone.build(dc, nothing, width);
  skipping.build(dc, skip, width);
  for (std::uint32_t index = 0; index < 1U << width; ++index) {
    const auto [length, size] = match(dc, index, width, 0);
    const DcTable::Entry entry = alone.entries()[index];
    const DcTable::Entry more = skipping.entries()[index];
    const int rest = width - length - size;
    if (length == 0 || size > 15 || rest < 0) {
      CHECK_EQUAL(int{entry.bits}, 0);
      CHECK_EQUAL(int{more.bits}, 0);
      continue;
    }
    CHECK_EQUAL(int{entry.bits}, length + size);
    CHECK_EQUAL(int{entry.next}, 1);
    CHECK_EQUAL(int{entry.difference}, value_at(index, width, length, size));
    const Greedy behind(ac, index & ((1U << rest) - 1), rest);
    CHECK_EQUAL(int{more.difference}, int{entry.difference});
    if (behind.bits == 0) {
      CHECK_EQUAL(int{more.next}, 1);
    } else if (behind.fits_a_block()) {
      CHECK_EQUAL(int{more.bits}, length + size + behind.bits);
      CHECK_EQUAL(int{more.next}, 1 + behind.advance());
    }
    CHECK(more.bits <= AcSkipTable::kMaxBits);
  }
}

void check_coefficient_table(const HuffmanTable& table, int width) {
  AcSkipTable eob;
  eob.build_eob(table, width);
  CoefficientTable coefficients;
  coefficients.build(table, eob, width);
  for (std::uint32_t index = 0; index < 1U << width; ++index) {
    const auto [length, symbol] = match(table, index, width, 0);
    const int size = symbol & 15;
    const CoefficientTable::Entry entry = coefficients.entries()[index];
    if (length == 0 || length + size > width) {
      CHECK_EQUAL(int{entry.bits}, 0);
      continue;
    }
    const Match behind = match(table, index, width, length + size);
    const bool ends_behind = size != 0 && behind.length != 0 && is_eob(behind.symbol);
    const bool ends = ends_behind || is_eob(symbol);
    CHECK_EQUAL(int{entry.bits}, length + size + (ends_behind ? behind.length : 0));
    CHECK_EQUAL(entry.run >= CoefficientTable::kEob, ends);
    if (!is_eob(symbol)) CHECK_EQUAL(entry.run % CoefficientTable::kEob, symbol >> 4);
    CHECK_EQUAL(int{entry.value}, value_at(index, width, length, size));
  }
}

// The first two coefficients, if they lie within the index whole, and the end behind them.
struct Pair {
  Pair(const HuffmanTable& table, std::uint32_t index, int width) {
    while (advance < AcSkipTable::kEob) {
      const auto [length, symbol] = match(table, index, width, bits);
      const int size = symbol & 15;
      const bool fits = length != 0 && bits + length + size <= width;
      if (!fits || (values.size() == 2 && !is_eob(symbol))) break;
      if (!is_eob(symbol)) {
        places.push_back(advance + (symbol >> 4));
        values.push_back(value_at(index, width, bits + length, size));
      }
      advance = is_eob(symbol) ? advance + AcSkipTable::kEob : places.back() + 1;
      bits += length + size;
    }
  }

  std::vector<int> places;
  std::vector<int> values;
  int bits = 0;
  int advance = 0;
};

void check_pair_table(const HuffmanTable& table, int width) {
  PairTable pairs;
  pairs.build(table, width);
  for (std::uint32_t index = 0; index < 1U << width; ++index) {
    const Pair expected(table, index, width);
    const PairTable::Entry entry = pairs.entries()[index];
    CHECK_EQUAL(int{entry.bits}, expected.bits);
    CHECK_EQUAL(int{entry.advance}, expected.bits == 0 ? kBlockEnd : expected.advance);
    const bool is_empty = expected.values.empty();
    CHECK_EQUAL(int{entry.values[0]}, is_empty ? 0 : expected.values.front());
    CHECK_EQUAL(int{entry.values[1]}, is_empty ? 0 : expected.values.back());
    CHECK_EQUAL(int{entry.places[0]}, is_empty ? 0 : expected.places.front());
    CHECK_EQUAL(int{entry.places[1]}, is_empty ? 0 : expected.places.back());
  }
}

template <typename Check>
void for_every_table(Check check) {
  for (const HuffmanSpec& spec :
       {standard_ac_table(false), standard_ac_table(true), standard_dc_table(false),
        long_codes_only(), short_codes_only(), HuffmanSpec{}}) {
    const auto table = std::make_unique<HuffmanTable>();
    CHECK(table->build(spec));
    check(*table);
  }
}

}  // namespace

TEST(every_code_of_the_standard_tables) {
  for (const bool chroma : {false, true}) {
    check_all_codes(standard_dc_table(chroma));
    check_all_codes(standard_ac_table(chroma));
  }
}

TEST(a_table_of_long_codes_only) { check_all_codes(long_codes_only()); }

TEST(lookups_that_skip_agree_with_the_symbols) {
  for (const int width : {1, 5, 9, 12}) {
    for_every_table([&](const HuffmanTable& table) { check_skip_table(table, width); });
  }
}

TEST(lookups_of_differences_agree_with_the_symbols) {
  const auto dc = std::make_unique<HuffmanTable>();
  CHECK(dc->build(standard_dc_table(false)));
  for_every_table([&](const HuffmanTable& ac) { check_dc_table(*dc, ac, 11); });
  for_every_table([&](const HuffmanTable& table) { check_dc_table(table, *dc, 9); });
}

TEST(lookups_of_coefficients_agree_with_the_symbols) {
  for (const int width : {1, 9, 12}) {
    for_every_table([&](const HuffmanTable& table) { check_coefficient_table(table, width); });
  }
}

TEST(lookups_of_pairs_agree_with_the_symbols) {
  for (const int width : {1, 5, 9, 10}) {
    for_every_table([&](const HuffmanTable& table) { check_pair_table(table, width); });
  }
}

TEST(codes_that_are_not_in_the_table) {
  const auto table = std::make_unique<HuffmanTable>();
  CHECK(table->build({.counts = {0, 1}, .symbols = {7}}));
  Window window(0x7FFEFE);
  CHECK_EQUAL(table->decode(window.reader), -1);
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
