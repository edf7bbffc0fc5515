#include "register.hpp"

NB_MODULE(_native, module) {
  streamresize::register_decoder(module);
  streamresize::register_kernels(module);
}
