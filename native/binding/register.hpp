#pragma once

#include <nanobind/nanobind.h>

namespace streamresize {

void register_decoder(nanobind::module_& module);
// Every kernel has a function, if only for tests to compare it with its other forms.
void register_kernels(nanobind::module_& module);
void register_reductions(nanobind::module_& module);
void register_hashes(nanobind::module_& module);

}  // namespace streamresize
