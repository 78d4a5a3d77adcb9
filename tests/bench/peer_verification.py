#!/usr/bin/env python3
"""Registrations a second of processor time: `firstkey verify --batch` beside verifiers of others.

Usage: peer_verification.py PROGRAM NODE_MODULES    (firstkey of a release build; build/peers/node_modules)

All get the W3C's test vectors as JSON, again and again, and end with a verdict. Ours and that of
python3-fido2 include the chain to the vectors' root; those from npm are told of no root. Run it with
the python3 that Debian's python3-fido2 belongs to.
"""
import base64
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

try:
    from fido2.attestation import Attestation
    from fido2.attestation.base import verify_x509_chain
    from fido2.client import ClientData
    from fido2.ctap2 import AttestationObject
    from fido2.server import Fido2Server
    from fido2.utils import websafe_decode
    from fido2.webauthn import PublicKeyCredentialRpEntity
except ImportError:
    sys.exit("python3-fido2 is absent")

HERE = pathlib.Path(__file__).resolve().parent
TIMER = HERE / "peer_verification.cjs"
VECTORS = HERE.parent / "vectors" / "webauthn-l3.json"
ROUNDS = 20_000  # of ours: a second or two
PEER_ROUNDS = 1_000


def base64url(digits):
    return base64.urlsafe_b64encode(bytes.fromhex(digits)).decode().rstrip("=")


def read_case(name):
    cases = json.loads(VECTORS.read_text())["cases"]
    made = next(case for case in cases if case["name"] == name)["registration"]
    identifier = base64url(made["credential_id"])
    return {
        "options": {
            "rp": {"id": "example.org", "name": "Example"},
            "user": {"id": "AQID", "name": "lee", "displayName": "Lee"},
            "challenge": base64url(made["challenge"]),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        },
        "format": next(format for format in ("packed", "fido-u2f", "none") if name.startswith(format)),
        "response": {
            "id": identifier, "rawId": identifier, "type": "public-key",
            "response": {"clientDataJSON": base64url(made["clientDataJSON"]),
                         "attestationObject": base64url(made["attestationObject"]), "transports": []},
            "clientExtensionResults": {},
        },
    }


ROOT = bytes.fromhex(json.loads(VECTORS.read_text())["attestationRoot"]["attestation_ca_cert"])


def ours(program, case, roots):
    lines = (json.dumps({"id": 1, "options": case["options"], "response": case["response"]}) + "\n") * ROUNDS
    core = min(os.sched_getaffinity(0))
    began = os.times()
    ran = subprocess.run([program, "verify", "--batch", "-", "--rp-id", "example.org", "--origin",
                          "https://example.org", "--roots", roots], input=lines.encode(), stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True,
                         preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    ended = os.times()
    assert ran.stdout.count(b'"accept"') == ROUNDS
    return ROUNDS / (ended.children_user - began.children_user + ended.children_system - began.children_system)


def verify_attestation(attested, client_data_hash):
    verdict = Attestation.for_type(attested.fmt)().verify(attested.att_statement, attested.auth_data, client_data_hash)
    if verdict.trust_path:
        verify_x509_chain([*verdict.trust_path, ROOT])


def python_fido2(case):
    server = Fido2Server(PublicKeyCredentialRpEntity("example.org", "Example"), attestation="direct",
                         verify_attestation=verify_attestation)
    state = {"challenge": case["options"]["challenge"], "user_verification": None}
    text = json.dumps(case["response"])
    began = time.process_time()
    for _ in range(PEER_ROUNDS):
        response = json.loads(text)["response"]
        server.register_complete(state, ClientData(websafe_decode(response["clientDataJSON"])),
                                 AttestationObject(websafe_decode(response["attestationObject"])))
    return PEER_ROUNDS / (time.process_time() - began)


def from_npm(case):
    one = {**case, "kind": "registration", "origin": "https://example.org", "rpId": "example.org",
           "userVerification": False}
    ran = subprocess.run(["node", TIMER, sys.argv[2]], input=json.dumps(one).encode(), stdout=subprocess.PIPE,
                         check=True)
    return json.loads(ran.stdout)


with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
    pem.write(ssl.DER_cert_to_PEM_cert(ROOT))
    pem.flush()
    for vector in ("packed-es256", "packed-self-es256", "fido-u2f-es256", "none-es256"):
        registration = read_case(vector)
        mine = ours(sys.argv[1], registration, pem.name)
        print(f"{vector:<18} {'firstkey':<24} {mine:9,.0f}")
        for name, rate in {"python3-fido2": python_fido2(registration), **from_npm(registration)}.items():
            told = rate if isinstance(rate, str) else f"{rate:9,.0f}   {mine / rate:7.1f} times"
            print(f"{'':<18} {name:<24} {told}")
