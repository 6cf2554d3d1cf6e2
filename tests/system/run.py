#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the system tests: tests/system/test_*.py, or those whose names contain one of the arguments. With --share FOLDER as many runs as
name it share them: each takes the next file that no other has taken. VANTAGE_BINARY names the program, VANTAGE_TEST_MEDIA the foreign
media."""
import argparse
import itertools
import os
import pathlib
import sys
import time
import unittest


class Result(unittest.TextTestResult):
    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        print(f"  {time.monotonic() - self.began:6.1f} s  {test.id()}", file=sys.stderr, flush=True)


def flatten(suite):
    for item in suite:
        yield from flatten(item) if isinstance(item, unittest.TestSuite) else [item]


class Shared(unittest.TestSuite):
    """The tests of those files that nobody else runs; who runs one has made a file of its name in `folder`."""

    _cleanup = False  # nothing is kept of it that would have to be let go

    def __init__(self, tests, folder):
        super().__init__()
        self.files = [(name, list(group)) for name, group in itertools.groupby(tests, lambda test: type(test).__module__)]
        self.folder = folder

    def __iter__(self):
        for name, group in self.files:
            try:
                os.close(os.open(self.folder / name, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            yield from group


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--share", type=pathlib.Path, metavar="FOLDER")
    args = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    os.environ.setdefault("LSAN_OPTIONS", f"print_suppressions=0:suppressions={here.parent.parent / 'tools/dev/lsan.supp'}")
    tests = list(flatten(unittest.defaultTestLoader.discover(str(here), "test_*.py")))
    if args.words:
        tests = [t for t in tests if any(w in t.id() for w in args.words)]
    suite = Shared(tests, args.share) if args.share else unittest.TestSuite(tests)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0, buffer=False).run(suite)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped {test}: {why}")
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not tests else 0


sys.exit(main())
