// Pieces of random sizes against the whole. The first two bytes choose scales, sizes and threads.
#include <algorithm>

#include "decode_all.hpp"
#include "limits.hpp"

using namespace streamresize;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::span<const std::uint8_t> bytes(data + 2, size - 2);
  const auto scale = [&](int shift) {
    return static_cast<std::uint8_t>(1 << (data[0] >> shift & 3));
  };
  DecodeRequest request{
      .scales = {scale(0), scale(2), scale(4)},
      .chunk = bytes.size() + 1,
      .options = {.strict = (data[0] >> 6 & 1) != 0, .preview = data[0] >> 7 != 0},
      .limits = kFuzzLimits};
  if ((data[1] & 0x80U) != 0) {
    request.options.wanted.assign(kMaxComponents, {8, 64, data[1] & 0x7FU});
  }
  const Decoded whole = decode_all(bytes, request);
  request.chunk = 1U + data[1];
  request.options.threads = 1U + data[1] % 2U;
  const Decoded pieces = decode_all(bytes, request);
  // Work is paid for with bytes: what is refused depends on how many have come.
  if (whole.status.code == StatusCode::limit || pieces.status.code == StatusCode::limit) return 0;
  const bool is_same = whole.status.code == pieces.status.code &&
                       whole.status.offset == pieces.status.offset &&
                       whole.planes == pieces.planes && whole.warnings == pieces.warnings;
  if (!is_same) __builtin_trap();
  return 0;
}
