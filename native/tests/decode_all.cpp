#include "decode_all.hpp"

#include <algorithm>
#include <memory>

using namespace streamresize;

namespace {

class Feeder {
 public:
  Feeder(Decoder& decoder, std::span<const std::uint8_t> bytes, std::size_t chunk)
      : decoder_(decoder), bytes_(bytes), chunk_(chunk) {}

  template <typename Call>
  Status until_settled(Call call) {
    Status status;
    while ((status = call()).code == StatusCode::need_input) feed();
    return status;
  }

 private:
  void feed() {
    if (bytes_.empty()) return decoder_.finish_input();
    const std::size_t count = std::min(chunk_, bytes_.size());
    decoder_.append(bytes_.first(count));
    bytes_ = bytes_.subspan(count);
  }

  Decoder& decoder_;
  std::span<const std::uint8_t> bytes_;
  std::size_t chunk_;
};

std::size_t sample_bytes(const Decoder& decoder) {
  return decoder.header().frame.precision > 8 ? 2 : 1;
}

std::vector<PlaneView> row_views(const Decoder& decoder, Decoded& result, std::uint32_t mcu_row) {
  std::vector<PlaneView> views;
  for (std::size_t i = 0; i < result.planes.size(); ++i) {
    const auto [width, height, rows] = decoder.plane(i);
    const std::uint32_t top = std::min(mcu_row * rows, height);
    const std::size_t stride = width * sample_bytes(decoder);
    views.push_back({result.planes[i].data() + top * stride, static_cast<std::ptrdiff_t>(stride),
                     width, std::min(rows, height - top)});
  }
  return views;
}

}  // namespace

Decoded decode_all(std::span<const std::uint8_t> bytes, const DecodeRequest& request) {
  Decoder decoder(request.limits);
  Feeder feeder(decoder, bytes, request.chunk);
  Decoded result;
  result.status = feeder.until_settled([&] { return decoder.read_header(); });
  if (!result.status.ok()) return result;
  std::vector<std::uint8_t> scales = request.scales;
  scales.resize(decoder.header().frame.component_count, scales.back());
  result.status = decoder.start(scales, request.options);
  if (result.status.ok() && decoder.header().multi_scan) {
    result.status = feeder.until_settled([&] { return decoder.read_scans(); });
    decoder.open(std::make_unique<MemorySource>(bytes));
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const PlaneLayout layout = decoder.plane(i);
    result.planes.emplace_back(layout.width * sample_bytes(decoder) * layout.height);
  }
  for (std::uint32_t row = 0; result.status.ok(); ++row) {
    const std::vector<PlaneView> views = row_views(decoder, result, row);
    result.status = feeder.until_settled([&] { return decoder.decode_mcu_row(views); });
  }
  result.warnings.assign(decoder.warnings().begin(), decoder.warnings().end());
  return result;
}
