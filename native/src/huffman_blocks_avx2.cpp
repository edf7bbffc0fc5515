#include "huffman_blocks_loops.hpp"

namespace streamresize {

const DecodeMcus kAvx2DecodeMcus = decode_mcus;

}  // namespace streamresize
