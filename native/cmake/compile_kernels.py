"""Compile the numba kernels to an object file that the extension module links.

    compile_kernels.py KERNEL_FOLDER CPU SUFFIX OUTPUT

CPU is LLVM's name of the processor, or "generic". Every kernel becomes a C function
streamresize_NAME_SUFFIX; its arguments are declared in native/binding/kernel_table.hpp.
"""

import importlib.util
import os
import sys
from pathlib import Path

folder, cpu, suffix, output = sys.argv[1:]
if cpu != "generic":
    os.environ["NUMBA_CPU_NAME"] = cpu
    os.environ["NUMBA_CPU_FEATURES"] = ""

import llvmlite.binding as llvm
import numba
from numba import carray, types

u8, u16, i32, u32, i64, u64, f32, f64 = (
    types.CPointer(t)
    for t in (
        types.uint8,
        types.uint16,
        types.int32,
        types.uint32,
        types.int64,
        types.uint64,
        types.float32,
        types.float64,
    )
)
size = types.intp


def load_compiled(module_name):
    """A kernel module with every function under njit, loaded without its package."""
    spec = importlib.util.spec_from_file_location(module_name, Path(folder) / f"{module_name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in list(vars(module).items()):
        if callable(function):
            setattr(module, name, numba.njit(error_model="numpy")(function))
    return module


reduction = load_compiled("reduction")
resampling = load_compiled("resampling")
color = load_compiled("color")
hamming = load_compiled("hamming")
hashing = load_compiled("hashing")
SPARE_ROWS = resampling.LANES - 1
CHUNKS = hamming.CHUNKS
CHUNK_STARTS = (1 << int(hamming.CHUNK_BITS)) + 1


@numba.njit
def taps_at(first, count, weights, outputs, most):
    """As kernels take them: what each output is made of."""
    return carray(first, outputs), carray(count, outputs), carray(weights, (outputs, most))


def resample_strip(
    strip, rows, stride, strip_row,
    row_first, row_count, row_weights, row_entries, row_taps,
    col_first, col_weights, columns, col_taps,
    accumulators, accumulator_count, width, scratch, scratch_row,
    out_row, window_row, out,
):  # fmt: skip
    return kernel_resample_strip(
        carray(strip, (rows, stride)),
        strip_row,
        *taps_at(row_first, row_count, row_weights, row_entries, row_taps),
        carray(col_first, columns),
        carray(col_weights, (columns, col_taps)),
        carray(accumulators, (accumulator_count, width)),
        carray(scratch, (3, scratch_row)),
        out_row,
        window_row,
        carray(out, (row_entries + SPARE_ROWS, columns)),
    )


def reduce_strip_fixed(
    strip, rows, stride, strip_row,
    row_first, row_count, row_weights, outputs, row_taps,
    col_first, col_count, col_weights, columns, col_taps,
    line, sums,
):  # fmt: skip
    kernel_reduce_strip_fixed(
        carray(strip, (rows, stride)),
        strip_row,
        *taps_at(row_first, row_count, row_weights, outputs, row_taps),
        *taps_at(col_first, col_count, col_weights, columns, col_taps),
        carray(line, columns),
        carray(sums, (outputs, columns)),
    )


def reduce_rows(
    strip, rows, stride, strip_row, first, count, weights, outputs, taps, sums, width
):  # fmt: skip
    kernel_reduce_rows(
        carray(strip, (rows, stride))[:, :width],
        strip_row,
        *taps_at(first, count, weights, outputs, taps),
        carray(sums, (outputs, width)),
    )


def reduce_columns(plane, columns, rows, first, count, weights, outputs, taps, out):
    kernel_reduce_columns(
        carray(plane, (columns, rows)),
        *taps_at(first, count, weights, outputs, taps),
        carray(out, (outputs, rows)),
    )


def reduce_plane(
    plane, height, width,
    row_first, row_count, row_weights, rows, row_taps,
    col_first, col_count, col_weights, columns, col_taps,
    sums, turned, out,
):  # fmt: skip
    kernel_reduce_plane(
        carray(plane, (height, width)),
        *taps_at(row_first, row_count, row_weights, rows, row_taps),
        *taps_at(col_first, col_count, col_weights, columns, col_taps),
        carray(sums, (rows, width)),
        carray(turned, (width, rows)),
        carray(out, (columns, rows)),
    )


def reduce_plane_fixed(
    plane, height, width,
    row_first, row_count, row_weights, rows, row_taps,
    col_first, col_count, col_weights, columns, col_taps,
    turned, sums, sums_room, lines, out,
):  # fmt: skip
    kernel_reduce_plane_fixed(
        carray(plane, (height, width)),
        *taps_at(row_first, row_count, row_weights, rows, row_taps),
        *taps_at(col_first, col_count, col_weights, columns, col_taps),
        carray(turned, (width, height)),
        carray(sums, sums_room),
        carray(lines, (height, columns)),
        carray(out, (rows, columns)),
    )


def weigh_areas(low, high, first, count, weights, outputs, taps):
    kernel_weigh_areas(low, high, *taps_at(first, count, weights, outputs, taps))


def round_turned(columns, width, height, samples):
    kernel_round_turned(carray(columns, (width, height)), carray(samples, (height, width)))


def find_content(luma, height, width, box):
    kernel_find_content(carray(luma, (height, width)), carray(box, 4))


def total_steps(picture, height, width):
    return kernel_total_steps(carray(picture, (height, width)))


def above_median(values, count, lower, room, bits):
    kernel_above_median(
        carray(values, count), lower != 0, carray(room, count), carray(bits, count // 8)
    )


def low_frequencies(picture, side, begin, basis, frequencies, lines, turned, out):
    kernel_low_frequencies(
        carray(picture, (side, side)),
        begin,
        carray(basis, (frequencies, side)),
        carray(lines, (frequencies, side)),
        carray(turned, (side, frequencies)),
        carray(out, (frequencies, frequencies)),
    )


def ycbcr_to_rgb(y, cb, cr, rgb, height, width):
    shape = (height, width)
    kernel_ycbcr_to_rgb(
        carray(y, shape), carray(cb, shape), carray(cr, shape), carray(rgb, (height, width, 3))
    )


def cmyk_to_rgb(c, m, y, k, inverted, rgb, height, width):
    shape = (height, width)
    kernel_cmyk_to_rgb(
        carray(c, shape), carray(m, shape), carray(y, shape), carray(k, shape),
        inverted != 0, carray(rgb, (height, width, 3)),
    )  # fmt: skip


def ycck_to_rgb(y, cb, cr, k, inverted, rgb, height, width):
    shape = (height, width)
    kernel_ycck_to_rgb(
        carray(y, shape), carray(cb, shape), carray(cr, shape), carray(k, shape),
        inverted != 0, carray(rgb, (height, width, 3)),
    )  # fmt: skip


def look_up_channels(picture, table, light, height, width, channels):
    kernel_look_up_channels(
        carray(picture, (height, width, channels)),
        carray(table, 256),
        carray(light, (channels, height, width)),
    )


def hamming_nearest(hashes, count, words, queries, query_count, distances, numbers):
    kernel_hamming_nearest(
        carray(hashes, (count, words)),
        carray(queries, (query_count, words)),
        carray(distances, count),
        carray(numbers, count),
    )


def hamming_within_64(hashes, count, queries, query_count, radius, rows, numbers, distances, room):
    return kernel_hamming_within_64(
        carray(hashes, (count, 1)), carray(queries, (query_count, 1)), radius,
        carray(rows, room), carray(numbers, room), carray(distances, room),
    )  # fmt: skip


def hamming_within_256(hashes, count, queries, query_count, radius, rows, numbers, distances, room):
    return kernel_hamming_within_256(
        carray(hashes, (count, 4)), carray(queries, (query_count, 4)), radius,
        carray(rows, room), carray(numbers, room), carray(distances, room),
    )  # fmt: skip


def probe_within(
    hashes, order, starts, count, masks, mask_count, mask_counts, mask_bits,
    query, radius, rows, distances, room,
):  # fmt: skip
    return kernel_probe_within(
        carray(hashes, (CHUNKS, count)),
        carray(order, (CHUNKS, count)),
        carray(starts, (CHUNKS, CHUNK_STARTS)),
        carray(masks, mask_count),
        carray(mask_counts, mask_bits),
        carray(query, 1),
        radius,
        carray(rows, room),
        carray(distances, room),
    )


kernel_resample_strip = resampling.resample_strip
kernel_reduce_strip_fixed = reduction.reduce_strip_fixed
kernel_reduce_rows = reduction.reduce_rows
kernel_reduce_columns = reduction.reduce_columns
kernel_reduce_plane = reduction.reduce_plane
kernel_reduce_plane_fixed = reduction.reduce_plane_fixed
kernel_weigh_areas = reduction.weigh_areas
kernel_round_turned = reduction.round_turned
kernel_find_content = hashing.find_content
kernel_total_steps = hashing.total_steps
kernel_above_median = hashing.above_median
kernel_low_frequencies = reduction.low_frequencies
kernel_ycbcr_to_rgb = color.ycbcr_to_rgb
kernel_cmyk_to_rgb = color.cmyk_to_rgb
kernel_ycck_to_rgb = color.ycck_to_rgb
kernel_look_up_channels = color.look_up_channels
kernel_hamming_nearest = hamming.hamming_nearest
kernel_hamming_within_64 = hamming.hamming_within_64
kernel_hamming_within_256 = hamming.hamming_within_256
kernel_probe_within = hamming.probe_within


def reduction_signature(weights, *others):
    taps = i32, i32, weights, size, size
    return types.void(u8, size, size, *taps, *taps, *others)


def resampling_signature(samples):
    return size(
        samples, size, size, size,
        i32, i32, f32, size, size,
        u32, f32, size, size,
        f32, size, size, f32, size,
        size, size, samples,
    )  # fmt: skip


SIGNATURES = {
    "resample_strip": (resample_strip, resampling_signature(u8)),
    "resample_deep_strip": (resample_strip, resampling_signature(u16)),
    "ycbcr_to_rgb": (ycbcr_to_rgb, types.void(u8, u8, u8, u8, size, size)),
    "cmyk_to_rgb": (cmyk_to_rgb, types.void(u8, u8, u8, u8, size, u8, size, size)),
    "ycck_to_rgb": (ycck_to_rgb, types.void(u8, u8, u8, u8, size, u8, size, size)),
    "reduce_strip_fixed": (
        reduce_strip_fixed,
        types.void(
            u8, size, size, size,
            i32, i32, i32, size, size,
            i32, i32, i32, size, size,
            i32, i32,
        ),
    ),
    "reduce_rows": (
        reduce_rows,
        types.void(u8, size, size, size, i32, i32, f32, size, size, f32, size),
    ),
    "reduce_columns": (
        reduce_columns,
        types.void(f32, size, size, i32, i32, f32, size, size, f32),
    ),
    "reduce_plane": (reduce_plane, reduction_signature(f32, f32, f32, f32)),
    "reduce_plane_fixed": (reduce_plane_fixed, reduction_signature(i32, u8, i32, size, u8, u8)),
    "weigh_areas": (
        weigh_areas,
        types.void(types.float64, types.float64, i32, i32, f32, size, size),
    ),
    "round_turned": (round_turned, types.void(f32, size, size, u8)),
    "find_content": (find_content, types.void(u8, size, size, i64)),
    "total_steps": (total_steps, size(f32, size, size)),
    "above_median": (above_median, types.void(f64, size, size, f64, u8)),
    "low_frequencies": (low_frequencies, types.void(f64, size, size, f64, size, f64, f64, f64)),
    "look_up_channels": (look_up_channels, types.void(u8, u16, u16, size, size, size)),
    "hamming_nearest": (hamming_nearest, types.void(u64, size, size, u64, size, u16, u16)),
    "hamming_within_64": (
        hamming_within_64,
        size(u64, size, u64, size, size, i64, i64, i64, size),
    ),
    "hamming_within_256": (
        hamming_within_256,
        size(u64, size, u64, size, size, i64, i64, i64, size),
    ),
    "probe_within": (
        probe_within,
        size(u64, u32, u32, size, u16, size, i64, size, u64, size, i64, i64, size),
    ),
}  # fmt: skip


def kernel_module(name, function, signature):
    """LLVM module of one kernel whose only visible symbol is its C function."""
    compiled = numba.cfunc(signature, nopython=True, error_model="numpy")(function)
    module = llvm.parse_assembly(compiled.inspect_llvm())
    for definition in [*module.functions, *module.global_variables]:
        if definition.name == compiled.native_name:
            definition.name = f"streamresize_{name}_{suffix}"
        elif not definition.is_declaration:
            definition.linkage = "internal"
    return module


def target_machine():
    target = llvm.Target.from_default_triple()
    name = "" if cpu == "generic" else cpu
    return target.create_target_machine(cpu=name, opt=3, reloc="pic", codemodel="default")


def optimize(module, machine):
    """Inline the helpers; what then has no caller, numba's error paths among it, disappears."""
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)


def main():
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    modules = [kernel_module(name, *kernel) for name, kernel in SIGNATURES.items()]
    merged = modules[0]
    for module in modules[1:]:
        merged.link_in(module)
    machine = target_machine()
    optimize(merged, machine)
    Path(output).write_bytes(machine.emit_object(merged))


main()
