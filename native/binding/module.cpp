#include "register.hpp"

NB_MODULE(_native, module) {
  nanobind::set_leak_warnings(false);  // objects that a program has frozen are no leaks
  streamresize::register_decoder(module);
  streamresize::register_kernels(module);
  streamresize::register_reductions(module);
  streamresize::register_hashes(module);
}
