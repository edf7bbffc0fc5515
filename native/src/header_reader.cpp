#include "header_reader.hpp"

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
      return nullptr;
    case 0xC2:
      return "progressive DCT";
    case 0xC3:
      return "lossless";
    case 0xC9:
      return "arithmetic coding";
    case 0xCA:
      return "progressive DCT with arithmetic coding";
    case 0xCB:
      return "lossless with arithmetic coding";
    case 0xF7:
      return "JPEG-LS";
    default:
      return "hierarchical coding";
  }
}

}  // namespace

Status HeaderReader::read(Input& input) {
  if (Status status = read_soi(input); !status.ok()) return status;
  while (!sos_read_) {
    Status status = payload_left_ != 0 ? skip_payload(input)
                    : marker_ == 0     ? find_marker(input)
                                       : read_segment(input);
    if (status.code == StatusCode::need_input && input.finished()) {
      const std::uint64_t end = input.offset() + input.bytes().size();
      return Status::malformed("the file ends inside its headers", end);
    }
    if (!status.ok()) return status;
  }
  return {};
}

Status HeaderReader::read_soi(Input& input) {
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
Status HeaderReader::find_marker(Input& input) {
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
  if (found == marker::kEoi) return Status::malformed("EOI before any scan", offset);
  if (found == marker::kSos && !sof_read_) return Status::malformed("SOS before SOF", offset);
  if (found == marker::kSos) scan_.offset = offset;
  if (found != 0 && !marker::is_standalone(found)) marker_ = found;
  return {};
}

Status HeaderReader::read_segment(Input& input) {
  const auto bytes = input.bytes();
  if (bytes.size() < 2) return Status::need_input();
  const std::size_t length = big_endian16(bytes, 0);
  if (length < 2) return Status::malformed("segment length below 2", input.offset());
  const bool parsed = marker_ == marker::kDqt || marker_ == marker::kDht ||
                      marker_ == marker::kDri || marker_ == marker::kSos ||
                      marker::is_start_of_frame(marker_) || marker::is_kept(marker_);
  if (!parsed) {
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

Status HeaderReader::skip_payload(Input& input) {
  const std::size_t available = std::min(payload_left_, input.bytes().size());
  input.consume(available);
  payload_left_ -= available;
  return payload_left_ == 0 ? Status{} : Status::need_input();
}

Status HeaderReader::parse(const Payload& payload) {
  switch (marker_) {
    case marker::kDqt:
      return parse_dqt(payload);
    case marker::kDht:
      return parse_dht(payload);
    case marker::kDri:
      return parse_dri(payload);
    case marker::kSos:
      return parse_sos(payload);
    default:
      return marker::is_start_of_frame(marker_) ? parse_sof(payload) : keep(payload);
  }
}

// B.2.4.1
Status HeaderReader::parse_dqt(Payload payload) {
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
Status HeaderReader::parse_dht(Payload payload) {
  auto bytes = payload.bytes;
  while (!bytes.empty()) {
    if (bytes.size() < 17) return Status::malformed("DHT: the segment is too short", payload.offset);
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
Status HeaderReader::parse_dri(const Payload& payload) {
  if (payload.bytes.size() < 2) {
    return Status::malformed("DRI: the segment is too short", payload.offset);
  }
  tables_.restart_interval = big_endian16(payload.bytes, 0);
  return {};
}

// B.2.2
Status HeaderReader::parse_sof(const Payload& payload) {
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
  if (frame.precision != 8) return Status::unsupported("sample precision other than 8", payload.offset);
  if (Status status = check_dimensions(payload.offset); !status.ok()) return status;
  sof_read_ = true;
  return parse_components(payload);
}

Status HeaderReader::check_dimensions(std::uint64_t offset) const {
  const Frame& frame = header_.frame;
  if (frame.height == 0) return Status::unsupported("height given by DNL", offset);
  if (frame.width == 0) return Status::malformed("SOF: the width is 0", offset);
  if (frame.width > limits_.width) {
    return Status::limit("width", frame.width, limits_.width, offset);
  }
  if (frame.height > limits_.height) {
    return Status::limit("height", frame.height, limits_.height, offset);
  }
  const std::uint64_t pixels = std::uint64_t{frame.width} * frame.height;
  if (pixels > limits_.pixels) return Status::limit("pixels", pixels, limits_.pixels, offset);
  return {};
}

Status HeaderReader::parse_components(const Payload& payload) {
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
    component.height = ceil_div(frame.height * component.v, frame.v_max);
  }
  frame.mcu_columns = ceil_div(frame.width, kBlockSize * (single ? 1U : frame.h_max));
  frame.mcu_rows = ceil_div(frame.height, kBlockSize * (single ? 1U : frame.v_max));
  return {};
}

// B.2.3
Status HeaderReader::parse_sos(const Payload& payload) {
  const auto bytes = payload.bytes;
  if (bytes.empty() || bytes.size() < 4 + std::size_t{2} * bytes[0]) {
    return Status::malformed("SOS: the segment is too short", payload.offset);
  }
  const Frame& frame = header_.frame;
  if (bytes[0] < frame.component_count) {
    return Status::unsupported("components in separate scans", payload.offset);
  }
  if (bytes[0] > frame.component_count) {
    return Status::malformed("SOS: more components than the frame has", payload.offset);
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
    if (selectors >> 4 > 3 || (selectors & 15) > 3) {
      return Status::malformed("SOS: Huffman table number above 3", payload.offset);
    }
  }
  header_.restart_interval = tables_.restart_interval;
  sos_read_ = true;
  return {};
}

Status HeaderReader::keep(const Payload& payload) {
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
