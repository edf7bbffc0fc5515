#include "kernel_table.hpp"

#include "streamresize/processor.hpp"

namespace streamresize {
namespace {

KernelTable choose_kernels() {
#ifdef STREAMRESIZE_X86_64_V3
  if (has_avx2()) {
    return {streamresize_resample_strip_v3,    streamresize_resample_deep_strip_v3,
            streamresize_look_up_channels_v3,  streamresize_reduce_strip_fixed_v3,
            streamresize_reduce_rows_v3,       streamresize_reduce_columns_v3,
            streamresize_reduce_plane_v3,      streamresize_reduce_plane_fixed_v3,
            streamresize_find_content_v3,      streamresize_total_steps_v3,
            streamresize_weigh_areas_v3,       streamresize_round_turned_v3,
            streamresize_above_median_v3,      streamresize_low_frequencies_v3,
            streamresize_ycbcr_to_rgb_v3,      streamresize_cmyk_to_rgb_v3,
            streamresize_ycck_to_rgb_v3,       streamresize_hamming_nearest_v3,
            streamresize_hamming_within_64_v3, streamresize_hamming_within_256_v3,
            streamresize_probe_within_v3};
  }
#endif
  return {streamresize_resample_strip_base,    streamresize_resample_deep_strip_base,
          streamresize_look_up_channels_base,  streamresize_reduce_strip_fixed_base,
          streamresize_reduce_rows_base,       streamresize_reduce_columns_base,
          streamresize_reduce_plane_base,      streamresize_reduce_plane_fixed_base,
          streamresize_find_content_base,      streamresize_total_steps_base,
          streamresize_weigh_areas_base,       streamresize_round_turned_base,
          streamresize_above_median_base,      streamresize_low_frequencies_base,
          streamresize_ycbcr_to_rgb_base,      streamresize_cmyk_to_rgb_base,
          streamresize_ycck_to_rgb_base,       streamresize_hamming_nearest_base,
          streamresize_hamming_within_64_base, streamresize_hamming_within_256_base,
          streamresize_probe_within_base};
}

}  // namespace

const KernelTable kKernels = choose_kernels();

}  // namespace streamresize
