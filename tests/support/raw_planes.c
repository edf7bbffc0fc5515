/* Test oracle on top of the system's libjpeg: JPEG on standard input, arrays on standard output.
 *
 *   raw_planes planes        component planes by jpeg_read_raw_data (JDCT_ISLOW, no upsampling)
 *   raw_planes coefficients  quantised coefficients by jpeg_read_coefficients
 *
 * Output, native byte order: int32 component count, int32 warning count, then for each component
 * int32 h, v, width, height, blocks per row, block rows and 64 uint16 quantisation steps in natural
 * order, then for each component its array: uint8[height][width], or
 * int16[block rows][blocks per row][64] in natural order.
 * Sizes follow ITU-T T.81 A.1.1. The exit status is 1 for an error of libjpeg, 2 for wrong usage.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#define PADDING_BLOCKS 4 /* a row buffer holds whole MCUs: at most 4 blocks too many (B.2.2) */

static void write_ints(const int32_t *values, size_t count) { fwrite(values, sizeof *values, count, stdout); }

static void write_header(j_decompress_ptr info) {
  const int32_t counts[2] = {info->num_components, (int32_t)info->err->num_warnings};
  write_ints(counts, 2);
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *part = &info->comp_info[i];
    const int32_t sizes[6] = {part->h_samp_factor,        part->v_samp_factor,
                              (int32_t)part->downsampled_width, (int32_t)part->downsampled_height,
                              (int32_t)part->width_in_blocks,   (int32_t)part->height_in_blocks};
    uint16_t steps[DCTSIZE2] = {0};
    for (int k = 0; part->quant_table != NULL && k < DCTSIZE2; k++) steps[k] = part->quant_table->quantval[k];
    write_ints(sizes, 6);
    fwrite(steps, sizeof steps[0], DCTSIZE2, stdout);
  }
}

typedef struct {
  JSAMPLE *samples;
  JSAMPROW *rows; /* a window of one MCU row, moved down the plane */
  size_t stride;
} Plane;

static Plane new_plane(const jpeg_component_info *part) {
  Plane plane;
  const size_t rows = (size_t)(part->height_in_blocks + PADDING_BLOCKS) * DCTSIZE;
  plane.stride = (size_t)(part->width_in_blocks + PADDING_BLOCKS) * DCTSIZE;
  plane.samples = calloc(rows, plane.stride);
  plane.rows = calloc((size_t)part->v_samp_factor * DCTSIZE, sizeof *plane.rows);
  if (plane.samples == NULL || plane.rows == NULL) exit(1);
  return plane;
}

static void point_at_rows(Plane *plane, size_t first, size_t count) {
  for (size_t i = 0; i < count; i++) plane->rows[i] = plane->samples + (first + i) * plane->stride;
}

static void read_planes(j_decompress_ptr info, Plane *planes) {
  JSAMPARRAY windows[MAX_COMPONENTS];
  const JDIMENSION lines = (JDIMENSION)(info->max_v_samp_factor * DCTSIZE);
  while (info->output_scanline < info->output_height) {
    const size_t mcu_row = info->output_scanline / lines;
    for (int i = 0; i < info->num_components; i++) {
      const size_t count = (size_t)info->comp_info[i].v_samp_factor * DCTSIZE;
      point_at_rows(&planes[i], mcu_row * count, count);
      windows[i] = planes[i].rows;
    }
    jpeg_read_raw_data(info, windows, lines);
  }
}

static void dump_planes(j_decompress_ptr info) {
  Plane planes[MAX_COMPONENTS];
  info->raw_data_out = TRUE;
  info->dct_method = JDCT_ISLOW;
  info->do_block_smoothing = FALSE;
  jpeg_start_decompress(info);
  for (int i = 0; i < info->num_components; i++) planes[i] = new_plane(&info->comp_info[i]);
  read_planes(info, planes);
  write_header(info);
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *part = &info->comp_info[i];
    for (JDIMENSION y = 0; y < part->downsampled_height; y++)
      fwrite(planes[i].samples + y * planes[i].stride, 1, part->downsampled_width, stdout);
  }
}

static void dump_coefficients(j_decompress_ptr info) {
  jvirt_barray_ptr *arrays = jpeg_read_coefficients(info);
  write_header(info);
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *part = &info->comp_info[i];
    for (JDIMENSION y = 0; y < part->height_in_blocks; y++) {
      JBLOCKARRAY row = info->mem->access_virt_barray((j_common_ptr)info, arrays[i], y, 1, FALSE);
      fwrite(row[0], sizeof(JBLOCK), part->width_in_blocks, stdout);
    }
  }
}

int main(int argc, char **argv) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  if (argc != 2 || (strcmp(argv[1], "planes") != 0 && strcmp(argv[1], "coefficients") != 0)) return 2;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_stdio_src(&info, stdin);
  jpeg_read_header(&info, TRUE);
  if (strcmp(argv[1], "planes") == 0)
    dump_planes(&info);
  else
    dump_coefficients(&info);
  return fflush(stdout) == 0 ? 0 : 1;
}
