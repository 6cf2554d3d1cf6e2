#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the system tests: tests/system/test_*.py, or those whose names contain one of the arguments. VANTAGE_BINARY names the
program, VANTAGE_TEST_MEDIA the foreign media."""
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


def main():
    here = pathlib.Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    os.environ.setdefault("LSAN_OPTIONS", f"print_suppressions=0:suppressions={here.parent.parent / 'tools/dev/lsan.supp'}")
    tests = list(flatten(unittest.defaultTestLoader.discover(str(here), "test_*.py")))
    if words := sys.argv[1:]:
        tests = [t for t in tests if any(w in t.id() for w in words)]
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0, buffer=False).run(unittest.TestSuite(tests))
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    for test, why in result.skipped:
        print(f"skipped {test}: {why}")
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not result.testsRun else 0


sys.exit(main())
