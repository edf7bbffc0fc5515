// Reads the marker segments from SOI to the first SOS (T.81 B.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "input.hpp"
#include "streamresize/decoder.hpp"
#include "tables.hpp"

namespace streamresize {

class HeaderReader {
 public:
  explicit HeaderReader(const Limits& limits) : limits_(limits) {}

  // ok once the SOS segment has been taken from `input`.
  Status read(Input& input);

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] const Tables& tables() const { return tables_; }
  [[nodiscard]] const ScanHeader& scan() const { return scan_; }

 private:
  // The payload of one marker segment and where it stands.
  struct Payload {
    std::span<const std::uint8_t> bytes;
    std::uint64_t offset;
  };

  Status read_soi(Input& input);
  Status find_marker(Input& input);
  Status read_segment(Input& input);
  Status skip_payload(Input& input);
  Status parse(const Payload& payload);
  Status parse_dqt(Payload payload);
  Status parse_dht(Payload payload);
  Status parse_dri(const Payload& payload);
  Status parse_sof(const Payload& payload);
  Status parse_components(const Payload& payload);
  Status parse_sos(const Payload& payload);
  Status keep(const Payload& payload);
  [[nodiscard]] Status check_dimensions(std::uint64_t offset) const;

  const Limits limits_;
  Header header_;
  Tables tables_;
  ScanHeader scan_;
  bool soi_read_ = false;
  bool sof_read_ = false;
  bool sos_read_ = false;
  std::uint8_t marker_ = 0;       // the marker whose segment comes next, 0 for none
  std::size_t payload_left_ = 0;  // bytes still to skip
  std::uint64_t kept_bytes_ = 0;
};

}  // namespace streamresize
