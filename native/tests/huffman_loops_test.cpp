#include "huffman_loops.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bit_writer.hpp"
#include "check.hpp"
#include "entropy_bytes.hpp"
#include "random.hpp"
#include "zigzag.hpp"

using namespace streamresize;

namespace {

constexpr std::size_t kBlocks = 300;

using Block = std::array<std::int16_t, 64>;
using Blocks = std::vector<Block>;

// Blocks with few and with many coefficients, some with the very last one.
Blocks random_blocks(std::uint32_t seed, int largest) {
  Random random(seed);
  Blocks blocks(kBlocks);
  for (Block& block : blocks) {
    const int count = random.between(0, 3) == 0 ? random.between(0, 64) : random.between(0, 6);
    for (int i = 0; i < count; ++i) {
      block[static_cast<std::size_t>(random.between(0, 63))] =
          static_cast<std::int16_t>(random.between(-largest, largest));
    }
    if (random.between(0, 9) == 0) block[63] = 1;
  }
  return blocks;
}

std::vector<std::uint8_t> encoded(const Blocks& blocks) {
  const auto dc = codes_of(standard_dc_table(false));
  const auto ac = codes_of(standard_ac_table(false));
  std::vector<std::uint8_t> bytes;
  BitWriter writer(bytes);
  int previous = 0;
  for (const Block& block : blocks) {
    const int difference = block[0] - previous;
    previous = block[0];
    writer.put(dc[static_cast<std::size_t>(size_of(difference))]);
    put_value(writer, difference, size_of(difference));
    int run = 0;
    for (std::size_t k = 1; k < 64; ++k) {
      const int value = block[kNaturalOrder[k]];
      if (value == 0) {
        ++run;
        continue;
      }
      for (; run > 15; run -= 16) writer.put(ac[0xF0]);
      writer.put(ac[static_cast<std::size_t>(run << 4 | size_of(value))]);
      put_value(writer, value, size_of(value));
      run = 0;
    }
    if (run != 0) writer.put(ac[0]);
  }
  writer.align();
  return bytes;
}

struct Outcome {
  Blocks blocks{kBlocks};
  std::vector<std::uint8_t> last = std::vector<std::uint8_t>(kBlocks);
  McuProgress progress;
  std::ptrdiff_t used = 0;
  std::int16_t predictor = 0;
};

std::string_view fault(const Outcome& outcome) {
  return outcome.progress.fault == nullptr ? "" : outcome.progress.fault;
}

Outcome decoded(const HuffmanLoops& loops, const std::vector<std::uint8_t>& bytes, int kept,
                int width) {
  HuffmanTable dc;
  HuffmanTable ac;
  CHECK(dc.build(standard_dc_table(false)));
  CHECK(ac.build(standard_ac_table(false)));
  const auto tables = std::make_unique<SequentialTables>(dc, ac, kept, width);
  EntropyBytes window(bytes.size());
  Input input;
  input.append(bytes);
  input.finish();
  window.refill(input, 0);
  BitReader reader;
  reader.attach(window.bytes(), 0);
  Outcome outcome;
  ComponentCodings components;
  components[0].tables = tables.get();
  McuBlocks mcu;
  mcu.add({{outcome.blocks[0].data(), outcome.last.data(), nullptr}, {}, 1, 64});
  outcome.progress = loops.decode_mcus(reader, components, mcu, kBlocks);
  outcome.used = reader.used();
  outcome.predictor = components[0].predictor;
  return outcome;
}

// What the transform reads is there; the rows that it does not clear are clear.
void check_kept(const Outcome& outcome, const Blocks& expected, int kept) {
  CHECK(outcome.progress.fault == nullptr);
  CHECK_EQUAL(outcome.progress.decoded, kBlocks);
  const int size = transform_size(kept);
  const std::uint64_t read = read_by(size);
  for (std::size_t i = 0; i < kBlocks; ++i) {
    int last = 0;
    for (int k = 0; k < 64; ++k) {
      const std::size_t at = kNaturalOrder[static_cast<std::size_t>(k)];
      if (at >= 8 * static_cast<std::size_t>(size)) CHECK_EQUAL(outcome.blocks[i][at], 0);
      if ((read >> k & 1) == 0) continue;
      CHECK_EQUAL(outcome.blocks[i][at], expected[i][at]);
      if (outcome.blocks[i][at] != 0) last = k;
    }
    if (kept != 0) CHECK(last <= outcome.last[i]);
  }
}

// Two scans of one band of random bits, which mean some coefficients or other.
struct TwoScans {
  TwoScans(const HuffmanLoops& loops, std::uint32_t seed, std::uint64_t kept, int width = 9) {
    Random random(seed);
    const int first = random.between(1, 20);
    ScanHeader header;
    header.first = static_cast<std::uint8_t>(first);
    header.last = static_cast<std::uint8_t>(random.between(first, 63));
    header.low_bit = 1;
    HuffmanTable table;
    CHECK(table.build(standard_ac_table(seed % 2 == 0)));
    AcBand band(table, header, kept, width);
    McuBlocks mcu;
    mcu.add({{blocks[0].data(), last.data(), nonzero.data()}, {}, 1, 64});
    McuBlocks again = mcu;
    run(random, [&](BitReader& reader) { return loops.decode_band(reader, band, mcu, kBlocks); });
    header.high_bit = 1;
    header.low_bit = 0;
    AcBand refined(table, header, kept, width);
    run(random,
        [&](BitReader& reader) { return loops.refine_band(reader, refined, again, kBlocks); });
  }

  template <typename Decode>
  void run(Random& random, Decode decode) {
    std::vector<std::uint8_t> bytes(2000);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.between(0, 254));
    bytes.resize(bytes.size() + EntropyBytes::kPadding);
    BitReader reader;
    reader.attach(std::span(bytes).first(2000), 0);
    decoded.push_back(decode(reader).decoded);
    used.push_back(reader.used());
  }

  bool operator==(const TwoScans&) const = default;

  Blocks blocks = Blocks(kBlocks);
  std::vector<std::uint8_t> last = std::vector<std::uint8_t>(kBlocks);
  std::vector<std::uint64_t> nonzero = std::vector<std::uint64_t>(kBlocks);
  std::vector<std::uint32_t> decoded;
  std::vector<std::ptrdiff_t> used;
};

std::vector<const HuffmanLoops*> variants() {
  std::vector<const HuffmanLoops*> result{&kPortableLoops};
  if (&huffman_loops() != &kPortableLoops) result.push_back(&huffman_loops());
  return result;
}

}  // namespace

TEST(blocks_come_back_with_the_coefficients_that_are_kept) {
  for (const int largest : {2, 40, 1000}) {
    const Blocks blocks = random_blocks(static_cast<std::uint32_t>(largest), largest);
    const auto bytes = encoded(blocks);
    for (const HuffmanLoops* loops : variants()) {
      for (const int kept : {0, 4, 24, 63}) {
        for (const int width : {9, 10, 12}) {
          check_kept(decoded(*loops, bytes, kept, width), blocks, kept);
        }
      }
    }
  }
}

// Whatever the bits, skipping and decoding see the same codes, on every kind of processor.
TEST(what_is_kept_does_not_change_what_is_read) {
  Random random(9);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> bytes = encoded(random_blocks(static_cast<std::uint32_t>(round), 30));
    for (int i = random.between(1, 20); i > 0; --i) {
      bytes[static_cast<std::size_t>(random.between(0, static_cast<int>(bytes.size()) - 1))] =
          static_cast<std::uint8_t>(random.between(0, 254));
    }
    const Outcome expected = decoded(kPortableLoops, bytes, 63, 9);
    for (const HuffmanLoops* loops : variants()) {
      for (const int kept : {0, 4, 24, 63}) {
        const Outcome outcome = decoded(*loops, bytes, kept, 12);
        CHECK_EQUAL(outcome.progress.decoded, expected.progress.decoded);
        CHECK(fault(outcome) == fault(expected));
        CHECK_EQUAL(outcome.used, expected.used);
        CHECK_EQUAL(outcome.predictor, expected.predictor);
      }
    }
  }
}

TEST(bands_are_the_same_on_every_kind_of_processor) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const TwoScans expected(kPortableLoops, seed, kAll);
    for (const HuffmanLoops* loops : variants()) {
      for (const int width : {9, 12}) CHECK(TwoScans(*loops, seed, kAll, width) == expected);
    }
  }
}

// What is not kept is still counted.
TEST(bands_are_read_the_same_whatever_is_kept) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const TwoScans all(kPortableLoops, seed, ~std::uint64_t{0});
    for (const int kept : {4, 24}) {
      const std::uint64_t mask = ~std::uint64_t{0} >> (63 - kept);
      const TwoScans some(huffman_loops(), seed, mask);
      CHECK(some.used == all.used);
      CHECK(some.nonzero == all.nonzero);
      for (std::size_t i = 0; i < kBlocks; ++i) {
        for (int k = 0; k < 64; ++k) {
          const std::size_t at = kNaturalOrder[static_cast<std::size_t>(k)];
          CHECK_EQUAL(some.blocks[i][at], k <= kept ? all.blocks[i][at] : 0);
        }
      }
    }
  }
}
