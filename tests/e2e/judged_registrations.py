#!/usr/bin/env python3
"""What firstkey register makes of the software key, judged by verifiers that nobody here wrote:
@simplewebauthn/server and fido2-lib (npm, tests/e2e/peers) and python3-fido2. Sign-ins likewise.

Arguments: the programs firstkey and firstkey-softkey, the folder node_modules with the two.
"""
import base64
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys


def absent(part):
    print(f"{part} is absent")
    sys.exit(1 if os.environ.get("FIRSTKEY_REQUIRE_PARTS") == "1" else 77)


try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from fido2 import cbor
    from fido2.attestation import Attestation
    from fido2.attestation.base import InvalidAttestation
    from fido2.client import ClientData
    from fido2.ctap2 import AttestationObject, AuthenticatorData
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity
except ImportError:
    absent("python3-fido2")

PROGRAM, SOFTKEY, MODULES = map(os.path.abspath, sys.argv[1:4])
VERIFY = pathlib.Path(__file__).resolve().parent / "peers" / "verify.cjs"
if shutil.which("node") is None:
    absent("node")
for peer in ("@simplewebauthn/server", "fido2-lib"):
    if not (pathlib.Path(MODULES) / peer).is_dir():
        absent(f"{peer}, which .ci/install puts into {MODULES},")

ORIGIN = "https://login.example.org"
RP_ID = "example.org"
PIN = "2468"
ES256, EDDSA, RS256 = -7, -8, -257
# fido2-lib verifies no EdDSA: its key of that kind has no WebCrypto name.
UNKNOWN = {("fido2-lib", EDDSA)}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Key:
    """A software key in a process of its own."""

    def __init__(self, *options):
        address = f"127.0.0.1:{free_port()}:{free_port()}"
        self.choice = ["--simulator", "udp:" + address]
        self.process = subprocess.Popen([SOFTKEY, "--exit-with-parent", "--udp", address, *options],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().startswith("ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def run(self, command, options, pin=None):
        words = [PROGRAM, command, "--options", "/dev/fd/0", "--origin", ORIGIN, *self.choice]
        taken = ()
        if pin is not None:
            read, write = os.pipe()
            os.write(write, pin.encode() + b"\n")
            os.close(write)
            words += ["--pin-fd", str(read)]
            taken = (read,)
        ran = subprocess.run(words, input=json.dumps(options), capture_output=True, text=True, timeout=60,
                             pass_fds=taken)
        assert ran.returncode == 0, f"{words}: {ran.returncode} {ran.stderr}"
        return json.loads(ran.stdout)


def creation(algorithm, attestation, verification):
    return {
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": encoded(secrets.token_bytes(32)), "name": "lee@example.org", "displayName": "Lee Osei"},
        "challenge": encoded(secrets.token_bytes(32)),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm}],
        "attestation": attestation,
        "authenticatorSelection": {"userVerification": verification, "residentKey": "preferred"},
        "extensions": {"credProps": True, "hmacCreateSecret": True, "credBlob": "AQID"},
    }


def case(name, kind, options, response, pin, **members):
    return {"name": name, "kind": kind, "options": options, "response": response, "origin": ORIGIN,
            "rpId": RP_ID, "userVerification": pin is not None, **members}


def signature_of(one):
    """The signature of a case as the key made it; None where nothing is signed."""
    inner = one["response"]["response"]
    if one["kind"] == "authentication":
        return decoded(inner["signature"])
    return cbor.decode(decoded(inner["attestationObject"]))["attStmt"].get("sig")


def judgeable(ceremony):
    """The ceremony, done again while one number of its ECDSA signature begins with a zero byte: one in 128 does,
    and @simplewebauthn/server 9 refuses those, because it joins the two numbers without padding."""
    def repeated(*arguments):
        for _ in range(8):
            one = ceremony(*arguments)
            signature = signature_of(one)
            if one["algorithm"] != ES256 or signature is None or min(decode_dss_signature(signature)) >> 248:
                return one
        raise AssertionError("eight signatures in turn with a number that begins with a zero byte")
    return repeated


@judgeable
def register(key, name, algorithm, attestation, fmt, pin):
    options = creation(algorithm, attestation, "required" if pin else "discouraged")
    response = key.run("register", options, pin)
    assert response["response"]["publicKeyAlgorithm"] == algorithm, response
    return case(name, "registration", options, response, pin, format=fmt, algorithm=algorithm)


@judgeable
def authenticate(key, made, pin):
    options = {"challenge": encoded(secrets.token_bytes(32)), "rpId": RP_ID,
               "allowCredentials": [{"type": "public-key", "id": made["response"]["id"]}],
               "userVerification": "required" if pin else "discouraged"}
    response = key.run("authenticate", options, pin)
    data = AttestationObject(decoded(made["response"]["response"]["attestationObject"])).auth_data
    # The COSE_Key as it stands in the data: 55 bytes and the id before it, extensions after it.
    public_key = bytes(data)[55 + len(data.credential_data.credential_id):]
    _, rest = cbor.decode_from(public_key)
    public_key = public_key[:len(public_key) - len(rest)]
    return case(made["name"].replace("registered", "signed in"), "authentication", options, response, pin,
                credentialId=response["id"], publicKey=encoded(public_key), algorithm=made["algorithm"])


ALL = ((ES256, "ES256"), (EDDSA, "EdDSA"), (RS256, "RS256"))
# name, the software key's options, what conveyance is wished, the format that comes of it
# (and the algorithms it has)
KEYS = [
    ("packed x5c", [], "direct", "packed", ALL),
    ("packed self", ["--attestation", "self"], "direct", "packed", ALL),
    ("none by the key", ["--attestation", "none"], "direct", "none", ALL),
    ("none by the client", [], "none", "none", ALL),
    ("fido-u2f", ["--u2f-only"], "direct", "fido-u2f", ALL[:1]),
]


def make_cases():
    for name, options, attestation, fmt, algorithms in KEYS:
        with Key(*options) as key:
            for algorithm, called in algorithms:
                made = register(key, f"{name}, {called}, registered", algorithm, attestation, fmt, None)
                yield made
                yield authenticate(key, made, None)
            if fmt == "fido-u2f":
                continue  # U2F knows no PIN
            subprocess.run([PROGRAM, "key", "pin", "set", "--new-pin-fd", "0", *key.choice], input=PIN + "\n",
                           text=True, check=True, capture_output=True)
            made = register(key, f"{name}, ES256 with PIN, registered", ES256, attestation, fmt, PIN)
            yield made
            yield authenticate(key, made, PIN)


def check_statement(attested, client_data_hash):
    """Its server looks at no statement by itself."""
    Attestation.for_type(attested.fmt)().verify(attested.att_statement, attested.auth_data, client_data_hash)


def by_python(one):
    server = Fido2Server(PublicKeyCredentialRpEntity(RP_ID, "Example"), attestation="direct",
                         verify_origin=lambda origin: origin == ORIGIN, verify_attestation=check_statement)
    inner = one["response"]["response"]
    state = {"challenge": one["options"]["challenge"],
             "user_verification": "required" if one["userVerification"] else "discouraged"}
    client = ClientData(decoded(inner["clientDataJSON"]))
    if one["kind"] == "registration":
        attested = AttestationObject(decoded(inner["attestationObject"]))
        assert attested.fmt == one["format"], attested.fmt
        server.register_complete(state, client, attested)
        return
    data = AuthenticatorData(decoded(inner["authenticatorData"]))
    credentials[one["credentialId"]].public_key.verify(bytes(data) + client.hash, decoded(inner["signature"]))


def by_npm(cases):
    """What each of npm's two says of each case: {(case, peer): "accept" or why not}."""
    ran = subprocess.run(["node", str(VERIFY), MODULES], input="\n".join(map(json.dumps, cases)),
                         capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    verdicts = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(verdicts) == sum(2 if one["kind"] == "registration" else 1 for one in cases), ran.stdout
    return {(verdict["name"], verdict["peer"]): verdict["verdict"] for verdict in verdicts}


def spoilt(one):
    """The same with one bit of its signature turned over; where nothing is signed, of its challenge."""
    one = json.loads(json.dumps(one))
    inner = one["response"]["response"]
    if one["kind"] == "authentication":
        signature = decoded(inner["signature"])
        inner["signature"] = encoded(signature[:-1] + bytes([signature[-1] ^ 1]))
    elif one["format"] == "none":
        client = json.loads(decoded(inner["clientDataJSON"]))
        challenge = decoded(client["challenge"])
        client["challenge"] = encoded(challenge[:-1] + bytes([challenge[-1] ^ 1]))
        inner["clientDataJSON"] = encoded(json.dumps(client).encode())
    else:
        attested = cbor.decode(decoded(inner["attestationObject"]))
        signature = attested["attStmt"]["sig"]
        attested["attStmt"]["sig"] = signature[:-1] + bytes([signature[-1] ^ 1])
        inner["attestationObject"] = encoded(cbor.encode(attested))
    return one


cases = list(make_cases())
credentials = {one["response"]["id"]: AttestationObject(decoded(one["response"]["response"]["attestationObject"]))
               .auth_data.credential_data for one in cases if one["kind"] == "registration"}
algorithms = {one["name"]: one["algorithm"] for one in cases}
for one in cases:
    by_python(one)
verdicts = by_npm(cases)
refused = {(name, peer): why for (name, peer), why in verdicts.items() if why != "accept"}
unexpected = {at: why for at, why in refused.items() if (at[1], algorithms[at[0]]) not in UNKNOWN}
assert not unexpected, unexpected

# A judge that accepts everything would prove nothing.
for one in map(spoilt, cases):
    try:
        by_python(one)
    except (ValueError, InvalidSignature, InvalidAttestation):
        continue
    raise AssertionError(f"python3-fido2 accepts what was changed: {one['name']}")
accepted = [at for at, why in by_npm(list(map(spoilt, cases))).items() if why == "accept"]
assert not accepted, accepted
print(f"{len(cases)} cases, {len(verdicts) - len(refused)} verdicts of npm's, {len(refused)} of what a peer does not know")
