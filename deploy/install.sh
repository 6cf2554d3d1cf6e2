#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install.sh BINARY: puts Vantage in place so that it starts at boot, or brings an installed one up to date. Configuration and
# footage that are there stay as they are. DESTDIR=/some/folder only lays out the files (for packages and tests).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: install.sh BINARY}
root=${DESTDIR:-}
target=/usr/local/bin/vantage
unit=$root/etc/systemd/system/vantage.service

if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
    echo "install.sh: run it as root, or set DESTDIR" >&2
    exit 1
fi

# A new file and a rename: the binary that runs is not written to.
install -D -m 755 "$binary" "$root$target.new"
mv "$root$target.new" "$root$target"
install -d -m 755 "$(dirname "$unit")"
sed "s|@BINARY@|$target|" "$here/vantage.service" >"$unit"
chmod 644 "$unit"

group=
if [ -z "$root" ]; then
    getent passwd vantage >/dev/null ||
        useradd --system --user-group --home-dir /var/lib/vantage --no-create-home --shell /usr/sbin/nologin vantage
    group="-g vantage"
fi
# The configuration holds passwords of cameras: root writes it, vantage reads it, nobody else does.
install -d -m 750 $group "$root/etc/vantage"
[ -e "$root/etc/vantage/vantage.yaml" ] || install -m 640 $group "$here/vantage.yaml" "$root/etc/vantage/vantage.yaml"
install -d -m 750 ${group:+-o vantage -g vantage} "$root/var/lib/vantage"

if [ -n "$root" ] || [ ! -d /run/systemd/system ]; then
    echo "Vantage is in place; there is no systemd to start it:"
    echo "  $target serve --config /etc/vantage/vantage.yaml"
    exit 0
fi
systemctl daemon-reload
systemctl enable --quiet vantage
systemctl restart vantage
echo "Vantage runs and starts at boot."
echo "  cameras: /etc/vantage/vantage.yaml"
echo "  first visit: journalctl -u vantage | grep setup"
