#include "lane_loops.hpp"
#include "progressive_loops.hpp"
#include "sequential_loops.hpp"

namespace streamresize {

const HuffmanLoops kPortableLoops = {decode_mcus, decode_band, refine_band, run_lanes, join_groups};

}  // namespace streamresize
