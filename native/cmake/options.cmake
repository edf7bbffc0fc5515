# Warnings, hardening and sanitizers, as two interface targets.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(STREAMRESIZE_X86_64 TRUE)
else()
  set(STREAMRESIZE_X86_64 FALSE)
endif()

add_library(streamresize_warnings INTERFACE)
target_compile_options(streamresize_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-psabi)

add_library(streamresize_hardening INTERFACE)
target_compile_definitions(streamresize_hardening INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(streamresize_hardening INTERFACE -fstack-protector-strong)
target_link_options(streamresize_hardening INTERFACE -Wl,-z,relro,-z,now)
if(STREAMRESIZE_X86_64)
  target_compile_options(streamresize_hardening INTERFACE -fcf-protection)
endif()
if(STREAMRESIZE_BUILD_FUZZERS)
  target_compile_options(streamresize_hardening INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(STREAMRESIZE_SANITIZE)
  set(sanitizers -fsanitize=${STREAMRESIZE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(streamresize_hardening INTERFACE ${sanitizers})
  target_link_options(streamresize_hardening INTERFACE ${sanitizers})
else()
  target_compile_options(streamresize_hardening INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
