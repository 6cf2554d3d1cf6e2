#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails the build when an #include points up or sideways, when a foreign library is included outside its folder, or when a
file outgrows its size. The arrows are those of docs/architecture.md."""
import pathlib
import re
import sys

RANKS = [["base"], ["net", "media", "store"], ["stream", "footage"], ["ingest", "record", "live", "stills", "vision", "series"],
         ["events"], ["capture", "fleet"], ["serve"], ["app"]]
RANK = {folder: rank for rank, folders in enumerate(RANKS) for folder in folders}
# A foreign library and the only folder that may include it.
ONLY = [(re.compile(r"boost/beast"), {"net", "serve"}), (re.compile(r"libav|libsw"), {"media"}),
        (re.compile(r"soci|sqlite3"), {"store"}), (re.compile(r"opencv"), {"vision"}),
        (re.compile(r"yaml-cpp|CLI/"), {"app"}), (re.compile(r"curl/"), {"net"}), (re.compile(r"prometheus"), {"serve"})]
SIZES = {".cpp": 500, ".hpp": 250, ".ts": 400, ".tsx": 400}
TEST_SIZE = 800
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
FUNCTION_LINES = 70


def check_includes(path, folder, text):
    for quote, target in INCLUDE.findall(text):
        if quote == '"':
            other = target.split("/")[0]
            if "/" not in target or other not in RANK:
                yield f'{path}: include "{target}" must be written from src/, as "folder/file.hpp"'
            elif other != folder and RANK[other] >= RANK[folder]:
                yield f"{path}: {folder} must not include {other} ({target})"
        for pattern, folders in ONLY:
            if quote == "<" and pattern.match(target) and folder not in folders:
                yield f"{path}: <{target}> belongs to {' and '.join(sorted(folders))} only"


def check_functions(path, lines):
    """A function is what lies between a line that starts in column 0 (or indented in a class) and opens '{', and its '}'."""
    start, indent = None, ""
    for number, line in enumerate(lines, 1):
        opens = re.match(r"^(\s{0,4})[\w~\[].*\)[^;]*\{\s*$", line)
        if start is None and opens and not re.match(r"\s*(namespace|class|struct|enum|TEST)", line):
            start, indent = number, opens.group(1)
        elif start is not None and re.match(rf"^{indent}\}}", line):
            if number - start > FUNCTION_LINES:
                yield f"{path}:{start}: function of {number - start} lines (at most {FUNCTION_LINES})"
            start = None


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    faults = []
    for path in sorted([*root.glob("src/**/*.?pp"), *root.glob("ui/src/**/*.ts*")]):
        name, lines = path.relative_to(root), path.read_text().splitlines()
        limit = TEST_SIZE if "_test." in path.name or ".test." in path.name else SIZES.get(path.suffix, 500)
        if len(lines) > limit:
            faults.append(f"{name}: {len(lines)} lines (at most {limit}); split it by idea")
        if path.is_relative_to(root / "src"):
            folder = name.parts[1]
            if folder not in RANK:
                faults.append(f"{name}: folder {folder} is not in the house")
                continue
            faults += check_includes(name, folder, "\n".join(lines))
            if "_test." not in path.name:
                faults += check_functions(name, lines)
    print("\n".join(faults) or "layers and sizes: good")
    return 1 if faults else 0


sys.exit(main())
