#include "marker_reader.hpp"

#include <algorithm>
#include <array>

#include "markers.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

std::uint32_t big_endian16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
}

// Why a frame is not read; nullptr where it is.
const char* unsupported_process(std::uint8_t code) {
  switch (code) {
    case 0xC0:
    case 0xC1:
    case 0xC2:
    case 0xC9:
    case 0xCA:
      return nullptr;
    case 0xC3:
    case 0xCB:
      return "lossless coding";
    case 0xF7:
      return "JPEG-LS";
    default:
      return "hierarchical coding";
  }
}

}  // namespace

Status MarkerReader::read_to_scan(Input& input) {
  if (Status status = read_soi(input); !status.ok()) return status;
  if (at_scan_) return {};
  while (!at_scan_) {
    if (eoi_read_) return Status::end();
    const Status status = step(input);
    if (status.code == StatusCode::need_input && input.finished()) {
      const std::uint64_t end = input.offset() + input.bytes().size();
      return scans_ == 0 ? Status::malformed("the file ends inside its headers", end)
                         : Status::end();
    }
    if (!status.ok()) return status;
  }
  ++scans_;
  return {};
}

Status MarkerReader::step(Input& input) {
  if (payload_left_ != 0) return skip_payload(input);
  return marker_ == 0 ? find_marker(input) : read_segment(input);
}

Status MarkerReader::skip_scan(Input& input) {
  if (!at_scan_) return {};
  const auto bytes = input.bytes();
  const std::uint8_t* end = bytes.data() + bytes.size();
  const std::uint8_t* at = bytes.data();
  while (true) {
    at = next_marker(at, end);
    if (end - at < 2 || !marker::is_restart(at[1])) break;
    at += 2;
  }
  input.consume(static_cast<std::size_t>(at - bytes.data()));
  if (end - at < 2 && !input.finished()) return Status::need_input();
  at_scan_ = false;
  return {};
}

Status MarkerReader::read_height(Input& input) {
  while (header_.frame.height == 0) {
    const Status status = at_scan_ ? skip_scan(input) : step(input);
    const bool exhausted = status.code == StatusCode::need_input && input.finished();
    if (exhausted || eoi_read_ || (status.ok() && at_scan_)) {
      return Status::malformed("SOF: the height is 0 and no DNL segment gives it", input.offset());
    }
    if (!status.ok()) return status;
  }
  return {};
}

Status MarkerReader::read_soi(Input& input) {
  if (soi_read_) return {};
  const auto bytes = input.bytes();
  if (bytes.size() < 2 && !input.finished()) return Status::need_input();
  if (bytes.size() < 2 || bytes[0] != 0xFF || bytes[1] != marker::kSoi) {
    return Status::malformed("not a JPEG: the SOI marker is missing", input.offset());
  }
  input.consume(2);
  soi_read_ = true;
  return {};
}

// Passes over fill bytes (B.1.1.2) and over junk between segments.
Status MarkerReader::find_marker(Input& input) {
  const auto bytes = input.bytes();
  const auto prefix = std::find(bytes.begin(), bytes.end(), 0xFF);
  const auto code = std::find_if(prefix, bytes.end(), [](std::uint8_t b) { return b != 0xFF; });
  if (code == bytes.end()) {
    // The last 0xFF is kept: it may be the first half of a marker.
    input.consume(static_cast<std::size_t>(code - bytes.begin()) - (prefix != code ? 1 : 0));
    return Status::need_input();
  }
  const std::uint64_t offset = input.offset() + static_cast<std::size_t>(code - bytes.begin()) - 1;
  const std::uint8_t found = *code;
  input.consume(static_cast<std::size_t>(code - bytes.begin()) + 1);
  return take_marker(found, offset);
}

Status MarkerReader::take_marker(std::uint8_t code, std::uint64_t offset) {
  if (code == marker::kEoi && scans_ == 0) return Status::malformed("EOI before any scan", offset);
  if (code == marker::kEoi) eoi_read_ = true;
  if (code == marker::kSos && !sof_read_) return Status::malformed("SOS before SOF", offset);
  if (code == marker::kSos) scan_ = {.offset = offset};
  if (code != 0 && !marker::is_standalone(code)) marker_ = code;
  return {};
}

Status MarkerReader::read_segment(Input& input) {
  const auto bytes = input.bytes();
  if (bytes.size() < 2) return Status::need_input();
  const std::size_t length = big_endian16(bytes, 0);
  if (length < 2) return Status::malformed("segment length below 2", input.offset());
  if (!marker::is_parsed(marker_)) {
    payload_left_ = length;
    marker_ = 0;
    return {};
  }
  if (bytes.size() < length) return Status::need_input();
  const Status status = parse({bytes.subspan(2, length - 2), input.offset() + 2});
  input.consume(length);
  marker_ = 0;
  return status;
}

Status MarkerReader::skip_payload(Input& input) {
  const std::size_t available = std::min(payload_left_, input.bytes().size());
  input.consume(available);
  payload_left_ -= available;
  return payload_left_ == 0 ? Status{} : Status::need_input();
}

Status MarkerReader::parse(const Payload& payload) {
  switch (marker_) {
    case marker::kDqt:
      return parse_dqt(payload);
    case marker::kDht:
      return parse_dht(payload);
    case marker::kDac:
      return parse_dac(payload);
    case marker::kDri:
      return parse_dri(payload);
    case marker::kDhp:
      return Status::unsupported("hierarchical coding", payload.offset);
    case marker::kDnl:
      return parse_dnl(payload);
    case marker::kSos:
      return parse_sos(payload);
    default:
      return marker::is_start_of_frame(marker_) ? parse_sof(payload) : keep(payload);
  }
}

// B.2.4.1
Status MarkerReader::parse_dqt(Payload payload) {
  auto bytes = payload.bytes;
  while (!bytes.empty()) {
    const std::size_t element_size = bytes[0] >> 4 == 0 ? 1 : 2;
    const std::size_t slot = bytes[0] & 15;
    if (bytes[0] >> 4 > 1 || slot > 3) {
      return Status::malformed("DQT: precision or table number out of range", payload.offset);
    }
    if (bytes.size() < 1 + 64 * element_size) {
      return Status::malformed("DQT: the segment is too short", payload.offset);
    }
    auto& [table, defined] = tables_.quantization[slot];
    for (std::size_t k = 0; k < 64; ++k) {
      const std::size_t at = 1 + k * element_size;
      table[kNaturalOrder[k]] =
          static_cast<std::uint16_t>(element_size == 1 ? bytes[at] : big_endian16(bytes, at));
    }
    defined = true;
    bytes = bytes.subspan(1 + 64 * element_size);
  }
  return {};
}

// B.2.4.2
Status MarkerReader::parse_dht(Payload payload) {
  auto bytes = payload.bytes;
  while (!bytes.empty()) {
    if (bytes.size() < 17)
      return Status::malformed("DHT: the segment is too short", payload.offset);
    const std::size_t slot = bytes[0] & 15;
    if (bytes[0] >> 4 > 1 || slot > 3) {
      return Status::malformed("DHT: class or table number out of range", payload.offset);
    }
    HuffmanSpec spec;
    std::copy_n(bytes.begin() + 1, 16, spec.counts.begin());
    std::size_t total = 0;
    for (const std::uint8_t count : spec.counts) total += count;
    if (total > 256 || bytes.size() < 17 + total) {
      return Status::malformed("DHT: the counts do not fit the segment", payload.offset);
    }
    std::copy_n(bytes.begin() + 17, total, spec.symbols.begin());
    auto& group = bytes[0] >> 4 == 0 ? tables_.dc : tables_.ac;
    group[slot] = {.table = spec, .defined = true};
    bytes = bytes.subspan(17 + total);
  }
  return {};
}

// B.2.4.4
Status MarkerReader::parse_dri(const Payload& payload) {
  if (payload.bytes.size() < 2) {
    return Status::malformed("DRI: the segment is too short", payload.offset);
  }
  tables_.restart_interval = big_endian16(payload.bytes, 0);
  return {};
}

// B.2.4.3
Status MarkerReader::parse_dac(const Payload& payload) {
  for (std::size_t i = 0; i + 1 < payload.bytes.size(); i += 2) {
    const std::size_t slot = payload.bytes[i] & 15;
    const std::uint8_t value = payload.bytes[i + 1];
    ArithmeticConditioning& conditioning = tables_.conditioning;
    const bool is_dc = payload.bytes[i] >> 4 == 0;
    if (payload.bytes[i] >> 4 > 1 || slot > 3 || (is_dc && (value & 15) > value >> 4)) {
      return Status::malformed("DAC: class, table number or value out of range", payload.offset);
    }
    if (is_dc) {
      conditioning.dc_lower[slot] = value & 15;
      conditioning.dc_upper[slot] = value >> 4;
    } else {
      conditioning.ac_threshold[slot] = value;
    }
  }
  return {};
}

// B.2.5
Status MarkerReader::parse_dnl(const Payload& payload) {
  if (payload.bytes.size() < 2) {
    return Status::malformed("DNL: the segment is too short", payload.offset);
  }
  if (!sof_read_ || header_.frame.height != 0) return {};
  const std::uint32_t height = big_endian16(payload.bytes, 0);
  if (height == 0) return Status::malformed("DNL: the height is 0", payload.offset);
  return set_height(height, payload.offset);
}

// B.2.2
Status MarkerReader::parse_sof(const Payload& payload) {
  if (sof_read_) return Status::malformed("a second SOF", payload.offset);
  if (const char* feature = unsupported_process(marker_)) {
    return Status::unsupported(feature, payload.offset);
  }
  const auto bytes = payload.bytes;
  if (bytes.size() < 6 || bytes.size() < 6 + std::size_t{3} * bytes[5]) {
    return Status::malformed("SOF: the segment is too short", payload.offset);
  }
  Frame& frame = header_.frame;
  frame.sof = static_cast<std::uint8_t>(marker_ - marker::kSof0);
  frame.precision = bytes[0];
  frame.height = big_endian16(bytes, 1);
  frame.width = big_endian16(bytes, 3);
  const bool has_12_bits = frame.precision == 12 && marker_ != marker::kSof0;
  if (frame.precision != 8 && !has_12_bits) {
    return Status::unsupported("sample precision other than 8 or 12", payload.offset);
  }
  if (frame.width == 0) return Status::malformed("SOF: the width is 0", payload.offset);
  if (frame.width > limits_.width) {
    return Status::limit("width", frame.width, limits_.width, payload.offset);
  }
  sof_read_ = true;
  if (Status status = parse_components(payload); !status.ok()) return status;
  return set_height(frame.height, payload.offset);
}

// The sizes that depend on the height; 0 where a DNL segment is to give it.
Status MarkerReader::set_height(std::uint32_t height, std::uint64_t offset) {
  Frame& frame = header_.frame;
  frame.height = height;
  if (height > limits_.height) return Status::limit("height", height, limits_.height, offset);
  const std::uint64_t pixels = std::uint64_t{frame.width} * height;
  if (pixels > limits_.pixels) return Status::limit("pixels", pixels, limits_.pixels, offset);
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    Component& component = frame.components[i];
    component.height = ceil_div(height * component.v, frame.v_max);
  }
  const std::uint32_t blocks_v = frame.component_count == 1 ? 1 : frame.v_max;
  frame.mcu_rows = ceil_div(height, kBlockSize * blocks_v);
  return {};
}

Status MarkerReader::parse_components(const Payload& payload) {
  Frame& frame = header_.frame;
  frame.component_count = payload.bytes[5];
  if (frame.component_count == 0) return Status::malformed("SOF: no components", payload.offset);
  if (frame.component_count > kMaxComponents) {
    return Status::unsupported("more than four components", payload.offset);
  }
  const std::span components(frame.components.data(), frame.component_count);
  for (std::size_t i = 0; i < components.size(); ++i) {
    const auto entry = payload.bytes.subspan(6 + 3 * i, 3);
    Component& component = components[i];
    component.id = entry[0];
    component.h = entry[1] >> 4;
    component.v = entry[1] & 15;
    component.quantization = entry[2];
    if (component.h < 1 || component.h > 4 || component.v < 1 || component.v > 4) {
      return Status::malformed("SOF: sampling factor outside 1..4", payload.offset);
    }
    if (component.quantization > 3) {
      return Status::malformed("SOF: quantization table number above 3", payload.offset);
    }
    frame.h_max = std::max(frame.h_max, component.h);
    frame.v_max = std::max(frame.v_max, component.v);
  }
  const bool single = components.size() == 1;
  for (Component& component : components) {
    component.blocks_h = single ? std::uint8_t{1} : component.h;
    component.blocks_v = single ? std::uint8_t{1} : component.v;
    component.width = ceil_div(frame.width * component.h, frame.h_max);
  }
  frame.mcu_columns = ceil_div(frame.width, kBlockSize * (single ? 1U : frame.h_max));
  return {};
}

// B.2.3
Status MarkerReader::parse_sos(const Payload& payload) {
  const auto bytes = payload.bytes;
  if (bytes.empty() || bytes.size() < 4 + std::size_t{2} * bytes[0]) {
    return Status::malformed("SOS: the segment is too short", payload.offset);
  }
  const Frame& frame = header_.frame;
  if (bytes[0] == 0 || bytes[0] > frame.component_count) {
    return Status::malformed("SOS: wrong number of components", payload.offset);
  }
  scan_.component_count = bytes[0];
  std::array<bool, kMaxComponents> used{};
  for (std::size_t i = 0; i < scan_.component_count; ++i) {
    const std::uint8_t id = bytes[1 + 2 * i];
    const std::uint8_t selectors = bytes[2 + 2 * i];
    std::uint8_t index = 0;
    while (index < frame.component_count && (used[index] || frame.components[index].id != id)) {
      ++index;
    }
    if (index == frame.component_count) {
      return Status::malformed("SOS: component not in the frame", payload.offset);
    }
    used[index] = true;
    scan_.components[i] = {.index = index,
                           .dc_table = static_cast<std::uint8_t>(selectors >> 4),
                           .ac_table = static_cast<std::uint8_t>(selectors & 15)};
  }
  if (Status status = parse_band(payload); !status.ok()) return status;
  if (Status status = check_selectors(payload.offset); !status.ok()) return status;
  header_.restart_interval = tables_.restart_interval;
  header_.multi_scan = header_.multi_scan || frame.progressive() || frame.height == 0 ||
                       scan_.component_count < frame.component_count;
  at_scan_ = true;
  return keep_quantization();
}

// Which coefficients a progressive scan has, and which of their bits (G.1.1.1.1).
Status MarkerReader::parse_band(const Payload& payload) {
  if (!header_.frame.progressive()) return {};
  const auto band = payload.bytes.subspan(1 + std::size_t{2} * scan_.component_count, 3);
  scan_.first = band[0];
  scan_.last = band[1];
  scan_.high_bit = band[2] >> 4;
  scan_.low_bit = band[2] & 15;
  const bool is_dc = scan_.first == 0;
  const bool band_fits =
      is_dc ? scan_.last == 0
            : scan_.last >= scan_.first && scan_.last < 64 && scan_.component_count == 1;
  const bool bits_fit =
      scan_.low_bit <= 13 && (scan_.high_bit == 0 || scan_.high_bit == scan_.low_bit + 1);
  if (band_fits && bits_fit) return {};
  return Status::malformed("SOS: impossible progressive scan", payload.offset);
}

// A progressive scan has either DC or AC coefficients; the other selector means nothing.
Status MarkerReader::check_selectors(std::uint64_t offset) {
  const bool progressive = header_.frame.progressive();
  for (std::size_t i = 0; i < scan_.component_count; ++i) {
    ScanComponent& component = scan_.components[i];
    if (progressive && scan_.first != 0) component.dc_table = 0;
    if (progressive && scan_.first == 0) component.ac_table = 0;
    if (component.dc_table > 3 || component.ac_table > 3) {
      return Status::malformed("SOS: entropy table number above 3", offset);
    }
  }
  return {};
}

Status MarkerReader::keep_quantization() {
  for (std::size_t i = 0; i < scan_.component_count; ++i) {
    const std::size_t index = scan_.components[i].index;
    auto& kept = quantization_[index];
    if (kept.defined) continue;
    kept = tables_.quantization[header_.frame.components[index].quantization];
    if (!kept.defined) {
      return Status::malformed("SOS: quantization table not defined", scan_.offset);
    }
  }
  return {};
}

Status MarkerReader::keep(const Payload& payload) {
  kept_bytes_ += payload.bytes.size();
  if (kept_bytes_ > limits_.metadata_bytes) {
    return Status::limit("metadata_bytes", kept_bytes_, limits_.metadata_bytes, payload.offset);
  }
  header_.segments.push_back({.marker = marker_,
                              .offset = payload.offset,
                              .payload = {payload.bytes.begin(), payload.bytes.end()}});
  return {};
}

}  // namespace streamresize
