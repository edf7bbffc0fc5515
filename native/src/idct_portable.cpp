#include "idct_vector.hpp"

namespace streamresize {

const TransformVariant kPortableTransforms = make_transforms();

}  // namespace streamresize
