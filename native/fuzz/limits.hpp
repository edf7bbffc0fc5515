// Bounds that keep one input fast.
#pragma once

#include "streamresize/decoder.hpp"

inline constexpr streamresize::Limits kFuzzLimits = {
    .width = 4000, .height = 4000, .pixels = 1 << 20, .scans = 50, .blocks = 1 << 17};
