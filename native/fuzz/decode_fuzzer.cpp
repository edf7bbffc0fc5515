// Whole decodes at every scale, lenient and strict.
#include "decode_all.hpp"
#include "limits.hpp"

using namespace streamresize;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const unsigned scale : {1U, 2U, 4U, 8U}) {
    for (const bool strict : {false, true}) {
      const Decoded decoded =
          decode_all({data, size}, {.scales = {static_cast<std::uint8_t>(scale)},
                                    .chunk = 1 << 16,
                                    .options = {.strict = strict},
                                    .limits = kFuzzLimits});
      const bool is_settled = decoded.status.code == StatusCode::end || decoded.status.failed();
      if (!is_settled || (strict && !decoded.warnings.empty())) __builtin_trap();
    }
  }
  return 0;
}
