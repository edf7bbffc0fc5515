// The index of scans, in pieces, for every scale and for a preview.
#include <array>

#include "limits.hpp"

using namespace streamresize;

namespace {

Status settle(Decoder& decoder, std::span<const std::uint8_t>& rest, auto call) {
  Status status;
  while ((status = call()).code == StatusCode::need_input) {
    const std::size_t count = std::min<std::size_t>(rest.size(), 700);
    if (count == 0) decoder.finish_input();
    decoder.append(rest.first(count));
    rest = rest.subspan(count);
  }
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const unsigned scale : {1U, 2U, 4U, 8U, 16U}) {
    const bool preview = scale == 16;
    Decoder decoder(kFuzzLimits);
    std::span<const std::uint8_t> rest(data, size);
    Status status = settle(decoder, rest, [&] { return decoder.read_header(); });
    if (!status.ok()) continue;
    std::array<std::uint8_t, kMaxComponents> scales;
    scales.fill(static_cast<std::uint8_t>(preview ? 8 : scale));
    status = decoder.start(std::span(scales).first(decoder.header().frame.component_count),
                           {.strict = false, .preview = preview});
    if (!status.ok() || !decoder.header().multi_scan) continue;
    status = settle(decoder, rest, [&] { return decoder.read_scans(); });
    if (!status.ok() && !status.failed()) __builtin_trap();
  }
  return 0;
}
