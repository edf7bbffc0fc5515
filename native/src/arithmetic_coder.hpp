// Arithmetic-coded blocks of sequential and progressive scans (T.81 F.2.4, G.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "arithmetic_decoder.hpp"
#include "coefficients.hpp"
#include "scan_layout.hpp"

namespace streamresize {

class ArithmeticCoder {
 public:
  // 63 coefficients of 31 decisions, 16 bits each, every byte stuffed.
  static constexpr std::size_t kMaxBlockBytes = 64 * 31 * 2 * 2;

  explicit ArithmeticCoder(const ArithmeticConditioning& conditioning)
      : conditioning_(conditioning) {}

  void attach(std::span<const std::uint8_t> bytes) { decoder_.attach(bytes); }
  [[nodiscard]] const std::uint8_t* position() const { return decoder_.position(); }
  [[nodiscard]] const std::uint8_t* end() const { return decoder_.end(); }
  void set_position(const std::uint8_t* position) { decoder_.set_position(position); }
  [[nodiscard]] std::size_t buffered_bytes() const { return 0; }
  [[nodiscard]] bool overrun() const { return decoder_.overrun(); }

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

class ArithmeticSequential : public ArithmeticCoder {
 public:
  ArithmeticSequential(const ArithmeticConditioning& conditioning, const KeptCoefficients& kept)
      : ArithmeticCoder(conditioning), kept_(kept) {}
  const char* decode(const ScanLayout::Part& part, const CoefficientRow::Block& block);
  void fill(const ScanLayout::Part& part, const CoefficientRow::Block& block) const;

 private:
  KeptCoefficients kept_;
};

class ArithmeticDcFirst : public ArithmeticCoder {
 public:
  ArithmeticDcFirst(const ArithmeticConditioning& conditioning, int low_bit)
      : ArithmeticCoder(conditioning), low_bit_(low_bit) {}
  const char* decode(const ScanLayout::Part& part, const CoefficientRow::Block& block);
  void fill(const ScanLayout::Part& part, const CoefficientRow::Block& block) const;

 private:
  int low_bit_;
};

class ArithmeticDcRefine : public ArithmeticCoder {
 public:
  ArithmeticDcRefine(const ArithmeticConditioning& conditioning, int low_bit)
      : ArithmeticCoder(conditioning), low_bit_(low_bit) {}
  const char* decode(const ScanLayout::Part&, const CoefficientRow::Block& block);
  void fill(const ScanLayout::Part&, const CoefficientRow::Block&) const {}

 private:
  int low_bit_;
};

class ArithmeticAcScan : public ArithmeticCoder {
 public:
  ArithmeticAcScan(const ArithmeticConditioning& conditioning, const ScanHeader& header)
      : ArithmeticCoder(conditioning),
        first_(header.first),
        last_(header.last),
        low_bit_(header.low_bit) {}
  void fill(const ScanLayout::Part&, const CoefficientRow::Block&) const {}

 protected:
  int first_;
  int last_;
  int low_bit_;
};

class ArithmeticAcFirst : public ArithmeticAcScan {
 public:
  using ArithmeticAcScan::ArithmeticAcScan;
  const char* decode(const ScanLayout::Part& part, const CoefficientRow::Block& block);
};

class ArithmeticAcRefine : public ArithmeticAcScan {
 public:
  using ArithmeticAcScan::ArithmeticAcScan;
  const char* decode(const ScanLayout::Part& part, const CoefficientRow::Block& block);
};

}  // namespace streamresize
