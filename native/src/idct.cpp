#include "idct.hpp"

namespace streamresize {

const BlockTransforms& block_transforms() {
#ifdef STREAMRESIZE_X86_64_V3
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2")) {
    return kAvx2Transforms;
  }
#endif
  return kPortableTransforms;
}

}  // namespace streamresize
