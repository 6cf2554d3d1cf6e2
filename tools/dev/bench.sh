# SPDX-License-Identifier: Apache-2.0
# Measurements against peers; each prints a table for people and, last, one line of JSON. Sourced by ./dev.

run_bench() {
    if [ $# -eq 0 ]; then
        echo "./dev bench NAME, one of:"
        for file in bench/*.py; do
            [ "$file" = bench/measure.py ] || echo "  $(basename "$file" .py | tr _ -)    $(sed -n '3s/"""//gp' "$file")"
        done
        return
    fi
    local file=bench/${1//-/_}.py
    [ -f "$file" ] || { echo "./dev bench: no measurement '$1'" >&2; return 2; }
    install_packages test
    build release vantage bench_floor bench_power_cut bench_viewer_load
    python3 "$file" "${@:2}"
}
