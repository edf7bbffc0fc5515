// However many threads decode, and in however small pieces the bytes arrive, which leave no room
// for lanes: samples, warnings and faults are the same.
#include <array>

#include "decode_all.hpp"
#include "limits.hpp"

using namespace streamresize;

namespace {

bool is_same(const Decoded& a, const Decoded& b) {
  return a.status.code == b.status.code && a.status.offset == b.status.offset &&
         a.planes == b.planes && a.warnings == b.warnings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::uint8_t, 4> kScales = {1, 2, 4, 8};
  DecodeRequest request{
      .scales = {kScales[data[size - 1] % 4]}, .chunk = 500, .limits = kFuzzLimits};
  const Decoded plain = decode_all({data, size}, request);
  request.chunk = size;
  for (const unsigned threads : {1U, 2U}) {
    request.options.threads = threads;
    if (!is_same(decode_all({data, size}, request), plain)) __builtin_trap();
  }
  return 0;
}
