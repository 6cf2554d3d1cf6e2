# SPDX-License-Identifier: Apache-2.0
# Every check and test, in the order in which they fail fastest. Sourced by ./dev.

# Real footage and odd streams that are not part of the project; tests that need them are skipped without.
export VANTAGE_TEST_MEDIA=${VANTAGE_TEST_MEDIA:-$(cd .. && pwd)/shared/media}

test_checks() { python3 tools/check_layers.py; }

test_unit() {
    build dev
    ctest --test-dir build/dev --output-on-failure -j "$(nproc)"
}

run_tests() {
    install_packages test
    if [ $# -gt 0 ]; then
        "test_$1"
        return
    fi
    test_checks
    test_unit
}
