# SPDX-License-Identifier: Apache-2.0
# Options every target of ours is compiled and linked with.
function(vantage_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
    # gcc 12 reports these inside libstdc++ and Boost when sanitizers or coroutines are on
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer
    -Wno-mismatched-new-delete -Wno-tsan -Wno-restrict -Wno-stringop-overread)
  if(VANTAGE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${VANTAGE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${VANTAGE_SANITIZE})
    if(VANTAGE_SANITIZE MATCHES undefined)
      target_compile_options(${target} PRIVATE -fno-sanitize-recover=undefined)
    endif()
  endif()
endfunction()

find_program(VANTAGE_MOLD mold)
if(VANTAGE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
