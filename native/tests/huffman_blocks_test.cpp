#include "huffman_blocks.hpp"

#include <algorithm>
#include <array>
#include <memory>
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

Outcome decoded(DecodeMcus decode, const std::vector<std::uint8_t>& bytes, int kept, int width) {
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
  mcu.add({{outcome.blocks[0].data(), outcome.last.data()}, {}, 1, 64});
  outcome.progress = decode(reader, components, mcu, kBlocks);
  outcome.used = reader.used();
  outcome.predictor = components[0].predictor;
  return outcome;
}

void check_kept(const Outcome& outcome, const Blocks& expected, int kept) {
  CHECK(outcome.progress.fault == nullptr);
  CHECK_EQUAL(outcome.progress.decoded, kBlocks);
  for (std::size_t i = 0; i < kBlocks; ++i) {
    int last = 0;
    for (int k = 0; k < 64; ++k) {
      const std::size_t at = kNaturalOrder[static_cast<std::size_t>(k)];
      if (k <= kept) CHECK_EQUAL(outcome.blocks[i][at], expected[i][at]);
      if (outcome.blocks[i][at] != 0) last = k;
    }
    if (kept != 0) CHECK(last <= outcome.last[i]);
  }
}

std::vector<DecodeMcus> variants() {
  std::vector<DecodeMcus> result{kPortableDecodeMcus};
  if (best_decode_mcus() != kPortableDecodeMcus) result.push_back(best_decode_mcus());
  return result;
}

}  // namespace

TEST(blocks_come_back_with_the_coefficients_that_are_kept) {
  for (const int largest : {2, 40, 1000}) {
    const Blocks blocks = random_blocks(static_cast<std::uint32_t>(largest), largest);
    const auto bytes = encoded(blocks);
    for (const DecodeMcus decode : variants()) {
      for (const int kept : {0, 4, 24, 63}) {
        for (const int width : {9, 10, 12}) {
          check_kept(decoded(decode, bytes, kept, width), blocks, kept);
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
    const Outcome expected = decoded(kPortableDecodeMcus, bytes, 63, 9);
    for (const DecodeMcus decode : variants()) {
      for (const int kept : {0, 4, 24, 63}) {
        const Outcome outcome = decoded(decode, bytes, kept, 12);
        CHECK_EQUAL(outcome.progress.decoded, expected.progress.decoded);
        CHECK(fault(outcome) == fault(expected));
        CHECK_EQUAL(outcome.used, expected.used);
        CHECK_EQUAL(outcome.predictor, expected.predictor);
      }
    }
  }
}
