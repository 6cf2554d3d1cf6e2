# SPDX-License-Identifier: Apache-2.0
# Packages of Debian 12 and Ubuntu 24.04 that the build, the demo and the tests need. Sourced by ./dev.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Boost 1.81 or newer: Debian 12 calls it libboost*1.81-dev beside its default 1.74, Ubuntu 24.04 has 1.83 as the default.
boost_packages() {
    if apt-cache show libboost1.81-dev >/dev/null 2>&1; then
        echo libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    else
        echo libboost-dev libboost-json-dev libboost-url-dev
    fi
}

build_packages() {
    echo build-essential cmake ninja-build ccache mold pkg-config python3 ca-certificates
    boost_packages
    echo libsoci-dev libsqlite3-dev libyaml-cpp-dev libcli11-dev libspdlog-dev libfmt-dev libsodium-dev libssl-dev zlib1g-dev libcurl4-openssl-dev
    echo libavformat-dev libavcodec-dev libavutil-dev libavdevice-dev libavfilter-dev libswscale-dev libswresample-dev
    echo prometheus-cpp-dev libhowardhinnant-date-dev
    # A node that did not come from Debian's packages brings its own npm, and the package npm would conflict with it.
    command -v npm >/dev/null 2>&1 || echo nodejs npm
}

demo_packages() { apt-cache show opencv-doc >/dev/null 2>&1 && echo opencv-doc; echo ffmpeg; }

browser_package() {
    # Ubuntu's chromium-browser is a snap that does not run everywhere; Debian's is a package.
    if apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]'; then echo chromium; fi
}

test_packages() {
    echo libgtest-dev libgmock-dev python3-gi python3-gst-1.0 gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0
    echo gstreamer1.0-rtsp gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    echo gstreamer1.0-plugins-ugly gstreamer1.0-libav sqlite3 nginx-light libnginx-mod-rtmp
    echo vlc-bin vlc-plugin-base influxdb
    fuzz_packages
    browser_package
}

missing_of() {
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
    done
}

# install_packages [test]: installs what is missing; quick when nothing is.
install_packages() {
    [ "${VANTAGE_SKIP_INSTALL:-}" = 1 ] && return 0
    command -v apt-get >/dev/null || { echo "./dev installs with apt-get (Debian 12, Ubuntu 24.04); here, install what docs/guide.md lists" >&2; return 1; }
    local wanted missing
    [ -n "$(ls /var/lib/apt/lists/*Packages* 2>/dev/null)" ] || as_root apt-get update -qq
    wanted="$(build_packages) $(demo_packages)"
    [ "${1:-}" = test ] && wanted="$wanted $(test_packages)"
    # shellcheck disable=SC2086
    missing=$(missing_of $wanted)
    [ -z "$missing" ] && return 0
    echo "Installing: $(echo $missing)" >&2
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
}
