// What the processor offers.
#pragma once

namespace streamresize {

// What the files named *_avx2.cpp and the kernels named *_v3 are compiled for.
inline bool has_avx2() {
#ifdef STREAMRESIZE_X86_64_V3
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
#else
  return false;
#endif
}

// Of the processors that have the instruction pdep, these take hundreds of cycles for it.
inline bool has_fast_bit_deposit() {
#ifdef STREAMRESIZE_X86_64_V3
  return !__builtin_cpu_is("bdver4") && !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
#else
  return false;
#endif
}

}  // namespace streamresize
