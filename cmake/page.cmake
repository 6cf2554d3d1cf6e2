# SPDX-License-Identifier: Apache-2.0
# The web page (ui/) is built by npm and linked into the binary, each file once plain and once gzipped (tools/embed.py).
find_program(NPM npm REQUIRED)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ui/src/* ${CMAKE_SOURCE_DIR}/ui/public/*)
list(APPEND page_sources ${CMAKE_SOURCE_DIR}/ui/index.html ${CMAKE_SOURCE_DIR}/ui/package-lock.json
     ${CMAKE_SOURCE_DIR}/ui/vite.config.ts ${CMAKE_SOURCE_DIR}/ui/licenses.ts ${CMAKE_SOURCE_DIR}/ui/tsconfig.json)
set(page_dist ${CMAKE_BINARY_DIR}/page)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/page.cpp
  COMMAND ${CMAKE_SOURCE_DIR}/tools/build_page.sh ${CMAKE_SOURCE_DIR}/ui ${page_dist}
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed.py ${page_dist} ${CMAKE_BINARY_DIR}/page.cpp
  DEPENDS ${page_sources} ${CMAKE_SOURCE_DIR}/tools/embed.py ${CMAKE_SOURCE_DIR}/tools/build_page.sh
  COMMENT "Building the web page" VERBATIM)
add_library(vantage_page STATIC ${CMAKE_BINARY_DIR}/page.cpp)
target_include_directories(vantage_page PUBLIC ${CMAKE_SOURCE_DIR}/src)
