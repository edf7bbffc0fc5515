// Arithmetic-coded blocks of sequential and progressive scans (T.81 F.2.4, G.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "arithmetic_decoder.hpp"
#include "coefficients.hpp"
#include "mcu_blocks.hpp"
#include "prompt_coder.hpp"

namespace streamresize {

class ArithmeticCoder : public PromptCoder {
 public:
  // 64 coefficients of 31 decisions, 16 bits each.
  [[nodiscard]] static constexpr std::size_t max_block_bytes() { return 64 * 31 * 2; }

  explicit ArithmeticCoder(const ArithmeticConditioning& conditioning)
      : conditioning_(conditioning) {}

  void attach(std::span<const std::uint8_t> bytes, std::ptrdiff_t dropped) {
    decoder_.attach(bytes, dropped);
  }
  [[nodiscard]] std::ptrdiff_t used() const { return decoder_.used(); }
  [[nodiscard]] std::ptrdiff_t left() const { return decoder_.left(); }
  [[nodiscard]] static constexpr std::size_t window_bytes() { return 1 << 15; }

  void begin_interval() {
    decoder_.restart();
    dc_ = {};
    ac_ = {};
    predictors_.fill(0);
    contexts_.fill(0);
  }

 protected:
  using Statistic = ArithmeticDecoder::Statistic;
  static constexpr std::size_t kDcStatistics = 49;   // Table F.4
  static constexpr std::size_t kAcStatistics = 245;  // Table F.5

  // Adds the next difference to the component's prediction; false if it is out of range.
  bool decode_dc(const ScanComponent& component);
  // Reads the coefficients of a band into a block, each times 2^low_bit.
  const char* decode_band(const ScanComponent& component, const CoefficientRow::Block& block,
                          int first, int last, int low_bit);
  // The magnitude behind its first bits: 1 plus the bits below the leading one (F.1.4.4.1.3).
  std::int32_t decode_magnitude(std::int32_t leading, Statistic& statistic);

  ArithmeticConditioning conditioning_;
  ArithmeticDecoder decoder_;
  std::array<std::array<Statistic, kDcStatistics>, 4> dc_{};
  std::array<std::array<Statistic, kAcStatistics>, 4> ac_{};
  std::array<std::int16_t, kMaxComponents> predictors_{};
  std::array<std::uint8_t, kMaxComponents> contexts_{};  // of the previous difference (F.1.4.4.1.2)
};

// The coder of one kind of scan, which decodes and fills block by block.
template <typename Kind>
class ArithmeticScan : public ArithmeticCoder {
 public:
  using ArithmeticCoder::ArithmeticCoder;

  // Any number of zero bytes is right in front of a marker (D.1.8).
  McuProgress decode_mcus(McuBlocks& mcu, std::uint32_t count, bool at_marker) {
    return decode_each_block(
        mcu, count,
        [this](const McuBlock& block) { return static_cast<Kind*>(this)->decode(block); },
        [&] { return !at_marker && decoder_.overrun(); });
  }
};

class ArithmeticSequential : public ArithmeticScan<ArithmeticSequential> {
 public:
  ArithmeticSequential(const ArithmeticConditioning& conditioning, const KeptCoefficients& kept)
      : ArithmeticScan(conditioning), kept_(kept) {}
  const char* decode(const McuBlock& block);
  void fill(const McuBlock& block) const;

 private:
  KeptCoefficients kept_;
};

class ArithmeticDcFirst : public ArithmeticScan<ArithmeticDcFirst> {
 public:
  ArithmeticDcFirst(const ArithmeticConditioning& conditioning, int low_bit)
      : ArithmeticScan(conditioning), low_bit_(low_bit) {}
  const char* decode(const McuBlock& block);
  void fill(const McuBlock& block) const;

 private:
  int low_bit_;
};

class ArithmeticDcRefine : public ArithmeticScan<ArithmeticDcRefine> {
 public:
  ArithmeticDcRefine(const ArithmeticConditioning& conditioning, int low_bit)
      : ArithmeticScan(conditioning), low_bit_(low_bit) {}
  const char* decode(const McuBlock& block);
  void fill(const McuBlock&) const {}

 private:
  int low_bit_;
};

template <typename Kind>
class ArithmeticAcScan : public ArithmeticScan<Kind> {
 public:
  ArithmeticAcScan(const ArithmeticConditioning& conditioning, const ScanHeader& header)
      : ArithmeticScan<Kind>(conditioning),
        first_(header.first),
        last_(header.last),
        low_bit_(header.low_bit) {}
  void fill(const McuBlock&) const {}

 protected:
  int first_;
  int last_;
  int low_bit_;
};

class ArithmeticAcFirst : public ArithmeticAcScan<ArithmeticAcFirst> {
 public:
  using ArithmeticAcScan::ArithmeticAcScan;
  const char* decode(const McuBlock& block);
};

class ArithmeticAcRefine : public ArithmeticAcScan<ArithmeticAcRefine> {
 public:
  using ArithmeticAcScan::ArithmeticAcScan;
  const char* decode(const McuBlock& block);
};

}  // namespace streamresize
