# The numba kernels, compiled ahead of time: one object file for each processor variant.

function(streamresize_kernel_object cpu suffix output)
  set(folder ${PROJECT_SOURCE_DIR}/streamresize/kernels)
  set(script ${PROJECT_SOURCE_DIR}/native/cmake/compile_kernels.py)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${Python_EXECUTABLE} ${script} ${folder} ${cpu} ${suffix} ${output}
    DEPENDS ${script} ${folder}/resampling.py ${folder}/reduction.py ${folder}/color.py
            ${folder}/hamming.py ${folder}/hashing.py
    COMMENT "Compiling the kernels for ${cpu}"
    VERBATIM)
  set_source_files_properties(${output} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
endfunction()

function(streamresize_kernel_objects result)
  if(STREAMRESIZE_X86_64)
    set(objects ${CMAKE_CURRENT_BINARY_DIR}/kernels_base.o ${CMAKE_CURRENT_BINARY_DIR}/kernels_v3.o)
    streamresize_kernel_object(x86-64 base ${CMAKE_CURRENT_BINARY_DIR}/kernels_base.o)
    streamresize_kernel_object(x86-64-v3 v3 ${CMAKE_CURRENT_BINARY_DIR}/kernels_v3.o)
  else()
    set(objects ${CMAKE_CURRENT_BINARY_DIR}/kernels_base.o)
    streamresize_kernel_object(generic base ${CMAKE_CURRENT_BINARY_DIR}/kernels_base.o)
  endif()
  set(${result} ${objects} PARENT_SCOPE)
endfunction()
