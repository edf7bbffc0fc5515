// A whole decode by the public interface, in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "streamresize/decoder.hpp"

struct DecodeRequest {
  std::vector<std::uint8_t> scales{1};  // the last one stands for further components, too
  std::size_t chunk = 4096;             // bytes in a piece
  streamresize::DecodeOptions options{};
  streamresize::Limits limits{};
};

struct Decoded {
  streamresize::Status status;  // end, or the fault
  std::vector<std::vector<std::uint8_t>> planes;
  std::vector<streamresize::Warning> warnings;
};

Decoded decode_all(std::span<const std::uint8_t> bytes, const DecodeRequest& request);
