// Reads marker segments (T.81 B.2): from SOI to the first scan, and on from scan to scan.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "input.hpp"
#include "streamresize/decoder.hpp"
#include "tables.hpp"

namespace streamresize {

class MarkerReader {
 public:
  explicit MarkerReader(const Limits& limits) : limits_(limits) {}

  // ok: the next SOS segment has been taken from `input`, entropy-coded data follows. end: there is
  // no further scan. Until the first scan everything else is a fault.
  Status read_to_scan(Input& input);

  // ok: the entropy-coded data has been passed over, `input` stands at the marker behind it or at
  // its end.
  Status skip_scan(Input& input);

  // Until the next SOS; ok or end once a DNL segment (B.2.5) has given the height.
  Status read_height(Input& input);

  // An SOS segment has been read, its data not yet passed over.
  [[nodiscard]] bool at_scan() const { return at_scan_; }

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] const Tables& tables() const { return tables_; }
  [[nodiscard]] const ScanHeader& scan() const { return scan_; }

  // As it stood at the component's first scan (B.2.4.1).
  [[nodiscard]] const QuantizationTable& quantization(std::size_t component) const {
    return quantization_[component].table;
  }

 private:
  // The payload of one marker segment and where it stands.
  struct Payload {
    std::span<const std::uint8_t> bytes;
    std::uint64_t offset;
  };

  Status read_soi(Input& input);
  Status step(Input& input);
  Status find_marker(Input& input);
  Status take_marker(std::uint8_t code, std::uint64_t offset);
  Status read_segment(Input& input);
  Status skip_payload(Input& input);
  Status parse(const Payload& payload);
  Status parse_dqt(Payload payload);
  Status parse_dht(Payload payload);
  Status parse_dac(const Payload& payload);
  Status parse_dri(const Payload& payload);
  Status parse_dnl(const Payload& payload);
  Status parse_sof(const Payload& payload);
  Status parse_components(const Payload& payload);
  Status parse_sos(const Payload& payload);
  Status parse_band(const Payload& payload);
  Status check_selectors(std::uint64_t offset);
  Status keep_quantization();
  Status keep(const Payload& payload);
  Status set_height(std::uint32_t height, std::uint64_t offset);

  const Limits limits_;
  Header header_;
  Tables tables_;
  ScanHeader scan_;
  std::array<TableSlot<QuantizationTable>, kMaxComponents> quantization_;
  bool soi_read_ = false;
  bool sof_read_ = false;
  bool eoi_read_ = false;
  bool at_scan_ = false;
  std::uint32_t scans_ = 0;
  std::uint8_t marker_ = 0;       // the marker whose segment comes next, 0 for none
  std::size_t payload_left_ = 0;  // bytes still to skip
  std::uint64_t kept_bytes_ = 0;
};

}  // namespace streamresize
