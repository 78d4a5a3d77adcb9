"""A python-fido2 HID connection whose wire is UDP on loopback, as simulators do it: the key listens
on one port and answers to another. python-fido2 then speaks CTAPHID to it as to any USB key."""

import socket
import subprocess

from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

REPORT_SIZE = 64
PATIENCE_SECONDS = 20.0


class UdpConnection(CtapHidConnection):
    """Owns the socket the key answers to; connect_to() tells it where the key listens."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE_SECONDS)
        self._peer = None

    @property
    def reply_port(self):
        return self._socket.getsockname()[1]

    def connect_to(self, port):
        self._peer = ("127.0.0.1", port)

    def write_packet(self, data):
        self._socket.sendto(data, self._peer)

    def read_packet(self):
        return self._socket.recv(REPORT_SIZE)

    def close(self):
        self._socket.close()


class SoftkeyProcess:
    """One running firstkey-softkey and a python-fido2 device connected to it."""

    def __init__(self, program, *options):
        self.connection = UdpConnection()
        self.process = subprocess.Popen(
            [program, "--udp", "127.0.0.1:0:%d" % self.connection.reply_port, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self.process.stdout.readline().split()
        if ready[:1] != ["ready"]:
            raise RuntimeError("the software key did not start: %r" % ready)
        port = int(ready[1].split(":")[2])
        self.connection.connect_to(port)
        descriptor = HidDescriptor(ready[1], 0, 0, REPORT_SIZE, REPORT_SIZE)
        self.device = CtapHidDevice(descriptor, self.connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE_SECONDS)
        self.process.stdout.close()
        if status != 0:
            raise RuntimeError("the software key ended with status %d" % status)
