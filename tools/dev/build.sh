# SPDX-License-Identifier: Apache-2.0
# Building, formatting, linting, installing. Sourced by ./dev.

export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_NOHASHDIR=1
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
    ninja -C "build/$preset" --quiet "${@:-all}" >&2
}

our_sources() { git ls-files --cached --others --exclude-standard 'src/*.cpp' 'src/*.hpp' 'bench/*.cpp' 'tests/*.cpp'; }

clang_tool() {
    for version in 19 18 17 16; do command -v "$1-$version" && return; done
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1-19" >/dev/null 2>&1 ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1-18" >/dev/null
    command -v "$1-19" || command -v "$1-18"
}

format_sources() { our_sources | xargs "$(clang_tool clang-format)" -i; }

lint_sources() {
    install_packages test
    # clang cannot read gcc's precompiled header: a build directory of its own, configured only.
    cmake --preset dev -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
    git ls-files 'src/*.cpp' ':!src/*_test.cpp' | xargs -P "$(nproc)" -n 4 "$(clang_tool clang-tidy)" --quiet -p build/lint \
        --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-error --extra-arg=-w \
        --extra-arg=-include --extra-arg="$PWD/src/base/precompiled.hpp"
}

install_product() {
    as_root deploy/install.sh build/release/vantage
}
