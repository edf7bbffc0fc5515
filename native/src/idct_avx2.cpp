#include "idct_vector.hpp"

namespace streamresize {

const BlockTransforms kAvx2Transforms = make_block_transforms();

}  // namespace streamresize
