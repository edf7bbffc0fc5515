#include "idct_vector.hpp"

namespace streamresize {

const TransformVariant kAvx2Transforms = make_transforms();

}  // namespace streamresize
