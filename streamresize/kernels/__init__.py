"""Row kernels: plain functions on NumPy arrays, written for numba.

They exist in three forms: compiled ahead of time in `streamresize._native` (what the library uses),
under numba's JIT in `streamresize.kernels.jit`, and as the plain Python that stands here.
"""
