#pragma once

#include <nanobind/nanobind.h>

namespace streamresize {

void register_decoder(nanobind::module_& module);
void register_kernels(nanobind::module_& module);
void register_reductions(nanobind::module_& module);
void register_hashes(nanobind::module_& module);

}  // namespace streamresize
