// Reading headers, byte by byte.
#include "limits.hpp"

using namespace streamresize;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Decoder decoder(kFuzzLimits);
  for (std::size_t at = 0; at < size; ++at) {
    if (decoder.read_header().code != StatusCode::need_input) return 0;
    decoder.append({data + at, 1});
  }
  decoder.finish_input();
  if (decoder.read_header().code == StatusCode::need_input) __builtin_trap();
  return 0;
}
