#!/usr/bin/env python3
"""Registrations a second, one core each: `firstkey verify --batch` beside python3-fido2.

Usage: peer_verification.py PROGRAM    (the program firstkey of a release build)

Both get the W3C's test vectors as JSON, again and again, and end with a verdict that includes the
chain to the vectors' root. Run it with the python3 that Debian's python3-fido2 belongs to.
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

VECTORS = pathlib.Path(__file__).parents[1] / "vectors" / "webauthn-l3.json"
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
        "response": {
            "id": identifier, "rawId": identifier, "type": "public-key",
            "response": {"clientDataJSON": base64url(made["clientDataJSON"]),
                         "attestationObject": base64url(made["attestationObject"]), "transports": []},
            "clientExtensionResults": {},
        },
    }


ROOT = bytes.fromhex(json.loads(VECTORS.read_text())["attestationRoot"]["attestation_ca_cert"])


def ours(program, case, roots):
    lines = (json.dumps({"id": 1, **case}) + "\n") * ROUNDS
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


def peer(case):
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


with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
    pem.write(ssl.DER_cert_to_PEM_cert(ROOT))
    pem.flush()
    for vector in ("packed-es256", "packed-self-es256", "fido-u2f-es256", "none-es256"):
        registration = read_case(vector)
        mine, theirs = ours(sys.argv[1], registration, pem.name), peer(registration)
        print(f"{vector:<18} firstkey {mine:9,.0f}   python3-fido2 {theirs:9,.0f}   {mine / theirs:5.1f} times")
