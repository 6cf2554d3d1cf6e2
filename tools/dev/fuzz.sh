# SPDX-License-Identifier: Apache-2.0
# What hostile bytes do to parsers and sessions: libFuzzer with AddressSanitizer and UBSan, built by clang from the sources it
# needs and nothing else. Sourced by ./dev.

# libFuzzer's newest release that this system has, as a number.
clang_version() {
    local version
    for version in 14 18 19 16 15; do
        command -v "clang++-$version" >/dev/null && { echo "$version"; return; }
        apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1 && { echo "$version"; return; }
    done
    return 1
}

fuzz_packages() {
    local version
    version=$(clang_version) && echo "clang-$version libclang-rt-$version-dev"
}

fuzz_sources() {
    echo tests/fuzz/rtsp_fuzz.cpp
    printf 'src/base/%s.cpp\n' base64 log result time
    printf 'src/net/%s.cpp\n' digest rtp rtsp_headers rtsp_message rtsp_url sdp text
    printf 'src/media/%s.cpp\n' config_record h264_sps h265_sps h26x jpeg_header nal track
    ls src/live/rtsp/*.cpp | grep -v _test
}

build_fuzz() {
    # The sources count on the precompiled header's includes. Clang's check of function types cannot do coroutines.
    local compiler source objects=() flags=(-std=c++20 -O1 -g1 -Isrc -include src/base/precompiled.hpp
        -fsanitize=fuzzer,address,undefined -fno-sanitize=function -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    compiler=clang++-$(clang_version)
    mkdir -p build/fuzz
    for source in $(fuzz_sources); do
        objects+=("build/fuzz/$(echo "$source" | tr / _).o")
    done
    for source in $(fuzz_sources); do
        echo "$source -o build/fuzz/$(echo "$source" | tr / _).o"
    done | xargs -P "$(nproc)" -L 1 ccache "$compiler" "${flags[@]}" -c
    "$compiler" "${flags[@]}" "${objects[@]}" -o build/fuzz/rtsp_fuzz -lspdlog -lfmt -lcrypto -lssl -pthread
}

# As long as VANTAGE_FUZZ_SECONDS says (15), the same way each time unless VANTAGE_FUZZ_SEED says another (0: any); what it finds lies in build/fuzz and is printed.
test_fuzz() {
    install_packages test
    build_fuzz
    local folders=(build/fuzz/corpus tests/fuzz/rtsp_seeds) dictionary=()
    mkdir -p build/fuzz/corpus
    [ -d "$VANTAGE_TEST_MEDIA/odd/rtsp_seeds" ] && folders+=("$VANTAGE_TEST_MEDIA/odd/rtsp_seeds")
    build/fuzz/rtsp_fuzz -seed="${VANTAGE_FUZZ_SEED:-1}" -max_total_time="${VANTAGE_FUZZ_SECONDS:-15}" -timeout=10 -max_len=8192 -rss_limit_mb=2048 \
        -dict=tests/fuzz/rtsp.dict -artifact_prefix=build/fuzz/ -print_final_stats=1 "${folders[@]}" >build/fuzz/log 2>&1 ||
        { tail -60 build/fuzz/log; return 1; }
    grep -E 'number_of_executed_units|new_units_added' build/fuzz/log
}
