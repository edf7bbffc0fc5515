// Python's view of the decoder: ownership, the GIL, and Status turned into exceptions.
#include "streamresize/decoder.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "register.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace streamresize {
namespace {

using Plane = nb::ndarray<nb::ndim<2>, nb::device::cpu>;

[[noreturn]] void raise(const Status& status) {
  const nb::module_ errors = nb::module_::import_("streamresize.errors");
  nb::object error;
  switch (status.code) {
    case StatusCode::unsupported:
      error = errors.attr("UnsupportedJPEG")(status.what, status.offset);
      break;
    case StatusCode::limit:
      error = errors.attr("LimitExceeded")(status.what, status.value, status.bound);
      break;
    default:
      error = errors.attr("MalformedJPEG")(status.what, status.offset);
  }
  PyErr_SetObject(error.type().ptr(), error.ptr());
  throw nb::python_error();
}

// False where more input is needed.
bool settled(const Status& status) {
  if (status.failed()) raise(status);
  return status.ok();
}

// Bytes of a Python object, which stays alive and unchanged in size.
class BufferSource final : public ByteSource {
 public:
  explicit BufferSource(const nb::object& buffer) {
    if (PyObject_GetBuffer(buffer.ptr(), &view_, PyBUF_SIMPLE) != 0) throw nb::python_error();
  }
  ~BufferSource() override { PyBuffer_Release(&view_); }
  BufferSource(const BufferSource&) = delete;
  BufferSource& operator=(const BufferSource&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {static_cast<const std::uint8_t*>(view_.buf), static_cast<std::size_t>(view_.len)};
  }
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> target) override {
    return MemorySource(bytes()).read(offset, target);
  }

 private:
  Py_buffer view_;
};

class PyDecoder {
 public:
  explicit PyDecoder(const Limits& limits) : decoder_(limits) {}

  void append(const nb::object& chunk) {
    const Exclusive guard(busy_);
    settled(decoder_.append(BufferSource(chunk).bytes()));
  }

  void finish_input() {
    const Exclusive guard(busy_);
    decoder_.finish_input();
  }

  void expect_bytes(std::uint64_t count) {
    const Exclusive guard(busy_);
    decoder_.expect_bytes(count);
  }

  bool read_header() {
    const Exclusive guard(busy_);
    started_ = false;
    header_read_ = settled(decoder_.read_header());
    return header_read_;
  }

  const Header& header() const {
    if (!header_read_) throw std::runtime_error("read_header() has not succeeded");
    return decoder_.header();
  }

  void start(const std::vector<std::uint8_t>& scales, bool strict, bool preview, unsigned threads,
             const std::vector<std::array<std::uint32_t, 3>>& wanted) {
    const Exclusive guard(busy_);
    if (started_) throw std::runtime_error("start() was called before");
    if (scales.size() != header().frame.component_count) {
      throw std::invalid_argument("scales: one for each component");
    }
    for (const std::uint8_t scale : scales) {
      if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
        throw std::invalid_argument("scales: each must be 1, 2, 4 or 8");
      }
    }
    if (threads == 0) throw std::invalid_argument("threads: at least 1");
    if (!wanted.empty() && wanted.size() != scales.size()) {
      throw std::invalid_argument("wanted: for each component, or none");
    }
    DecodeOptions options = {.strict = strict, .preview = preview, .threads = threads};
    for (const auto& [first, last, top] : wanted) options.wanted.push_back({first, last, top});
    settled(decoder_.start(scales, options));
    started_ = true;
    opened_ = !header().multi_scan;
  }

  bool read_scans() {
    const Exclusive guard(busy_);
    if (!started_) throw std::runtime_error("start() has not been called");
    Status status;
    {
      const nb::gil_scoped_release release;
      status = decoder_.read_scans();
    }
    return settled(status);
  }

  void open_file(int descriptor, std::uint64_t start) {
    open(std::make_unique<FileSource>(descriptor, start));
  }

  void open_buffer(const nb::object& buffer) { open(std::make_unique<BufferSource>(buffer)); }

  // Nothing while another thread decodes, as when a task is cancelled.
  void close() {
    if (busy_.test_and_set()) return;
    opened_ = false;
    {
      const nb::gil_scoped_release release;
      decoder_.close();
    }
    busy_.clear();
  }

  std::vector<std::array<std::uint32_t, 3>> planes() const {
    std::vector<std::array<std::uint32_t, 3>> result;
    for (std::size_t i = 0; i < header().frame.component_count; ++i) {
      const PlaneLayout layout = decoder_.plane(i);
      result.push_back({layout.width, layout.height, layout.rows_per_mcu_row});
    }
    return result;
  }

  // MCU rows [done, wanted) of a strip; returns how many of the strip's MCU rows are complete.
  std::uint32_t decode_mcu_rows(const std::vector<Plane>& planes, std::uint32_t done,
                                std::uint32_t wanted) {
    const Exclusive guard(busy_);
    if (!opened_) throw std::runtime_error("the decoder has not been started, or not opened");
    const std::vector<PlaneView> strip = views(planes);
    Status status;
    {
      const nb::gil_scoped_release release;
      while (done < wanted && status.ok()) {
        status = decoder_.decode_mcu_row(rows_from(strip, done));
        if (status.ok()) ++done;
      }
    }
    settled(status);
    return done;
  }

  std::uint64_t bytes_consumed() const { return decoder_.bytes_consumed(); }
  std::uint64_t warning_count() const { return decoder_.warning_count(); }
  std::span<const Warning> warnings() const { return decoder_.warnings(); }

 private:
  // With the GIL released a second thread may call in; it is turned away.
  class Exclusive {
   public:
    explicit Exclusive(std::atomic_flag& busy) : busy_(busy) {
      if (busy_.test_and_set()) throw std::runtime_error("the decoder is in use by another thread");
    }
    ~Exclusive() { busy_.clear(); }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;

   private:
    std::atomic_flag& busy_;
  };

  void open(std::unique_ptr<ByteSource> source) {
    const Exclusive guard(busy_);
    if (!started_) throw std::runtime_error("start() has not been called");
    decoder_.open(std::move(source));
    opened_ = true;
  }

  std::vector<PlaneView> views(const std::vector<Plane>& planes) const {
    if (planes.size() != header().frame.component_count) {
      throw std::invalid_argument("planes: one for each component");
    }
    std::vector<PlaneView> result;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const Plane& plane = planes[i];
      const std::uint8_t bits = header().frame.precision > 8 ? 16 : 8;
      if (plane.dtype() != (bits == 16 ? nb::dtype<std::uint16_t>() : nb::dtype<std::uint8_t>())) {
        throw std::invalid_argument("planes: uint8, or uint16 above 8 bits of precision");
      }
      const bool is_packed = plane.shape(0) == 0 || plane.stride(1) == 1;
      if (!is_packed || plane.shape(1) != decoder_.plane(i).width) {
        throw std::invalid_argument("planes: rows must be contiguous and of the plane's width");
      }
      result.push_back({.data = static_cast<std::uint8_t*>(plane.data()),
                        .stride = plane.stride(0) * (bits / 8),
                        .width = static_cast<std::uint32_t>(plane.shape(1)),
                        .rows = static_cast<std::uint32_t>(plane.shape(0))});
    }
    return result;
  }

  std::vector<PlaneView> rows_from(const std::vector<PlaneView>& strip,
                                   std::uint32_t mcu_row) const {
    std::vector<PlaneView> result = strip;
    for (std::size_t i = 0; i < result.size(); ++i) {
      const std::uint64_t skipped = std::uint64_t{mcu_row} * decoder_.plane(i).rows_per_mcu_row;
      const auto rows =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(skipped, result[i].rows));
      result[i].data += static_cast<std::ptrdiff_t>(rows) * result[i].stride;
      result[i].rows -= rows;
    }
    return result;
  }

  Decoder decoder_;
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  bool header_read_ = false;
  bool started_ = false;
  bool opened_ = false;
};

nb::list components(const Frame& frame) {
  nb::list result;
  for (std::size_t i = 0; i < frame.component_count; ++i) {
    const Component& c = frame.components[i];
    result.append(nb::make_tuple(c.id, c.h, c.v, c.width, c.height));
  }
  return result;
}

nb::list segments(const Header& header) {
  nb::list result;
  for (const Segment& segment : header.segments) {
    result.append(
        nb::make_tuple(segment.marker, nb::bytes(segment.payload.data(), segment.payload.size())));
  }
  return result;
}

nb::list warnings(const PyDecoder& decoder) {
  nb::list result;
  for (const Warning& warning : decoder.warnings()) {
    result.append(nb::make_tuple(warning.what, warning.offset, warning.mcu));
  }
  return result;
}

}  // namespace

void register_decoder(nb::module_& module) {
  module.def("environment_variable", [](const char* name) { return std::getenv(name); }, "name"_a);

  nb::class_<Limits>(module, "Limits")
      .def(
          "__init__",
          [](Limits* self, std::uint32_t width, std::uint32_t height, std::uint64_t pixels,
             std::uint64_t source_bytes, std::uint64_t metadata_bytes, std::uint32_t scans,
             std::uint64_t blocks, std::uint64_t blocks_per_byte) {
            new (self) Limits{width,          height, pixels, source_bytes,
                              metadata_bytes, scans,  blocks, blocks_per_byte};
          },
          nb::kw_only(), "width"_a, "height"_a, "pixels"_a, "source_bytes"_a, "metadata_bytes"_a,
          "scans"_a, "blocks"_a, "blocks_per_byte"_a);

  nb::class_<Header>(module, "Header")
      .def_prop_ro("width", [](const Header& h) { return h.frame.width; })
      .def_prop_ro("height", [](const Header& h) { return h.frame.height; })
      .def_prop_ro("sof", [](const Header& h) { return h.frame.sof; })
      .def_prop_ro("precision", [](const Header& h) { return h.frame.precision; })
      .def_prop_ro("mcu_columns", [](const Header& h) { return h.frame.mcu_columns; })
      .def_prop_ro("mcu_rows", [](const Header& h) { return h.frame.mcu_rows; })
      .def_prop_ro("restart_interval", [](const Header& h) { return h.restart_interval; })
      .def_prop_ro("multi_scan", [](const Header& h) { return h.multi_scan; })
      .def_prop_ro("components", [](const Header& h) { return components(h.frame); })
      .def_prop_ro("segments", &segments);

  nb::class_<PyDecoder>(module, "Decoder")
      .def(nb::init<const Limits&>(), "limits"_a)
      .def("append", &PyDecoder::append, "chunk"_a)
      .def("finish_input", &PyDecoder::finish_input)
      .def("read_header", &PyDecoder::read_header)
      .def_prop_ro("header", &PyDecoder::header, nb::rv_policy::reference_internal)
      .def("expect_bytes", &PyDecoder::expect_bytes, "count"_a)
      .def("start", &PyDecoder::start, "scales"_a, "strict"_a, "preview"_a, "threads"_a, "wanted"_a)
      .def("read_scans", &PyDecoder::read_scans)
      .def("open_file", &PyDecoder::open_file, "descriptor"_a, "start"_a)
      .def("open_buffer", &PyDecoder::open_buffer, "buffer"_a)
      .def("close", &PyDecoder::close)
      .def("planes",
           [](const PyDecoder& decoder) {
             nb::list result;
             for (const auto& [width, height, rows] : decoder.planes()) {
               result.append(nb::make_tuple(width, height, rows));
             }
             return result;
           })
      .def("decode_mcu_rows", &PyDecoder::decode_mcu_rows, "planes"_a, "done"_a, "wanted"_a)
      .def_prop_ro("bytes_consumed", &PyDecoder::bytes_consumed)
      .def_prop_ro("warning_count", &PyDecoder::warning_count)
      .def_prop_ro("warnings", &warnings);
}

}  // namespace streamresize
