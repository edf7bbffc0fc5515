#include "idct_vector.hpp"

namespace streamresize {

const BlockTransforms kPortableTransforms = make_block_transforms();

}  // namespace streamresize
