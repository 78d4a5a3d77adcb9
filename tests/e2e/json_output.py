#!/usr/bin/env python3
"""Runs every command with --json and holds what it prints to its schema in enroll/app/schema.

Arguments: the program firstkey, the folder of the schemas, the program firstkey-softkey.
A command that --help lists and that is neither run here nor named in UNSEEN fails the test.
"""
import base64
import json
import os
import pathlib
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import made_metadata
except ImportError as error:
    print(f"a Python module is absent: {error}")
    sys.exit(1 if os.environ.get("FIRSTKEY_REQUIRE_PARTS") == "1" else 77)

PROGRAM, SCHEMAS, SOFTKEY = sys.argv[1:4]
# One needs a session that is open after its program has ended, one a database.
UNSEEN = {"session end", "store copy"}

schemas = {}
for path in pathlib.Path(SCHEMAS).glob("*.json"):
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:firstkey:" + path.stem, f"{path} calls itself {schema['$id']}"
    schemas[schema["$id"]] = schema
used = set()


def validate(name, value):
    # All in one: Debian's jsonschema has no registry yet, and later ones no RefResolver.
    schema = {"$ref": "urn:firstkey:" + name, "$defs": schemas}
    jsonschema.Draft202012Validator(schema).validate(value)
    used.add(name)


folder = tempfile.TemporaryDirectory()
store = os.path.join(folder.name, "firstkey.db")
seen = set()


def run(name, words, status=0, stdin=""):
    """Runs `words` and returns the one object it prints, which the schema `name` must allow."""
    ran = subprocess.run([PROGRAM, "--store", store, "--json", *words], input=stdin,
                         capture_output=True, text=True, timeout=60)
    return examine(name, words, status, ran)


def examine(name, words, status, ran):
    """The one object that `words` printed."""
    assert ran.returncode == status, f"{words}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    assert ran.stdout.count("\n") == 1, f"{words} prints more than one line:\n{ran.stdout}"
    value = json.loads(ran.stdout)
    validate(name, value)
    if status == 0:
        line = " ".join(words) + " "
        seen.update(command for command in ALL if line.startswith(command + " "))
    return value


def commands(words=()):
    """Every command that does something, from --help."""
    text = subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True).stdout
    if "Subcommands:" not in text:
        return {" ".join(words)}
    names = re.findall(r"^  ([a-z-]+) ", text.split("Subcommands:")[1].split("Example")[0], re.M)
    return set().union(*(commands((*words, name)) for name in names))


ALL = commands()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def service(code):
    """A verifier on loopback, and a station that joins it."""
    words = ["serve", "--insecure-http", "127.0.0.1:0"]
    with subprocess.Popen([PROGRAM, "--store", store, "--json", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as serving:
        try:
            line = serving.stdout.readline()
            validate("serving", json.loads(line))
            url = json.loads(line)["listening"][0]
            run("station-joined", ["station", "join", "--verifier", url, "--code-fd", "0"], stdin=code)
        finally:
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(timeout=60) == 0
    seen.add("serve")


def administration():
    lee = "lee@example.org"
    run("initialisation", ["init", "--rp-id", "example.org", "--user", "ana@example.org"])
    run("user", ["user", "add", lee, "--name", "Lee Osei", "--groups", "newcomers"])
    run("user", ["user", "show", lee])
    run("user", ["user", "disable", lee])
    run("user", ["user", "enable", lee])
    run("user", ["user", "groups", lee, "newcomers,berlin"])
    run("user", ["user", "role", lee, "Auditor"])
    run("user", ["user", "role", lee])
    run("user-list", ["user", "list"])
    issued = run("pass", ["pass", "create", lee, "--one-time"])
    assert "temporaryAccessPass" in issued
    assert "temporaryAccessPass" not in run("pass", ["pass", "show", lee])
    run("pass-list", ["pass", "list"])
    run("policies", ["policy", "show"])
    run("policies", ["policy", "set", "passes", "-"], stdin='{"maximumLifetimeInMinutes": 1440}')
    run("session-list", ["session", "list"])
    admitted = run("station", ["station", "add", "kiosk"])
    assert "code" in admitted
    run("station-list", ["station", "list"])
    service(admitted["code"])
    run("deleted", ["station", "remove", "kiosk"])
    created = run("api-credential", ["api-credential", "create", "--for", lee, "--name", "report", "--expires", "1"])
    assert "secret" in created
    assert "secret" not in run("api-credential-list", ["api-credential", "list"])["value"][0]
    run("api-credential", ["api-credential", "revoke", created["id"]])
    run("lockout-list", ["lockout", "list"])
    run("credential-list", ["credential", "list", lee])
    run("audit-row-list", ["audit", "list"])
    run("audit-summary", ["audit", "verify"])
    exported = subprocess.run([PROGRAM, "--store", store, "audit", "export", "--with-names"],
                              capture_output=True, text=True, check=True, timeout=60).stdout
    for line in exported.splitlines():
        validate("audit-export-row", json.loads(line))
    seen.add("audit export")
    assert run("audit-redaction", ["audit", "redact", "--user", lee])["redactedRows"]
    assert None in run("audit-row-list", ["audit", "list"])["value"][2]["personal"].values()
    assert run("audit-summary", ["audit", "verify"])["redactedRows"]
    heads = os.path.join(folder.name, "heads")
    assert run("audit-head", ["audit", "sign", "--heads", heads])["number"] == 1
    assert not run("audit-head", ["audit", "sign", "--heads", heads])["isSigned"]
    key = run("audit-key", ["audit", "key"])["publicKey"]
    run("user", ["user", "groups", lee, "newcomers"])
    summary = run("audit-summary", ["audit", "verify", "--heads", heads, "--key", key])
    assert summary["unsigned"][0]["rows"] == 1
    assert run("audit-key", ["audit", "key", "--renew"])["publicKey"] != key
    run("error", ["audit", "verify", "--heads", heads, "--key", "00" * 32], status=7)
    run("clock", ["clock", "show"])
    run("store-check", ["store", "check"])
    run("store-ready", ["store", "init"])
    run("store-ready", ["store", "migrate"])
    run("store-backup", ["store", "backup", os.path.join(folder.name, "copy.db")])
    run("error", ["store", "restore", os.path.join(folder.name, "copy.db")], status=3)
    elsewhere = ["--state-folder", folder.name, "--store", os.path.join(folder.name, "again.db")]
    words = ["store", "restore", os.path.join(folder.name, "copy.db")]
    examine("store-restored", words, 0, subprocess.run(
        [PROGRAM, *elsewhere, "--json", *words], capture_output=True, text=True, timeout=60))
    run("version", ["version"])
    run("deleted", ["pass", "delete", lee])
    run("deleted", ["user", "delete", lee])


def metadata():
    """Two BLOBs signed by a service of this test, of which the second revokes a model."""
    root = os.path.join(folder.name, "metadata-root.pem")
    blobs = [os.path.join(folder.name, f"blob{number}.jwt") for number in (1, 2)]
    aaguid = made_metadata.write(root, blobs)
    run("error", ["metadata", "status"], status=3)
    run("error", ["metadata", "import", blobs[0]], status=3)
    trusted = run("trust-root", ["policy", "trust", "add", "--metadata", root])
    assert run("trust-root-list", ["policy", "trust", "list", "--metadata"])["value"] == [trusted]
    assert not run("trust-root-list", ["policy", "trust", "list"])["value"]
    assert run("metadata-state", ["metadata", "import", "--root", root, blobs[0]])["number"] == 1
    assert run("metadata-state", ["metadata", "status"])["isInForce"]
    assert run("metadata-model-list", ["metadata", "show"])["value"]
    assert run("metadata-model", ["metadata", "show", aaguid])["certification"] == "FIDO_CERTIFIED_L1"
    compared = run("metadata-comparison", ["metadata", "diff", blobs[1]])
    assert compared["models"][0]["statuses"] == ["FIDO_CERTIFIED_L1", "REVOKED"]
    assert not compared["condemnedCredentials"]
    assert run("metadata-state", ["metadata", "import", blobs[1]])["previousNumber"] == 1
    run("error", ["metadata", "import", blobs[0]], status=3)
    run("error", ["metadata", "show", "no-aaguid"], status=2)
    run("trust-root", ["policy", "trust", "remove", "--metadata", trusted["id"]])


def refusals():
    run("error", ["pass", "show", "nobody@example.org"], status=3)
    run("error", ["no-such-command"], status=2)
    run("error", ["init"], status=2)
    run("error", ["key", "info", "--device", "elsewhere"], status=2)
    run("error", ["credential", "show", "AAAA"], status=3)
    run("error", ["credential", "export", "AAAA"], status=3)
    run("error", ["credential", "delete", "AAAA"], status=3)
    run("error", ["session", "end", "nothing"], status=3)
    run("error", ["lockout", "clear", "nobody@example.org"], status=3)


def enrollment(simulator):
    lee = "lee@example.org"
    run("user", ["user", "add", lee])
    run("policies", ["policy", "set", "keys", "-"], stdin='{"allowSimulators": true}')
    issued = run("pass", ["pass", "create", lee, "--one-time"])
    words = ["enroll", lee, "--passcode-fd", "0", "--pin-fd", "0", *simulator]
    run("error", words, status=3, stdin="AAAA-AAAA\n2468\n")
    assert run("lockout-list", ["lockout", "list"])["value"]
    run("lockout-cleared", ["lockout", "clear", lee])
    done = run("enrollment", words, stdin=issued["temporaryAccessPass"] + "\n2468\n")
    credential = done["value"][0]["id"]
    assert run("session-list", ["session", "list"])["value"]
    assert run("credential-list", ["credential", "list", lee])["value"]
    run("credential", ["credential", "show", "--", credential])
    run("credential-record", ["credential", "export", "--", credential])
    run("deleted", ["credential", "delete", "--", credential])
    run("audit-row-list", ["audit", "list"])


def key_settings(choice):
    """On a key whose PIN is 2468."""
    pin = ["--pin-fd", "0", *choice]
    new_pin = ["--new-pin-fd", "0"]
    run("error", ["key", "pin", "set", *new_pin, *choice], status=3, stdin="1357\n")
    run("error", ["key", "pin", "change", *pin, *new_pin], status=3, stdin="1111\n1357\n")
    changed = run("key-setting", ["key", "pin", "change", *pin, *new_pin], stdin="2468\n135790\n")
    assert changed["wasChanged"] and changed["pin"]["attemptsLeft"] == 8
    on = run("key-setting", ["key", "config", "always-uv", "on", *pin], stdin="135790\n")
    assert on["wasChanged"] and on["options"]["alwaysUv"]
    assert not run("key-setting", ["key", "config", "always-uv", "on", *choice])["wasChanged"]
    run("key-setting", ["key", "config", "enterprise-attestation", "--yes", *pin], stdin="135790\n")
    raised = run("key-setting", ["key", "pin", "min-length", "6", "--yes", *pin], stdin="135790\n")
    assert raised["pin"]["minimumLength"] == 6
    run("error", ["key", "pin", "min-length", "5", "--yes", *pin], status=2)


def options(**members):
    return json.dumps({
        "rp": {"id": "elsewhere.example", "name": "Elsewhere"},
        "user": {"id": "AQID", "name": "lee", "displayName": "Lee"},
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    } | members)


def parties(choice):
    """On a key without a PIN."""
    register = ["register", "--options", "-", *choice]
    everything = {"credProps": True, "hmacCreateSecret": True, "prf": {"eval": {"first": "AA", "second": "AQ"}},
                  "largeBlob": {"support": "preferred"}, "credBlob": "AQID", "minPinLength": True}
    resident = {"residentKey": "required"}
    made = run("party-registration", register,
               stdin=options(extensions=everything, attestation="direct", authenticatorSelection=resident))
    outputs = made["response"]["clientExtensionResults"]
    assert outputs["credBlob"] and outputs["largeBlob"]["supported"] and outputs["credProps"]["rk"]
    graph = json.dumps({"challengeTimeoutDateTime": "2099-01-01T00:00:00Z", "publicKey": json.loads(options())})
    run("party-registration", [*register, "--key-name", "Lee's key"], stdin=graph)
    okta = json.dumps({"_embedded": {"activation": json.loads(options(rp={"name": "Rain"}))}})
    run("party-registration", [*register, "--origin", "https://rain.okta.com"], stdin=okta)
    for form in ("ipa", "pam-u2f"):
        run("party-registration", [*register, "--format", form], stdin=options())
    ssh = options(rp={"id": "ssh:", "name": "OpenSSH"}, authenticatorSelection=resident)
    run("party-registration", [*register, "--format", "ssh-note"], stdin=ssh)
    run("error", register, status=2, stdin="{}")
    run("error", [*register, "--origin", "https://elsewhere.test"], status=3, stdin=options())
    run("error", register, status=5, stdin=options(authenticatorSelection={"authenticatorAttachment": "platform"}))

    authenticate = ["authenticate", "--options", "-", *choice]
    allowed = [{"type": "public-key", "id": made["response"]["id"]}]
    request = {"challenge": "AAECAwQFBgcICQoLDA0ODw", "rpId": "elsewhere.example", "allowCredentials": allowed,
               "extensions": {"prf": {"eval": {"first": "AA", "second": "AQ"}}, "getCredBlob": True,
                              "largeBlob": {"read": True}}}
    signed = run("party-sign-in", authenticate, stdin=json.dumps(request))
    told = signed["response"]["clientExtensionResults"]
    assert told["prf"]["results"] == outputs["prf"]["results"] and told["getCredBlob"] == "AQID"
    okta = {"profile": {"credentialId": made["response"]["id"]}, "_embedded": {"challenge": {"challenge": "AAAA"}}}
    run("party-sign-in", [*authenticate, "--origin", "https://elsewhere.example"], stdin=json.dumps(okta))
    request["allowCredentials"][0]["id"] = "AAAA"
    run("error", authenticate, status=5, stdin=json.dumps(request))


def key_credentials(choice):
    """On a key whose PIN is 135790."""
    pin = ["--pin-fd", "0", *choice]
    listed = run("key-credential-list", ["key", "credentials", "list", *pin], stdin="135790\n")
    held = [one for one in listed["value"] if one["rpId"] == "example.org"][0]
    renamed = run("key-credential", ["key", "credentials", "rename", "--shown-as", "Lee O.", *pin, "--", held["id"]],
                  stdin="135790\n")
    assert renamed == held | {"userDisplayName": "Lee O."}
    run("error", ["key", "credentials", "delete", "--yes", *pin, "--", "AAAA"], status=3, stdin="135790\n")
    run("deleted", ["key", "credentials", "delete", "--yes", *pin, "--", held["id"][:8]], stdin="135790\n")
    left = run("key-credential-list", ["key", "credentials", "list", *pin], stdin="135790\n")["value"]
    assert left == [one for one in listed["value"] if one["id"] != held["id"]]
    forced = run("key-setting", ["key", "pin", "force-change", *pin], stdin="135790\n")
    assert forced["pin"]["isChangeForced"]
    run("error", ["key", "credentials", "list", *pin], status=3, stdin="135790\n")


def key_reset(choice, softkey):
    """Erases the key, which is pulled and plugged in again when a person is told to."""
    run("error", ["key", "reset", *choice, "--confirm", "no"], status=2)
    words = ["key", "reset", *choice, "--confirm", "erase everything"]
    terminal, end = pty.openpty()
    reset = subprocess.Popen([PROGRAM, "--json", *words], stdin=end, stdout=subprocess.PIPE, stderr=end, text=True)
    os.close(end)
    said = ""
    while "Take the key out" not in said:
        said += os.read(terminal, 1024).decode()
    softkey.send_signal(signal.SIGUSR2)
    shown, _ = reset.communicate(timeout=60)
    os.close(terminal)
    erased = examine("key", words, 0, subprocess.CompletedProcess(words, reset.returncode, shown, said))
    assert erased["pin"]["state"] == "notSet" and erased["pin"]["minimumLength"] == 4
    run("key-setting", ["key", "pin", "set", "--new-pin-fd", "0", *choice], stdin="2468\n")


def keys():
    port, reply_port = free_port(), free_port()
    root = os.path.join(folder.name, "root.pem")
    softkey = subprocess.Popen(
        [SOFTKEY, "--exit-with-parent", "--udp", f"127.0.0.1:{port}:{reply_port}", "--root-out", root,
         "--state", os.path.join(folder.name, "my.key")], stdout=subprocess.PIPE, text=True)
    try:
        assert softkey.stdout.readline().startswith("ready")
        simulator = ["--simulator", f"udp:127.0.0.1:{port}:{reply_port}"]
        listed = run("seen-key-list", ["key", "list", *simulator])
        path = [key["path"] for key in listed["value"] if key["transport"] == "simulator"][0]
        run("seen-key", ["key", "wait", "--timeout", "20", *simulator])
        run("error", ["key", "wait", "--for", "removal", "--timeout", "0", *simulator], status=5)
        run("seen-key", ["key", "blink", *simulator, "--device", path])
        key = run("key", ["key", "info", *simulator, "--device", path])
        assert key["isSimulated"] and key["isFido2"]
        parties([*simulator, "--device", path])
        enrollment(simulator)
        key_settings([*simulator, "--device", path])
        key_credentials([*simulator, "--device", path])
        key_reset([*simulator, "--device", path], softkey)
        trusted = run("trust-root", ["policy", "trust", "add", root])
        run("trust-root-list", ["policy", "trust", "list"])
        run("trust-root", ["policy", "trust", "remove", trusted["id"]])
        pinned = run("trust-root", ["policy", "trust", "add", "--aaguid", key["aaGuid"], root])
        assert pinned["aaGuids"] == [key["aaGuid"]]
        run("trust-root", ["policy", "trust", "remove", pinned["id"]])
    finally:
        softkey.kill()
        softkey.wait()
    nowhere = ["--device", "/dev/hidraw4095"]
    run("seen-key-list", ["key", "wait", "--for", "removal", *nowhere])
    run("error", ["key", "wait", "--timeout", "0", *nowhere], status=5)
    run("error", ["key", "list", *nowhere], status=5)


def vector(name):
    """A registration of the W3C's test vectors, with the options it answers."""
    vectors = json.loads((pathlib.Path(__file__).parents[1] / "vectors/webauthn-l3.json").read_text())
    made = next(case for case in vectors["cases"] if case["name"] == name)["registration"]

    def text(member):
        return base64.urlsafe_b64encode(bytes.fromhex(made[member])).decode().rstrip("=")
    options = {"rp": {"id": "example.org", "name": "Example"},
               "user": {"id": "AQID", "name": "lee", "displayName": "Lee"},
               "challenge": text("challenge"), "pubKeyCredParams": [{"type": "public-key", "alg": -7}]}
    return options, {"id": text("credential_id"), "rawId": text("credential_id"), "type": "public-key",
                     "response": {"clientDataJSON": text("clientDataJSON"),
                                  "attestationObject": text("attestationObject"), "transports": []},
                     "clientExtensionResults": {}}


def verification():
    """A verdict is the object also of a registration that is refused; a batch has a line each."""
    options, response = vector("packed-es256")
    path = os.path.join(folder.name, "options.json")
    pathlib.Path(path).write_text(json.dumps(options))
    words = ["verify", "--options", path, "--response", "-", "--at", "2026-05-01T12:00:00Z"]
    accepted = run("verdict", words, stdin=json.dumps(response))
    assert accepted["verdict"] == "accept" and accepted["attestation"]["attestationLevel"] == "notAttested"
    refused = run("verdict", [*words, "--origin", "https://example.com"], status=3, stdin=json.dumps(response))
    assert refused["code"] == "origin_not_allowed" == refused["explanation"]["code"]
    enforced = run("verdict", [*words, "--require-attestation"], status=3, stdin=json.dumps(response))
    assert enforced["code"] == "attestation_not_trusted"
    run("error", words[:3], status=2)
    run("error", ["verify", "--batch", "-"], status=2)
    run("error", [*words[:5], "--at", "noon"], status=2)
    run("error", [*words, "--roots", path], status=2, stdin=json.dumps(response))
    vectors = pathlib.Path(__file__).parents[1] / "vectors"
    root = os.path.join(folder.name, "root.pem")
    pathlib.Path(root).write_text(ssl.DER_cert_to_PEM_cert((vectors / "globalsign-root-r3.der").read_bytes()))
    known = [*words[:5], "--at", "2021-11-20T12:00:00Z", "--metadata", str(vectors / "fido-mds-2021-no9.jwt")]
    told = run("error", known, status=3, stdin=json.dumps(response))
    assert told["error"]["code"] == "metadata_signer_not_trusted"
    judged = run("verdict", [*known, "--roots", root], stdin=json.dumps(response))
    assert "no. 9" in json.dumps(judged["explanation"])

    lines = [json.dumps({"id": "a", "options": options, "response": response}), "broken",
             json.dumps({"id": 2, "options": options, "response": {}})]
    batch = subprocess.run([PROGRAM, "verify", "--batch", "-", "--rp-id", "example.org", "--origin",
                            "https://example.org"], input="\n".join(lines), capture_output=True, text=True, timeout=60)
    assert batch.returncode == 0 and batch.stderr == "1 accepted, 2 refused\n", batch.stderr
    answers = [json.loads(line) for line in batch.stdout.splitlines()]
    for answer in answers:
        validate("verdict-line", answer)
    assert [(answer["id"], answer["verdict"]) for answer in answers] == [("a", "accept"), (None, "refuse"), (2, "refuse")]
    assert answers[1]["line"] == 2


def demonstration():
    """It has a store of its own. Where every part must be there, it leaves nothing out."""
    told = run("demonstration", ["demo"])
    enrollments = [step for step in told["steps"] if " enroll " in step["command"]]
    if os.environ.get("FIRSTKEY_REQUIRE_PARTS") == "1":
        assert not told["skipped"], told["skipped"]
    assert len(enrollments) == 2 - len(told["skipped"])
    for step in enrollments:
        assert step["result"]["value"][0]["attestationLevel"] == "attested", step


administration()
metadata()
refusals()
keys()
verification()
demonstration()
run("clock-reset", ["clock", "reset"])
missing = ALL - seen - UNSEEN
assert not missing, f"never run with --json: {missing}"
print(f"{len(seen)} commands, {len(used)} schemas")
