"""What python-fido2, a client nobody here wrote, makes of firstkey-softkey over UDP. Run one case by
name: python3 python_clients.py PROGRAM CASE. Exit status 0: all that was expected happened."""

import os
import signal
import sys
import tempfile
import threading

from fido2.attestation import InvalidSignature, PackedAttestation
from fido2.cose import ES256 as Es256Key
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap1 import ApduError, Ctap1
from fido2.ctap2 import ClientPin, Config, CredentialManagement, Ctap2, LargeBlobs
from fido2.ctap2.extensions import HmacSecretExtension
from fido2.ctap2.pin import PinProtocolV1, PinProtocolV2
from fido2.hid import CAPABILITY, CTAPHID
from fido2.utils import sha256

from udp_bridge import SoftkeyProcess

RP = {"id": "example.org", "name": "Example"}
USER = {"id": b"\x01" * 32, "name": "lee@example.org", "displayName": "Lee Osei"}
ES256 = [{"type": "public-key", "alg": -7}]
HASH = b"\x5a" * 32
PIN = "kept-s3cret"
PERMISSION = ClientPin.PERMISSION


def expect_error(code, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except CtapError as error:
        assert error.code == code, "%s instead of %s" % (error, code)
        return
    raise AssertionError("%s was expected" % code)


class Client:
    """A client that holds the key's PIN and draws a fresh token for every request."""

    def __init__(self, device, protocol=None):
        self.ctap = Ctap2(device)
        self.pin = ClientPin(self.ctap, protocol)

    def authorise(self, permission):
        token = self.pin.get_pin_token(PIN, permission, RP["id"])
        return {
            "pin_uv_param": self.pin.protocol.authenticate(token, HASH),
            "pin_uv_protocol": self.pin.protocol.VERSION,
        }

    def register(self, algorithms=ES256, user=USER, **named):
        named.setdefault("options", {"rk": True})
        auth = self.authorise(PERMISSION.MAKE_CREDENTIAL)
        return self.ctap.make_credential(HASH, RP, user, algorithms, **named, **auth)

    def sign_in(self, **named):
        auth = self.authorise(PERMISSION.GET_ASSERTION)
        return self.ctap.get_assertion(RP["id"], HASH, **named, **auth)


def with_pin(key, protocol=None):
    ClientPin(Ctap2(key.device), protocol).set_pin(PIN)
    return Client(key.device, protocol)


def describes_itself(program):
    with SoftkeyProcess(program) as key:
        info = Ctap2(key.device).info
        assert info.versions == ["U2F_V2", "FIDO_2_0", "FIDO_2_1"]
        assert info.extensions == [
            "credBlob",
            "credProtect",
            "hmac-secret",
            "largeBlobKey",
            "minPinLength",
            "hmac-secret-mc",
        ]
        assert info.options["credMgmt"] and info.options["authnrCfg"]
        assert info.options["largeBlobs"] and info.options["setMinPINLength"]
        assert not info.options["ep"] and not info.options["alwaysUv"]
        assert info.options["rk"] and info.options["clientPin"] is False
        assert not info.options["makeCredUvNotRqd"]
        assert info.pin_uv_protocols == [2, 1]
        key.device.wink()
        assert key.device.ping(b"p" * 7609) == b"p" * 7609


def registers_and_signs_in(program):
    for protocol in (PinProtocolV1(), PinProtocolV2()):
        with SoftkeyProcess(program) as key:
            client = with_pin(key, protocol)
            made = client.register(extensions={"credProtect": 3})
            trust = PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
            assert len(trust.trust_path) == 1
            assert made.auth_data.is_user_present() and made.auth_data.is_user_verified()
            assert made.auth_data.extensions == {"credProtect": 3}
            public_key = CoseKey.parse(made.auth_data.credential_data.public_key)
            given = client.sign_in()
            given.verify(HASH, public_key)
            assert given.user == {"id": USER["id"]}
            assert given.auth_data.counter == made.auth_data.counter + 1


def signs_with_every_algorithm(program):
    with SoftkeyProcess(program, "--attestation", "self") as key:
        client = with_pin(key)
        for algorithm in (-7, -8, -257):
            made = client.register([{"type": "public-key", "alg": algorithm}])
            assert made.att_statement["alg"] == algorithm
            PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
            public_key = CoseKey.parse(made.auth_data.credential_data.public_key)
            client.sign_in().verify(HASH, public_key)


def derives_hmac_secrets(program):
    for protocol in (PinProtocolV1(), PinProtocolV2()):
        with SoftkeyProcess(program) as key:
            client = with_pin(key, protocol)
            made = client.register(extensions={"hmac-secret": True})
            assert made.auth_data.extensions == {"hmac-secret": True}

            def secrets(**salts):
                extension = HmacSecretExtension(client.ctap, protocol)
                asked = extension.process_get_input({"hmacGetSecret": salts})
                given = client.sign_in(extensions={"hmac-secret": asked})
                return extension.process_get_output(given.auth_data)["hmacGetSecret"]

            both = secrets(salt1=b"a" * 32, salt2=b"b" * 32)
            assert len(both["output1"]) == 32 and both["output1"] != both["output2"]
            assert secrets(salt1=b"b" * 32) == {"output1": both["output2"]}


def gives_every_account(program):
    with SoftkeyProcess(program) as key:
        client = with_pin(key)
        names = ["ana", "lee", "kim"]
        for name in names:
            client.register(user={"id": name.encode(), "name": name})
        auth = client.authorise(PERMISSION.GET_ASSERTION)
        given = client.ctap.get_assertions(RP["id"], HASH, **auth)
        assert [one.user["name"] for one in given] == names[::-1]


def blocks_after_wrong_pins(program):
    with SoftkeyProcess(program) as key:
        client = with_pin(key)
        wrong = ("wrong", PERMISSION.GET_ASSERTION, RP["id"])
        expect_error(CtapError.ERR.PIN_INVALID, client.pin.get_pin_token, *wrong)
        expect_error(CtapError.ERR.PIN_INVALID, client.pin.get_pin_token, *wrong)
        expect_error(CtapError.ERR.PIN_AUTH_BLOCKED, client.pin.get_pin_token, *wrong)
        assert client.pin.get_pin_retries() == (5, True)
        expect_error(CtapError.ERR.PIN_AUTH_BLOCKED, client.register)


def refuses_what_it_knows(program):
    with SoftkeyProcess(program) as key:
        client = with_pin(key)
        made = client.register()
        known = {"type": "public-key", "id": made.auth_data.credential_data.credential_id}
        expect_error(
            CtapError.ERR.CREDENTIAL_EXCLUDED, client.register, exclude_list=[known]
        )
        expect_error(
            CtapError.ERR.NO_CREDENTIALS,
            client.sign_in,
            allow_list=[{"type": "public-key", "id": b"another"}],
        )


def can_be_cancelled(program):
    with SoftkeyProcess(program, "--touch", "never") as key:
        client = with_pin(key)
        stop = threading.Event()
        seen = []

        def on_keepalive(status):
            seen.append(status)
            stop.set()

        expect_error(
            CtapError.ERR.KEEPALIVE_CANCEL,
            client.register,
            event=stop,
            on_keepalive=on_keepalive,
        )
        assert seen == [2], "user presence needed, as a keep-alive: %r" % seen


def waits_for_a_touch(program):
    with SoftkeyProcess(program, "--touch", "signal") as key:
        client = with_pin(key)

        def touch(_status):
            os.kill(key.process.pid, signal.SIGUSR1)

        client.register(on_keepalive=touch)


def forgets_on_reset(program):
    with SoftkeyProcess(program) as key:
        client = with_pin(key)
        client.register()
        client.ctap.reset()
        fresh = Ctap2(key.device)
        assert fresh.info.options["clientPin"] is False
        expect_error(CtapError.ERR.NO_CREDENTIALS, fresh.get_assertion, RP["id"], HASH)


def survives_a_restart(program):
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state.key")
        with SoftkeyProcess(program, "--state", state) as key:
            client = with_pin(key)
            made = client.register()
            first = client.sign_in()
            wrong = ("wrong", PERMISSION.GET_ASSERTION, RP["id"])
            expect_error(CtapError.ERR.PIN_INVALID, client.pin.get_pin_token, *wrong)
        with SoftkeyProcess(program, "--state", state) as key:
            client = Client(key.device)
            assert client.pin.get_pin_retries() == (7, False)
            second = client.sign_in()
            second.verify(HASH, CoseKey.parse(made.auth_data.credential_data.public_key))
            assert second.auth_data.counter == first.auth_data.counter + 1


def manages_credentials(program):
    for protocol in (PinProtocolV1(), PinProtocolV2()):
        with SoftkeyProcess(program) as key:
            client = with_pin(key, protocol)
            for name in ("ana", "lee"):
                client.register(user={"id": name.encode(), "name": name})

            def management():
                token = client.pin.get_pin_token(PIN, PERMISSION.CREDENTIAL_MGMT)
                return CredentialManagement(client.ctap, protocol, token)

            result = CredentialManagement.RESULT
            assert management().get_metadata() == {
                result.EXISTING_CRED_COUNT: 2,
                result.MAX_REMAINING_COUNT: 98,
            }
            (rp,) = management().enumerate_rps()
            assert rp[result.RP] == {"id": RP["id"]}
            assert rp[result.RP_ID_HASH] == sha256(RP["id"].encode())
            found = management().enumerate_creds(rp[result.RP_ID_HASH])
            assert [one[result.USER]["name"] for one in found] == ["ana", "lee"]
            ana, lee = (one[result.CREDENTIAL_ID] for one in found)
            management().update_user_info(lee, {"id": b"lee", "name": "kim"})
            management().delete_cred(ana)
            (left,) = management().enumerate_creds(rp[result.RP_ID_HASH])
            assert left[result.USER] == {"id": b"lee", "name": "kim"}
            CoseKey.parse(left[result.PUBLIC_KEY])


def manages_credentials_of_a_preview(program):
    with SoftkeyProcess(program, "--preview") as key:
        client = with_pin(key)
        for name in ("ana", "lee"):
            client.register(user={"id": name.encode(), "name": name})

        def management():
            token = client.pin.get_pin_token(PIN)
            return CredentialManagement(client.ctap, client.pin.protocol, token)

        found = management().enumerate_creds(sha256(RP["id"].encode()))
        ana = found[0][CredentialManagement.RESULT.CREDENTIAL_ID]
        management().delete_cred(ana)
        left = management().get_metadata()[CredentialManagement.RESULT.EXISTING_CRED_COUNT]
        assert left == 1


def configuration(client):
    token = client.pin.get_pin_token(PIN, PERMISSION.AUTHENTICATOR_CFG)
    return Config(client.ctap, client.pin.protocol, token)


def is_configured(program):
    for protocol in (PinProtocolV1(), PinProtocolV2()):
        with SoftkeyProcess(program) as key:
            client = with_pin(key, protocol)
            configuration(client).toggle_always_uv()
            configuration(client).set_min_pin_length(8, [RP["id"]])
            info = client.ctap.get_info()
            assert info.options["alwaysUv"] and info.min_pin_length == 8
            assert info.versions == ["FIDO_2_0", "FIDO_2_1"]
            assert not info.force_pin_change
            made = client.register(extensions={"minPinLength": True})
            assert made.auth_data.extensions == {"minPinLength": 8}
            configuration(client).set_min_pin_length(force_change_pin=True)
            assert client.ctap.get_info().force_pin_change
            expect_error(CtapError.ERR.PIN_POLICY_VIOLATION, client.register)
            client.pin.change_pin(PIN, PIN + "!")
            assert not client.ctap.get_info().force_pin_change


def attests_for_an_enterprise(program):
    with SoftkeyProcess(program, "--enterprise-rp", RP["id"]) as key:
        client = with_pin(key)
        configuration(client)._call(Config.CMD.ENABLE_ENTERPRISE_ATT)
        assert client.ctap.get_info().options["ep"]
        for kind, rp_id in ((1, RP["id"]), (2, RP["id"])):
            auth = client.authorise(PERMISSION.MAKE_CREDENTIAL)
            answer = client.ctap.send_cbor(
                Ctap2.CMD.MAKE_CREDENTIAL,
                {
                    1: HASH,
                    2: {"id": rp_id},
                    3: USER,
                    4: ES256,
                    8: auth["pin_uv_param"],
                    9: auth["pin_uv_protocol"],
                    10: kind,
                },
            )
            assert answer[4] is True
            serial = b"\x2b\x06\x01\x04\x01\x82\xe5\x1c\x01\x01\x02"
            assert serial in answer[3]["x5c"][0]


def keeps_large_blobs(program):
    for protocol in (PinProtocolV1(), PinProtocolV2()):
        with SoftkeyProcess(program) as key:
            client = with_pin(key, protocol)
            client.register(extensions={"largeBlobKey": True})
            blob_key = client.sign_in(extensions={"largeBlobKey": True}).large_blob_key
            assert LargeBlobs(client.ctap).read_blob_array() == []
            token = client.pin.get_pin_token(PIN, PERMISSION.LARGE_BLOB_WRITE)
            blobs = LargeBlobs(client.ctap, protocol, token)
            # One fragment: with several, python-fido2 0.9.1 announces the first one's length as
            # that of the whole.
            text = os.urandom(1500)
            blobs.put_blob(blob_key, text)
            assert LargeBlobs(client.ctap).get_blob(blob_key) == text
            blobs.delete_blob(blob_key)
            assert LargeBlobs(client.ctap).get_blob(blob_key) is None


def speaks_u2f(program):
    with SoftkeyProcess(program, "--touch", "delay:300") as key:
        u2f = Ctap1(key.device)
        assert u2f.get_version() == "U2F_V2"
        application = sha256(RP["id"].encode())

        def touched(call, *arguments):
            while True:
                try:
                    return call(*arguments)
                except ApduError as error:
                    assert error.code == 0x6985, "%r" % error

        made = touched(u2f.register, HASH, application)
        made.verify(application, HASH)
        given = touched(u2f.authenticate, HASH, application, made.key_handle)
        given.verify(application, HASH, made.public_key)
        known = {"type": "public-key", "id": made.key_handle}
        over_ctap2 = Ctap2(key.device).get_assertion(RP["id"], HASH, [known])
        over_ctap2.verify(HASH, Es256Key.from_ctap1(made.public_key))
        assert over_ctap2.auth_data.counter == given.counter + 1


def speaks_nothing_but_u2f(program):
    with SoftkeyProcess(program, "--u2f-only") as key:
        assert not key.device.capabilities & CAPABILITY.CBOR
        assert Ctap1(key.device).get_version() == "U2F_V2"
        get_info = b"\x04"
        expect_error(
            CtapError.ERR.INVALID_COMMAND, key.device.call, CTAPHID.CBOR, get_info
        )


def is_caught_misbehaving(program):
    with SoftkeyProcess(program, "--quirk", "bad-signature") as key:
        made = with_pin(key).register()
        try:
            PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
        except InvalidSignature:
            pass
        else:
            raise AssertionError("a bad signature was taken for a good one")
    for quirk in ("wrong-rp-id-hash", "uv-dropped"):
        with SoftkeyProcess(program, "--quirk", quirk) as key:
            client = with_pin(key)
            made = client.register()
            PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
            given = client.sign_in()
            given.verify(HASH, made.auth_data.credential_data.public_key)
            for data in (made.auth_data, given.auth_data):
                is_right = data.rp_id_hash == sha256(RP["id"].encode())
                assert is_right == (quirk != "wrong-rp-id-hash")
                assert data.is_user_verified() == (quirk != "uv-dropped")


def takes_a_finger(program):
    with SoftkeyProcess(program, "--fingerprint", "match") as key:
        ctap = Ctap2(key.device)
        assert ctap.info.options["uv"]
        pin = ClientPin(ctap)
        token = pin.get_uv_token(PERMISSION.GET_ASSERTION, RP["id"])
        auth = {
            "pin_uv_param": pin.protocol.authenticate(token, HASH),
            "pin_uv_protocol": pin.protocol.VERSION,
        }
        expect_error(
            CtapError.ERR.NO_CREDENTIALS, ctap.get_assertion, RP["id"], HASH, **auth
        )


if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1])
