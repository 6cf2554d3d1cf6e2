# SPDX-License-Identifier: Apache-2.0
# Foreign libraries. docs/decisions/ says why each is here.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url json)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
find_package(GTest QUIET)  # only ./dev test installs it; without it there are no test programs
find_package(SOCI QUIET)
if(NOT TARGET SOCI::soci_core)  # Debian's package ships no usable CMake configuration in every release
  find_library(SOCI_CORE soci_core REQUIRED)
  find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
  add_library(SOCI::soci_core INTERFACE IMPORTED)
  target_include_directories(SOCI::soci_core INTERFACE /usr/include/soci)
  target_link_libraries(SOCI::soci_core INTERFACE ${SOCI_CORE} dl)
  add_library(SOCI::soci_sqlite3 INTERFACE IMPORTED)
  target_link_libraries(SOCI::soci_sqlite3 INTERFACE ${SOCI_SQLITE3} sqlite3)
endif()
find_library(DATE_TZ date-tz REQUIRED)  # days of a time zone; std::chrono has them from g++ 13 on
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libavdevice libavfilter libswscale libswresample)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)
