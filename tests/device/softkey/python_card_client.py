"""What python-fido2's PC/SC client makes of firstkey-softkey as a card, through the real pcscd and
vsmartcard's virtual reader. Usage: python3 python_card_client.py PROGRAM, as root: it moves into
network and mount namespaces of its own, so that it disturbs no other pcscd. Exit status 77: not
possible here."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

PATIENCE_SECONDS = 20.0
READER_PORT = 35963  # vpcd's first reader
CANNOT = 77


def move_into_own_namespaces():
    """A private /run/pcscd and a loopback interface of our own."""
    clone_newns, clone_newnet = 0x00020000, 0x40000000
    ms_rec, ms_private = 0x4000, 0x40000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(clone_newns | clone_newnet) != 0:
        sys.exit(CANNOT)
    os.makedirs("/run/pcscd", exist_ok=True)
    if libc.mount(b"none", b"/", None, ms_rec | ms_private, None) != 0:
        sys.exit(CANNOT)
    if libc.mount(b"none", b"/run/pcscd", b"tmpfs", 0, None) != 0:
        sys.exit(CANNOT)
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack_from("H", fcntl.ioctl(any_socket, siocgifflags, request), 16)[0]
        fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sH14x", b"lo", flags | iff_up))


def wait_until(what, is_true):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError("waited in vain: " + what)
        time.sleep(0.05)


def can_connect():
    try:
        socket.create_connection(("127.0.0.1", READER_PORT), 1).close()
        return True
    except OSError:
        return False


class Card:
    """A running software key in the virtual reader."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "--vpcd", "127.0.0.1:%d" % READER_PORT, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self.process.stdout.readline()
        assert ready.startswith("ready vpcd:"), ready
        self.device = self.connect()

    def connect(self):
        from fido2.pcsc import CtapPcscDevice

        found = []

        def has_card():
            found[:] = list(CtapPcscDevice.list_devices("Virtual PCD 00 00"))
            return bool(found)

        wait_until("a card in the reader", has_card)
        return found[0]

    def lift_and_hold(self):
        self.device.close()
        os.kill(self.process.pid, signal.SIGUSR2)
        time.sleep(1.0)  # the reader must have seen the card gone before it is looked for again
        self.device = self.connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.device.close()
        finally:
            self.process.terminate()
            status = self.process.wait(timeout=PATIENCE_SECONDS)
            self.process.stdout.close()
        assert status == 0, "the card ended with status %d" % status


def registers_and_signs_in_with_two_taps(program):
    from fido2.cose import CoseKey
    from fido2.ctap import CtapError
    from python_clients import HASH, expect_error, with_pin, Client
    from fido2.attestation import PackedAttestation

    with Card(program) as card:
        client = with_pin(card)
        assert client.ctap.info.transports == ["nfc"]
        made = client.register(extensions={"credProtect": 2, "hmac-secret": True})
        PackedAttestation().verify(made.att_statement, made.auth_data, HASH)
        # One tap is one user presence.
        expect_error(CtapError.ERR.UP_REQUIRED, client.sign_in)
        card.lift_and_hold()
        given = Client(card.device).sign_in()
        given.verify(HASH, CoseKey.parse(made.auth_data.credential_data.public_key))


def polls_while_the_user_takes_time(program):
    from python_clients import with_pin

    with Card(program, "--touch", "delay:700", "--presence", "always") as card:
        client = with_pin(card)
        seen = []
        client.register(on_keepalive=seen.append)
        assert seen == [2], "user presence needed, by 9100: %r" % seen


def forgives_three_wrong_pins_when_lifted(program):
    from fido2.ctap import CtapError
    from fido2.ctap2 import ClientPin
    from python_clients import Client, RP, expect_error, with_pin

    with Card(program) as card:
        client = with_pin(card)
        wrong = ("wrong", ClientPin.PERMISSION.GET_ASSERTION, RP["id"])
        expect_error(CtapError.ERR.PIN_INVALID, client.pin.get_pin_token, *wrong)
        expect_error(CtapError.ERR.PIN_INVALID, client.pin.get_pin_token, *wrong)
        expect_error(CtapError.ERR.PIN_AUTH_BLOCKED, client.pin.get_pin_token, *wrong)
        card.lift_and_hold()
        Client(card.device).register()


def main(program):
    move_into_own_namespaces()
    pcscd = subprocess.Popen(
        [shutil.which("pcscd") or "/usr/sbin/pcscd", "--foreground"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until("pcscd", lambda: os.path.exists("/run/pcscd/pcscd.comm"))
        wait_until("the virtual reader", can_connect)
        registers_and_signs_in_with_two_taps(program)
        polls_while_the_user_takes_time(program)
        forgives_three_wrong_pins_when_lifted(program)
    finally:
        pcscd.terminate()
        pcscd.wait(timeout=PATIENCE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
