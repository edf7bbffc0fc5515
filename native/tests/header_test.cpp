#include <algorithm>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "jpeg_writer.hpp"
#include "streamresize/decoder.hpp"

using namespace streamresize;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes segment(std::uint8_t marker, const Bytes& payload) {
  Bytes bytes;
  put_segment(bytes, marker, payload);
  return bytes;
}

const Bytes kSoi{0xFF, 0xD8};
const Bytes kEoi{0xFF, 0xD9};
const Bytes kDqt = segment(0xDB, joined({{0}, Bytes(64, 3)}));
const Bytes kSof = segment(0xC0, {8, 0, 40, 0, 50, 1, 1, 0x11, 0});
const Bytes kSos = segment(0xDA, {1, 1, 0, 0, 63, 0});

struct Read {
  Status status;
  Header header;
};

Read read_header(const Bytes& bytes, std::size_t chunk, const Limits& limits) {
  Decoder decoder(limits);
  std::span<const std::uint8_t> rest = bytes;
  Status status;
  while ((status = decoder.read_header()).code == StatusCode::need_input) {
    const std::size_t count = std::min(chunk, rest.size());
    if (count == 0) decoder.finish_input();
    decoder.append(rest.first(count));
    rest = rest.subspan(count);
  }
  CHECK_EQUAL(decoder.read_header().code, status.code);
  return {status, decoder.header()};
}

// Read at once and byte by byte, which must not differ.
Read read(const std::vector<Bytes>& parts, const Limits& limits = {}) {
  const Bytes bytes = joined(parts);
  const Read whole = read_header(bytes, bytes.size(), limits);
  const Read pieces = read_header(bytes, 1, limits);
  CHECK_EQUAL(pieces.status.code, whole.status.code);
  CHECK_EQUAL(std::string_view(pieces.status.what), whole.status.what);
  CHECK_EQUAL(pieces.status.offset, whole.status.offset);
  CHECK_EQUAL(pieces.header.segments.size(), whole.header.segments.size());
  return whole;
}

struct Case {
  std::vector<Bytes> parts;
  const char* what;
};

void check_faults(StatusCode code, const std::vector<Case>& cases) {
  for (const auto& [parts, what] : cases) {
    const Status status = read(parts).status;
    CHECK_EQUAL(status.code, code);
    CHECK_EQUAL(std::string_view(status.what), what);
    CHECK(status.offset <= joined(parts).size());
  }
}

void check_malformed(const std::vector<Case>& cases) { check_faults(StatusCode::malformed, cases); }

Bytes sof(const Bytes& payload, std::uint8_t marker = 0xC0) { return segment(marker, payload); }

// A frame of one component, its entry as given.
Bytes sof_with_component(std::uint8_t sampling, std::uint8_t quantization) {
  return sof({8, 0, 40, 0, 50, 1, 1, sampling, quantization});
}

}  // namespace

TEST(header_of_a_sound_file) {
  const Bytes frame = sof({8, 0, 45, 0, 61, 3, 1, 0x21, 0, 7, 0x12, 0, 9, 0x11, 0});
  const Bytes scan = segment(0xDA, {3, 1, 0, 7, 0x11, 9, 0x11, 0, 63, 0});
  const auto [status, header] = read({kSoi, kDqt, frame, segment(0xDD, {1, 2}), scan});
  CHECK(status.ok());
  CHECK_EQUAL(header.frame.width, 61U);
  CHECK_EQUAL(header.frame.height, 45U);
  CHECK_EQUAL(header.frame.mcu_columns, 4U);
  CHECK_EQUAL(header.frame.mcu_rows, 3U);
  CHECK_EQUAL(header.frame.components[1].id, 7);
  CHECK_EQUAL(header.frame.components[1].width, 31U);
  CHECK_EQUAL(header.frame.components[2].height, 23U);
  CHECK_EQUAL(header.restart_interval, 0x102U);
  CHECK(!header.multi_scan);
}

TEST(header_that_is_missing_or_cut) {
  const char* const no_soi = "not a JPEG: the SOI marker is missing";
  check_malformed({{{}, no_soi},
                   {{{0xFF}}, no_soi},
                   {{kDqt}, no_soi},
                   {{kSoi, kEoi}, "EOI before any scan"},
                   {{kSoi, kDqt, kSof, kEoi}, "EOI before any scan"},
                   {{kSoi, kDqt, kSos}, "SOS before SOF"}});
  const Bytes whole = joined({kSoi, kDqt, kSof, kSos});
  for (std::size_t size = 2; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    check_malformed({{{cut}, "the file ends inside its headers"}});
    CHECK_EQUAL(read({cut}).status.offset, size);
  }
}

TEST(header_with_a_segment_length_below_two) {
  for (const std::uint8_t marker : Bytes{0xC0, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xE5, 0xFE}) {
    check_malformed({{{kSoi, kSof, {0xFF, marker, 0, 1}}, "segment length below 2"}});
  }
}

TEST(header_with_bad_quantization_tables) {
  const char* const range = "DQT: precision or table number out of range";
  const char* const too_short = "DQT: the segment is too short";
  check_malformed({{{kSoi, segment(0xDB, {0x20})}, range},
                   {{kSoi, segment(0xDB, {0x04})}, range},
                   {{kSoi, segment(0xDB, Bytes(64, 0))}, too_short},
                   {{kSoi, segment(0xDB, joined({{0x10}, Bytes(127, 1)}))}, too_short},
                   {{kSoi, segment(0xDB, Bytes(66, 0))}, too_short},
                   {{kSoi, kSof, kSos}, "SOS: quantization table not defined"}});
  const Bytes wide = segment(0xDB, joined({{0x10}, Bytes(128, 1), {3}, Bytes(64, 1)}));
  CHECK(read({kSoi, wide, kSof, kSos}).status.ok());
}

TEST(header_with_bad_huffman_tables) {
  const char* const counts = "DHT: the counts do not fit the segment";
  const Bytes one_code{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes too_many{0, 0, 0, 0, 0, 0, 0, 0, 200, 57, 0, 0, 0, 0, 0, 0};
  check_malformed({{{kSoi, segment(0xC4, Bytes(16, 0))}, "DHT: the segment is too short"},
                   {{kSoi, segment(0xC4, joined({{0x20}, one_code, {0}}))},
                    "DHT: class or table number out of range"},
                   {{kSoi, segment(0xC4, joined({{0x14}, one_code, {0}}))},
                    "DHT: class or table number out of range"},
                   {{kSoi, segment(0xC4, joined({{0}, one_code}))}, counts},
                   {{kSoi, segment(0xC4, joined({{0}, too_many, Bytes(257, 0)}))}, counts}});
  const Bytes two = segment(0xC4, joined({{0}, one_code, {5}, {0x13}, one_code, {6}}));
  CHECK(read({kSoi, two, kDqt, kSof, kSos}).status.ok());
}

TEST(huffman_tables_that_a_scan_cannot_use) {
  const Bytes overfull{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes bad_dht = segment(0xC4, joined({{0}, overfull, {1, 2, 3}}));
  for (const auto& [parts, what] : std::vector<Case>{
           {{kSoi, bad_dht, kDqt, kSof, kSos}, "DHT: the code lengths describe no prefix code"},
           {{kSoi, kDqt, kSof, segment(0xDA, {1, 1, 0x20, 0, 63, 0})},
            "SOS: Huffman table not defined"}}) {
    Decoder decoder;
    decoder.append(joined(parts));
    CHECK(decoder.read_header().ok());
    for (int round = 0; round < 2; ++round) {
      const Status status = decoder.start(Bytes{1}, {});
      CHECK_EQUAL(status.code, StatusCode::malformed);
      CHECK_EQUAL(std::string_view(status.what), what);
    }
  }
}

TEST(header_with_bad_restart_interval) {
  check_malformed({{{kSoi, segment(0xDD, {})}, "DRI: the segment is too short"},
                   {{kSoi, segment(0xDD, {1})}, "DRI: the segment is too short"}});
}

TEST(header_with_a_bad_frame) {
  const char* const too_short = "SOF: the segment is too short";
  const char* const sampling = "SOF: sampling factor outside 1..4";
  check_malformed({{{kSoi, sof({})}, too_short},
                   {{kSoi, sof({8, 0, 40, 0, 50})}, too_short},
                   {{kSoi, sof({8, 0, 40, 0, 50, 1, 1, 0x11})}, too_short},
                   {{kSoi, sof({8, 0, 40, 0, 0, 1, 1, 0x11, 0})}, "SOF: the width is 0"},
                   {{kSoi, sof({8, 0, 40, 0, 50, 0})}, "SOF: no components"},
                   {{kSoi, sof_with_component(0x01, 0)}, sampling},
                   {{kSoi, sof_with_component(0x10, 0)}, sampling},
                   {{kSoi, sof_with_component(0x51, 0)}, sampling},
                   {{kSoi, sof_with_component(0x15, 0)}, sampling},
                   {{kSoi, sof_with_component(0x11, 4)}, "SOF: quantization table number above 3"},
                   {{kSoi, kSof, kSof}, "a second SOF"}});
}

TEST(header_whose_height_comes_behind_the_scan) {
  const Bytes frame = sof({8, 0, 0, 0, 50, 1, 1, 0x11, 0});
  const std::vector<Bytes> start{kSoi, kDqt, frame, kSos, {0x12, 0xFF, 0x00, 0x34}};
  const auto with = [&](const Bytes& rest) { return std::vector<Bytes>{joined(start), rest}; };
  const char* const missing = "SOF: the height is 0 and no DNL segment gives it";
  check_malformed({{start, missing},
                   {with(kEoi), missing},
                   {with(kSos), missing},
                   {with(segment(0xDC, {0})), "DNL: the segment is too short"},
                   {with(segment(0xDC, {0, 0})), "DNL: the height is 0"}});
  const auto [status, header] = read(with(segment(0xDC, {0, 77})));
  CHECK(status.ok());
  CHECK_EQUAL(header.frame.height, 77U);
  CHECK_EQUAL(header.frame.mcu_rows, 10U);
  CHECK(header.multi_scan);
  CHECK_EQUAL(std::string_view(read(with(segment(0xDC, {0, 77})), {.height = 76}).status.what),
              "height");
}

TEST(header_with_a_bad_scan) {
  const char* const too_short = "SOS: the segment is too short";
  const char* const number = "SOS: wrong number of components";
  const auto with = [](const Bytes& scan) {
    return std::vector<Bytes>{kSoi, kDqt, kSof, segment(0xDA, scan)};
  };
  check_malformed({{with({}), too_short},
                   {with({1, 1, 0, 0, 63}), too_short},
                   {with({0, 0, 63, 0}), number},
                   {with({2, 1, 0, 1, 0, 0, 63, 0}), number},
                   {with({1, 2, 0, 0, 63, 0}), "SOS: component not in the frame"},
                   {with({1, 1, 0x40, 0, 63, 0}), "SOS: entropy table number above 3"},
                   {with({1, 1, 0x04, 0, 63, 0}), "SOS: entropy table number above 3"}});
}

TEST(components_of_one_id_are_taken_in_order) {
  const Bytes frame = sof({8, 0, 40, 0, 50, 2, 7, 0x21, 0, 7, 0x11, 0});
  CHECK(read({kSoi, kDqt, frame, segment(0xDA, {2, 7, 0, 7, 0, 0, 63, 0})}).status.ok());
  const Bytes distinct = sof({8, 0, 40, 0, 50, 2, 7, 0x21, 0, 8, 0x11, 0});
  check_malformed({{{kSoi, kDqt, distinct, segment(0xDA, {2, 7, 0, 7, 0, 0, 63, 0})},
                    "SOS: component not in the frame"}});
}

TEST(header_with_an_impossible_progressive_scan) {
  const Bytes frame = sof({8, 0, 40, 0, 50, 1, 1, 0x11, 0}, 0xC2);
  const auto with = [&](const Bytes& band) {
    return std::vector<Bytes>{kSoi, kDqt, frame, segment(0xDA, joined({{1, 1, 0}, band}))};
  };
  for (const Bytes& band : {Bytes{0, 1, 0}, Bytes{5, 4, 0}, Bytes{1, 64, 0}, Bytes{0, 0, 0x0E},
                            Bytes{0, 0, 0x20}, Bytes{0, 0, 0x12}}) {
    check_malformed({{with(band), "SOS: impossible progressive scan"}});
  }
  for (const Bytes& band : {Bytes{0, 0, 0}, Bytes{0, 0, 0x0D}, Bytes{1, 63, 2}}) {
    CHECK(read(with(band)).status.ok());
  }
}

TEST(header_of_processes_that_are_not_read) {
  const Bytes frame{8, 0, 40, 0, 50, 1, 1, 0x11, 0};
  check_faults(StatusCode::unsupported, {{{kSoi, sof(frame, 0xC3)}, "lossless coding"},
                                         {{kSoi, sof(frame, 0xCB)}, "lossless coding"},
                                         {{kSoi, sof(frame, 0xC5)}, "hierarchical coding"},
                                         {{kSoi, sof(frame, 0xCF)}, "hierarchical coding"},
                                         {{kSoi, segment(0xDE, frame)}, "hierarchical coding"},
                                         {{kSoi, sof(frame, 0xF7)}, "JPEG-LS"}});
  for (const std::uint8_t marker : Bytes{0xC0, 0xC1, 0xC2, 0xC9, 0xCA}) {
    const Bytes scan = segment(0xDA, {1, 1, 0, 0, 0, 0});
    const auto [status, header] = read({kSoi, kDqt, sof(frame, marker), scan});
    CHECK(status.ok());
    CHECK_EQUAL(int{header.frame.sof}, marker - 0xC0);
    CHECK_EQUAL(header.multi_scan, header.frame.progressive());
  }
}

TEST(header_of_frames_that_are_not_read) {
  const char* const precision = "sample precision other than 8 or 12";
  const Bytes five = joined({{8, 0, 40, 0, 50, 5}, Bytes(15, 0x11)});
  const Bytes deep{12, 0, 40, 0, 50, 1, 1, 0x11, 0};
  check_faults(StatusCode::unsupported,
               {{{kSoi, sof(five)}, "more than four components"},
                {{kSoi, sof(deep)}, precision},
                {{kSoi, sof({16, 0, 40, 0, 50, 1, 1, 0x11, 0}, 0xC1)}, precision}});
  CHECK(read({kSoi, kDqt, sof(deep, 0xC1), kSos}).status.ok());
}

TEST(header_with_bad_arithmetic_conditioning) {
  const char* const range = "DAC: class, table number or value out of range";
  check_malformed({{{kSoi, segment(0xCC, {0x20, 0x10})}, range},
                   {{kSoi, segment(0xCC, {0x04, 0x10})}, range},
                   {{kSoi, segment(0xCC, {0x00, 0x12})}, range}});
  CHECK(read({kSoi, segment(0xCC, {0x00, 0x21, 0x13, 9}), kDqt, kSof, kSos}).status.ok());
}

TEST(fill_bytes_and_junk_between_segments_are_passed_over) {
  const Bytes fill{0xFF, 0xFF, 0xFF};
  const Bytes junk{0x00, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0x01, 0xFF, 0xD3, 0x56};
  for (const Bytes& between : {fill, junk, joined({junk, fill})}) {
    CHECK(read({kSoi, between, kDqt, between, kSof, between, kSos}).status.ok());
  }
}

TEST(application_segments_are_kept) {
  const Bytes exif(300, 7);
  const auto [status, header] = read({kSoi, segment(0xE0, {1, 2, 3}), segment(0xE5, Bytes(5000, 9)),
                                      segment(0xE1, exif), segment(0xFE, {4}), segment(0xE2, {}),
                                      segment(0xED, {6}), segment(0xEE, {5}), kDqt, kSof, kSos});
  CHECK(status.ok());
  CHECK_EQUAL(header.segments.size(), 5U);
  CHECK_EQUAL(header.segments[0].marker, 0xE0);
  CHECK_EQUAL(header.segments[0].offset, 6U);
  CHECK(header.segments[1].payload == exif);
  CHECK(header.segments[2].payload.empty());
  CHECK_EQUAL(header.segments[3].marker, 0xED);
  CHECK_EQUAL(header.segments[4].marker, 0xEE);
}

TEST(kept_segments_are_limited) {
  const std::vector<Bytes> parts{kSoi,
                                 segment(0xE1, Bytes(60, 0)),
                                 segment(0xEC, Bytes(900, 0)),
                                 segment(0xE2, Bytes(40, 0)),
                                 kDqt,
                                 kSof,
                                 kSos};
  CHECK(read(parts, {.metadata_bytes = 100}).status.ok());
  const Status status = read(parts, {.metadata_bytes = 99}).status;
  CHECK_EQUAL(status.code, StatusCode::limit);
  CHECK_EQUAL(std::string_view(status.what), "metadata_bytes");
  CHECK_EQUAL(status.value, 100U);
  CHECK_EQUAL(status.bound, 99U);
}

TEST(sizes_up_to_the_limits_are_read) {
  CHECK(read({kSoi, kDqt, kSof, kSos}, {.width = 50, .height = 40, .pixels = 2000}).status.ok());
}

TEST(source_bytes_are_limited) {
  Decoder decoder({.source_bytes = 100});
  CHECK(decoder.append(Bytes(100, 0)).ok());
  const Status status = decoder.append(Bytes(1, 0));
  CHECK_EQUAL(status.code, StatusCode::limit);
  CHECK_EQUAL(std::string_view(status.what), "source_bytes");
  CHECK_EQUAL(decoder.read_header().code, StatusCode::limit);
}

TEST(a_fault_is_returned_by_every_later_call) {
  Decoder decoder;
  decoder.append(joined({kSoi, sof({})}));
  CHECK_EQUAL(decoder.read_header().code, StatusCode::malformed);
  const Bytes sound = joined({kSoi, kDqt, kSof, kSos});
  for (const Status& status : {decoder.append(sound), decoder.read_header(), decoder.start({}, {}),
                               decoder.read_scans(), decoder.decode_mcu_row({})}) {
    CHECK_EQUAL(status.code, StatusCode::malformed);
    CHECK_EQUAL(std::string_view(status.what), "SOF: the segment is too short");
    CHECK_EQUAL(status.offset, 6U);
  }
}
