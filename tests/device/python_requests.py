"""makeCredential requests as python-fido2, a client nobody here wrote, would send them: one line of
hexadecimal digits each, in the order of the cases of python_requests_test.cpp."""

from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY

HASH = bytes(range(32))
RP = {"id": "example.org", "name": "Example"}
USER = {"id": b"\x04\x02", "name": "lee@example.org", "displayName": "Lee Osei"}
ES256 = [{"type": "public-key", "alg": -7}]
ES512 = [{"type": "public-key", "alg": -36}]


class Listener:
    """A key that answers getInfo, and prints what else it is asked."""

    capabilities = CAPABILITY.CBOR

    def call(self, _command, request, _event=None, _on_keepalive=None):
        if request == b"\x04":
            return b"\x00\xa2\x01\x81\x68FIDO_2_1\x03\x50" + bytes(16)
        print(request.hex())
        return b"\x00"


def descriptor(identifier):
    return {"id": identifier, "type": "public-key"}


ctap = Ctap2(Listener())


def ask(members):
    ctap.send_cbor(Ctap2.CMD.MAKE_CREDENTIAL, members)


ask({1: HASH, 2: RP, 3: USER, 4: ES256})
ask({1: HASH, 2: {"id": "example.org"}, 3: {"id": b"\x04\x02"}, 4: ES512})
ask(
    {
        1: HASH,
        2: RP,
        3: USER,
        4: ES256,
        5: [descriptor(b"\x01" * 16), descriptor(b"\x02" * 300)],
        6: {"hmac-secret": True, "credProtect": 3},
        7: {"uv": True, "rk": True},
    }
)
ask({1: HASH, 2: RP, 3: USER, 4: ES256, 8: b"\x5a" * 32, 9: 2, 10: 1})
ask({1: HASH, 2: RP, 3: USER, 4: ES256, 7: {"rk": True}, 8: b"\x5a" * 16, 9: 1, 10: 2})
ask(
    {
        1: HASH,
        2: RP,
        3: USER,
        4: ES256,
        6: {
            "minPinLength": True,
            "largeBlobKey": True,
            "hmac-secret": True,
            "credProtect": 1,
            "credBlob": b"\x01\x02\x03",
            "hmac-secret-mc": {1: {1: 2, 3: -25}, 2: b"\x04" * 48, 4: 2},
        },
        7: {"rk": True},
    }
)
