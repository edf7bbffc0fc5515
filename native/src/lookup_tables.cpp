#include "lookup_tables.hpp"

#include <algorithm>
#include <span>

namespace streamresize {
namespace {

constexpr std::uint8_t kZeroRunLength = 0xF0;  // ZRL: sixteen zeros

constexpr bool is_eob(std::uint8_t symbol) {
  return (symbol & 15) == 0 && symbol != kZeroRunLength;
}

PairTable::Entry make_single(std::uint8_t symbol, std::int32_t extra, int length) {
  const int size = symbol & 15;
  const auto bits = static_cast<std::uint8_t>(length + size);
  if (is_eob(symbol)) return {{0, 0}, {0, 0}, bits, AcSkipTable::kEob};
  const auto value = static_cast<std::int16_t>(size == 0 ? 0 : BitReader::extend(extra, size));
  const auto run = static_cast<std::uint8_t>(symbol >> 4);
  return {{value, value}, {run, run}, bits, static_cast<std::uint8_t>(run + 1)};
}

// A coefficient and another one or the end of the block; a pair and the end of the block.
PairTable::Entry joined(PairTable::Entry entry, const PairTable::Entry& next) {
  if (next.advance != AcSkipTable::kEob) {
    entry.values[1] = next.values[0];
    entry.places[1] = static_cast<std::uint8_t>(entry.advance + next.places[0]);
  }
  entry.bits += next.bits;
  entry.advance += next.advance;
  return entry;
}

}  // namespace

void AcSkipTable::build(const HuffmanTable& table, int width) {
  build_empty(width);
  for (int w = 1; w <= width; ++w) {
    table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
      if (length <= w) enter(w, code, length, symbol);
    });
  }
}

void AcSkipTable::build_empty(int width) {
  entries_.assign(std::size_t{2} << width, {0, kBlockEnd});
}

// Nothing follows an end: no width needs another one.
template <typename Accept>
void AcSkipTable::build_ends(const HuffmanTable& table, int width, Accept accept) {
  build_empty(width);
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    if (!accept(symbol)) return;
    for (int w = length; w <= width; ++w) enter(w, code, length, symbol);
  });
}

void AcSkipTable::build_eob(const HuffmanTable& table, int width) {
  build_ends(table, width, is_eob);
}

void AcSkipTable::build_single_eob(const HuffmanTable& table, int width) {
  build_ends(table, width, [](std::uint8_t symbol) { return symbol == 0; });
}

void AcSkipTable::enter(int width, std::uint32_t code, int length, std::uint8_t symbol) {
  const auto first =
      entries_.begin() + (std::ptrdiff_t{1} << width) + (std::ptrdiff_t{code} << (width - length));
  const int bits = length + (symbol & 15);
  const auto advance = static_cast<std::uint8_t>(is_eob(symbol) ? kEob : (symbol >> 4) + 1);
  const Entry alone{static_cast<std::uint8_t>(bits), advance};
  const int rest = width - bits;
  if (is_eob(symbol) || rest <= 0) {
    std::fill_n(first, std::size_t{1} << (width - length), alone);
    return;
  }
  const auto followers = entries_.begin() + (std::ptrdiff_t{1} << rest);
  const auto join = [&](const Entry& next) {
    if (next.bits == 0 || (next.advance & (kEob - 1)) + advance >= kBlockEnd) return alone;
    return Entry{static_cast<std::uint8_t>(bits + next.bits),
                 static_cast<std::uint8_t>(advance + next.advance)};
  };
  std::transform(followers, followers + (std::ptrdiff_t{1} << rest), first, join);
  for (int extra = 1; extra < 1 << (symbol & 15); ++extra) {
    std::copy_n(first, std::size_t{1} << rest, first + (std::ptrdiff_t{extra} << rest));
  }
}

void DcTable::build(const HuffmanTable& table, const AcSkipTable& behind, int width) {
  entries_.assign(std::size_t{1} << width, {0, 0, 0});
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t size) {
    const int rest = width - length - size;
    if (size > 15 || rest < 0) return;
    const std::span<const AcSkipTable::Entry> followers = behind.narrow(rest);
    auto entry = entries_.begin() + (std::ptrdiff_t{code} << (width - length));
    for (std::int32_t extra = 0; extra < 1 << size; ++extra) {
      const auto difference =
          static_cast<std::int16_t>(size == 0 ? 0 : BitReader::extend(extra, size));
      entry = std::ranges::transform(followers, entry, [=](const AcSkipTable::Entry& next) {
                const int advance = next.bits == 0 ? 0 : next.advance;
                return Entry{difference, static_cast<std::uint8_t>(length + size + next.bits),
                             static_cast<std::uint8_t>(1 + advance)};
              }).out;
    }
  });
}

void CoefficientTable::build(const HuffmanTable& table, const AcSkipTable& eob, int width) {
  entries_.assign(std::size_t{1} << width, {0, 0, 0});
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    const int size = symbol & 15;
    const int rest = width - length - size;
    if (rest < 0 || (is_eob(symbol) && eob.narrow(length)[code].bits == 0)) return;
    const std::span<const AcSkipTable::Entry> ends = eob.narrow(rest);
    for (std::int32_t extra = 0; extra < 1 << size; ++extra) {
      const auto value = static_cast<std::int16_t>(size == 0 ? 0 : BitReader::extend(extra, size));
      const auto first = ((std::size_t{code} << size) + static_cast<std::size_t>(extra)) << rest;
      for (std::uint32_t i = 0; i < 1U << rest; ++i) {
        Entry entry{value, static_cast<std::uint8_t>(is_eob(symbol) ? kEob : symbol >> 4),
                    static_cast<std::uint8_t>(length + size)};
        const AcSkipTable::Entry end = ends[i];
        if (size != 0 && end.bits != 0) {
          entry.run |= kEob;
          entry.bits += end.bits;
        }
        entries_[first + i] = entry;
      }
    }
  });
}

void PairTable::build(const HuffmanTable& table, int width) {
  const std::size_t size = std::size_t{1} << width;
  std::vector<Entry> single(size, {{0, 0}, {0, 0}, 0, kBlockEnd});
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    const int extra_bits = symbol & 15;
    const int rest = width - length - extra_bits;
    if (rest < 0) return;
    auto at = single.begin() + (std::ptrdiff_t{code} << (width - length));
    for (std::int32_t extra = 0; extra < 1 << extra_bits; ++extra) {
      at = std::fill_n(at, std::size_t{1} << rest, make_single(symbol, extra, length));
    }
  });
  entries_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    Entry& entry = entries_[i] = single[i];
    for (int coefficients = 1; entry.bits != 0 && entry.advance < AcSkipTable::kEob;
         ++coefficients) {
      const Entry next = single[(i << entry.bits) & (size - 1)];
      const bool fits = next.bits != 0 && entry.bits + next.bits <= width;
      if (!fits || (coefficients == 2 && next.advance != AcSkipTable::kEob)) break;
      entry = joined(entry, next);
    }
  }
}

void RefinementTable::build(const HuffmanTable& table, int width) {
  std::vector<Step> steps(std::size_t{1} << width);
  table.for_each_code([&](std::uint32_t code, int length, std::uint8_t symbol) {
    if (length > width || (is_eob(symbol) && symbol != 0)) return;  // ends several blocks
    const int size = (symbol & 15) != 0 ? 1 : 0;
    std::fill_n(steps.begin() + (std::ptrdiff_t{code} << (width - length)),
                std::size_t{1} << (width - length), Step{symbol >> 4, size, length + size});
  });
  entries_.resize(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) entries_[i] = join(steps, width, i);
}

RefinementTable::Entry RefinementTable::join(const std::vector<Step>& steps, int width,
                                             std::size_t index) {
  Entry entry{};
  while (entry.reach == entry.advance) {
    const Step step = steps[(index << entry.bits) & (steps.size() - 1)];
    const int place = entry.advance + step.run;
    if (step.bits == 0 || entry.bits + step.bits > width || place >= kMaxAdvance) break;
    entry.bits += static_cast<std::uint8_t>(step.bits);
    const bool ends = step.run == 0 && step.size == 0;
    if (!ends) entry.advance = static_cast<std::uint8_t>(place + 1);
    entry.reach = static_cast<std::uint8_t>(place + 1);
    if (step.size == 0) continue;
    const auto bit = static_cast<std::uint16_t>(1U << place);
    entry.places |= bit;
    if ((index >> (width - entry.bits) & 1) == 0) entry.negative |= bit;
  }
  return entry;
}

}  // namespace streamresize
