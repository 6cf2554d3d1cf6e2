# SPDX-License-Identifier: Apache-2.0
# Every check and test, in the order in which they fail fastest. Sourced by ./dev.

# Real footage and odd streams that are not part of the project; tests that need them are skipped without, and counted.
export VANTAGE_TEST_MEDIA=${VANTAGE_TEST_MEDIA:-$(cd .. && pwd)/shared/media}

test_checks() {
    python3 tools/check_layers.py
    local unformatted
    if command -v clang-format-19 >/dev/null; then
        unformatted=$(our_sources | xargs clang-format-19 --dry-run 2>&1 | grep -c 'warning:' || true)
        [ "$unformatted" = 0 ] || { echo "$unformatted places are not formatted: run ./dev format"; return 1; }
    fi
}

# Under AddressSanitizer and UBSan, which stop at the first fault.
test_unit() {
    build dev
    ctest --test-dir build/dev --output-on-failure -j "$(nproc)"
}

# What runs on several threads, under ThreadSanitizer.
test_threads() {
    local folders=(base stream store footage record ingest live stills series) name
    [ -f build/tsan/build.ninja ] || cmake --preset tsan >/dev/null
    build tsan "${folders[@]/#/test_}"
    for name in "${folders[@]}"; do
        TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/tools/dev/tsan.supp" "build/tsan/test_$name" --gtest_brief=1 \
            --gtest_filter='-*OddFile*:*LongRun*' || return 1
    done
}

# The page: types, unit tests, then the real program driven in Chromium as a person would.
test_page() {
    build dev vantage
    (cd ui && npm run --silent check && npm test --silent)
    node tests/page/run.mjs build/dev/vantage
}

# The real program with foreign cameras and clients, and faults.
test_system() {
    build dev vantage
    VANTAGE_BINARY=$PWD/build/dev/vantage python3 tests/system/run.py "$@"
}

# Both drive the real program and mostly wait: the page beside the system, and when it is done a second run that takes what the
# first has not begun.
test_page_and_system() {
    build dev vantage
    # Both use the browser's driver; installed once, before they begin.
    [ -d tests/page/node_modules/playwright-core ] || (cd tests/page && npm ci --no-audit --no-fund --loglevel=error)
    local share log first page failed=0
    share=$(mktemp -d)
    log=$(mktemp)
    test_page >"$log" 2>&1 &
    page=$!
    test_system --share "$share" &
    first=$!
    wait "$page" || failed=1
    test_system --share "$share" >>"$log" 2>&1 || failed=1
    wait "$first" || failed=1
    cat "$log"
    rm -rf "$log" "$share"
    return $failed
}

run_tests() {
    install_packages test
    if [ $# -gt 0 ]; then
        "test_$1" "${@:2}"
        return
    fi
    local step
    for step in checks unit fuzz threads page_and_system; do
        echo "== $step" >&2
        "test_$step"
    done
}
