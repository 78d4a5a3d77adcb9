"""BLOBs of metadata signed by a service made on the spot, for json_output.py."""
import base64
import datetime
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

AAGUID = "a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5a5"


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, extension):
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .add_extension(extension, critical=False).sign(issuer_key, hashes.SHA256()))


def signed(key, certificates, payload):
    header = {"alg": "ES256", "x5c": [
        base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in certificates]}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text + "." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def write(root_file, blob_files):
    """Writes the root and BLOBs no. 1 and 2 that know one model, which no. 2 revokes; its AAGUID."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("Root", root_key, "Root", root_key, x509.BasicConstraints(ca=True, path_length=None))
    leaf = certificate("Signer", key, "Root", root_key,
                       x509.SubjectAlternativeName([x509.DNSName("mds.fidoalliance.org")]))
    pathlib.Path(root_file).write_bytes(root.public_bytes(serialization.Encoding.PEM))
    reports = [{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2020-01-01"}, {"status": "REVOKED"}]
    due = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    for number, blob_file in enumerate(blob_files, 1):
        entry = {"aaguid": AAGUID, "statusReports": reports[:number], "metadataStatement": {
            "description": "Test key", "authenticatorVersion": 5,
            "attestationRootCertificates": [
                base64.b64encode(root.public_bytes(serialization.Encoding.DER)).decode()]}}
        payload = {"no": number, "nextUpdate": due, "entries": [entry]}
        pathlib.Path(blob_file).write_text(signed(key, [leaf], payload))
    return AAGUID
