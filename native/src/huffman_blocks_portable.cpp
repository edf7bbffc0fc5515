#include "huffman_blocks_loops.hpp"

namespace streamresize {

const DecodeMcus kPortableDecodeMcus = decode_mcus;

}  // namespace streamresize
