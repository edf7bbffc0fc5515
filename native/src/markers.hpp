// Marker codes (T.81 Table B.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace streamresize::marker {

inline constexpr std::uint8_t kSof0 = 0xC0;
inline constexpr std::uint8_t kSof1 = 0xC1;
inline constexpr std::uint8_t kDht = 0xC4;
inline constexpr std::uint8_t kJpg = 0xC8;
inline constexpr std::uint8_t kDac = 0xCC;
inline constexpr std::uint8_t kSof15 = 0xCF;
inline constexpr std::uint8_t kRst0 = 0xD0;
inline constexpr std::uint8_t kRst7 = 0xD7;
inline constexpr std::uint8_t kSoi = 0xD8;
inline constexpr std::uint8_t kEoi = 0xD9;
inline constexpr std::uint8_t kSos = 0xDA;
inline constexpr std::uint8_t kDqt = 0xDB;
inline constexpr std::uint8_t kDnl = 0xDC;
inline constexpr std::uint8_t kDri = 0xDD;
inline constexpr std::uint8_t kDhp = 0xDE;
inline constexpr std::uint8_t kApp0 = 0xE0;
inline constexpr std::uint8_t kApp1 = 0xE1;
inline constexpr std::uint8_t kApp2 = 0xE2;
inline constexpr std::uint8_t kApp13 = 0xED;
inline constexpr std::uint8_t kApp14 = 0xEE;
inline constexpr std::uint8_t kJpegLsSof55 = 0xF7;
inline constexpr std::uint8_t kTem = 0x01;

constexpr bool is_restart(std::uint8_t code) { return code >= kRst0 && code <= kRst7; }

constexpr bool is_start_of_frame(std::uint8_t code) {
  return (code >= kSof0 && code <= kSof15 && code != kDht && code != kJpg && code != kDac) ||
         code == kJpegLsSof55;
}

// Markers that stand alone, without a segment.
constexpr bool is_standalone(std::uint8_t code) {
  return is_restart(code) || code == kSoi || code == kEoi || code == kTem;
}

constexpr bool is_kept(std::uint8_t code) {
  return code == kApp0 || code == kApp1 || code == kApp2 || code == kApp13 || code == kApp14;
}

// Markers whose segments are read; all others are passed over.
constexpr bool is_parsed(std::uint8_t code) {
  return code == kDqt || code == kDht || code == kDac || code == kDri || code == kDnl ||
         code == kDhp || code == kSos || is_start_of_frame(code) || is_kept(code);
}

}  // namespace streamresize::marker

namespace streamresize {

// The next marker in entropy-coded data: its 0xFF, followed by a code that is neither a stuffed
// zero nor a fill byte nor, as damage leaves them, a code that no marker there can have. Where
// there is none, `end`, or the last byte if that is 0xFF.
inline const std::uint8_t* next_marker(const std::uint8_t* at, const std::uint8_t* end) {
  while (true) {
    const auto* prefix = at == end ? nullptr
                                   : static_cast<const std::uint8_t*>(
                                         std::memchr(at, 0xFF, static_cast<std::size_t>(end - at)));
    if (prefix == nullptr) return end;
    const bool is_last = end - prefix < 2;
    if (is_last || (prefix[1] >= marker::kSof0 && prefix[1] != 0xFF)) return prefix;
    at = prefix + (prefix[1] == 0xFF ? 1 : 2);
  }
}

}  // namespace streamresize
