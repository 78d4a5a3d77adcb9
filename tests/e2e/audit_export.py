#!/usr/bin/env python3
"""Checks an exported trail with a program of its own, written from core/README.md, "Audit".

Argument: the program firstkey. Nothing but Python's standard library.
"""
import copy
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
ZEROS = "00" * 32


def number(value):
    return (value % (1 << 64)).to_bytes(8, "big")


def text(value):
    return number(len(value.encode())) + value.encode()


def microseconds(moment):
    whole, fraction = re.fullmatch(r"(.*?)(?:\.(\d{1,6}))?Z", moment).groups()
    seconds = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(seconds) * 1_000_000 + int((fraction or "").ljust(6, "0"))


def row_hash(row):
    form = text("firstkey audit row 1") if row["chain"] == 1 else \
        text("firstkey audit row 2") + number(row["chain"])
    form += number(row["sequence"]) + number(microseconds(row["activityDateTime"]))
    form += text(row["action"]) + text(row["outcome"]) + text(row["correlationId"])
    form += number(len(row["details"]))
    for name, value in sorted(row["details"].items(), key=lambda item: item[0].encode()):
        form += text(name) + text(value)
    form += number(len(row["personal"]))
    for name, field in sorted(row["personal"].items(), key=lambda item: item[0].encode()):
        form += text(name) + bytes.fromhex(field["commitment"])
    form += bytes.fromhex(row["previousHash"])
    return hashlib.sha256(form).hexdigest()


def check(rows):
    """What is wrong first, or nothing."""
    ends = {}
    for row in rows:
        name = f"row {row['sequence']} of chain {row['chain']}"
        before = ends.get(row["chain"])
        if before and (row["sequence"], row["previousHash"]) != (before[0] + 1, before[1]):
            return name + " does not follow"
        if row["sequence"] == 1 and row["previousHash"] != ZEROS:
            return name + " is no first row"
        if row["hash"] != row_hash(row):
            return name + " was changed"
        for field, kept in row["personal"].items():
            if "salt" in kept:
                committed = bytes.fromhex(kept["salt"]) + field.encode() + b"\0" + kept["value"].encode()
                if hashlib.sha256(committed).hexdigest() != kept["commitment"]:
                    return f"{name} has another {field}"
        ends[row["chain"]] = (row["sequence"], row["hash"])
    return None


folder = tempfile.TemporaryDirectory()
store = os.path.join(folder.name, "firstkey.db")


def run(*words, status=0):
    ran = subprocess.run([PROGRAM, "--store", store, *words], capture_output=True, text=True, timeout=60)
    assert ran.returncode == status, f"{words}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def exported(*words):
    return [json.loads(line) for line in run("audit", "export", *words).splitlines()]


run("init", "--rp-id", "example.org", "--user", "ana@example.org")
run("user", "add", "lee@example.org", "--name", "Lee Osei")
for _ in range(3):
    run("pass", "create", "lee@example.org")
run("policy", "set", "passes", "/nowhere", status=2)

whole = exported("--with-names")
assert check(whole) is None, check(whole)
assert len(whole) >= 8 and any("lee@example.org" in json.dumps(row) for row in whole)
assert check(exported()) is None and "lee@example.org" not in json.dumps(exported())

# A stretch of it checks by itself, and continues into the next.
middle = whole[4]["activityDateTime"]
early, late = exported("--with-names", "--until", middle), exported("--with-names", "--since", middle)
assert early + late == whole and early and late and check(late) is None

# Whatever is done to an export shows in it.
for edit in (lambda rows: rows.pop(3), lambda rows: rows.insert(2, rows.pop(3)),
             lambda rows: rows[3].update(action="pass.redeem"),
             lambda rows: rows[3]["details"].update(userId="somebody"),
             lambda rows: rows[3].update(activityDateTime="2026-05-01T12:00:00Z"),
             lambda rows: rows[2]["personal"]["actorName"].update(value="max@example.org"),
             lambda rows: rows[0].update(previousHash="11" * 32)):
    forged = copy.deepcopy(whole)
    edit(forged)
    assert check(forged) is not None

# Redacted, it still checks, and the name is nowhere.
run("audit", "redact", "--user", "lee@example.org")
redacted = exported("--with-names")
assert check(redacted) is None and len(redacted) == len(whole) + 1
assert "lee@example.org" not in json.dumps(redacted)
assert [row["hash"] for row in redacted[:-1]] == [row["hash"] for row in whole]
assert any(field["isRedacted"] for row in redacted for field in row["personal"].values())
print("the export checks")
