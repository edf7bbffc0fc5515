#include "idct.hpp"

#include "streamresize/processor.hpp"

namespace streamresize {
namespace {

const TransformVariant& best_variant() {
#ifdef STREAMRESIZE_X86_64_V3
  if (has_avx2()) return kAvx2Transforms;
#endif
  return kPortableTransforms;
}

}  // namespace

const BlockTransforms& block_transforms(int precision) {
  const TransformVariant& variant = best_variant();
  return precision == 12 ? variant.bits12 : variant.bits8;
}

}  // namespace streamresize
