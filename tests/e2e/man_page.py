#!/usr/bin/env python3
"""Every command and option that --help lists is in the man page, and mandoc has nothing to mend.

Arguments: the program firstkey, the man page.
"""
import os
import re
import shutil
import subprocess
import sys

PROGRAM, PAGE = sys.argv[1:3]
if shutil.which("mandoc") is None:
    print("mandoc is absent")
    sys.exit(1 if os.environ.get("FIRSTKEY_REQUIRE_PARTS") == "1" else 77)

lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", PAGE], capture_output=True, text=True)
assert lint.returncode == 0, lint.stdout
page = subprocess.run(["mandoc", "-Tascii", "-O", "width=900", PAGE], capture_output=True, text=True).stdout
page = re.sub(".\b", "", page)  # overstruck letters: bold and underlined


def check(words=()):
    text = subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True).stdout
    for option in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.M):
        assert option in page, f"{' '.join(words)} {option} is not in the man page"
    if "Subcommands:" not in text:
        family, name = " ".join(words[:-1]), words[-1]
        lines = [line.strip() for line in page.splitlines()]
        here = [line for line in lines if line.startswith(family or name)]
        assert any(re.search(rf"\b{name}\b", line) for line in here), \
            f"{' '.join(words)} is not in the man page"
        return
    for name in re.findall(r"^  ([a-z-]+) ", text.split("Subcommands:")[1].split("Example")[0], re.M):
        check((*words, name))


check()
