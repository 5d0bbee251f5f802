"""The client's end of a CURVE connection, byte by byte (rfc.zeromq.org/spec/26),
over a plain socket and libsodium's boxes: for clients that say what libzmq's
would not. Every step can be changed by who calls it."""
import ctypes
import ctypes.util
import os
import socket
import struct

import msgpack
from zmq.utils import z85

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
assert _sodium.sodium_init() >= 0
MAC = 16
MORE, LONG, COMMAND = 1, 2, 4


def box(plain, nonce, public, secret):
    assert len(nonce) == 24 and len(public) == len(secret) == 32
    out = ctypes.create_string_buffer(len(plain) + MAC)
    if _sodium.crypto_box_easy(out, plain, ctypes.c_ulonglong(len(plain)),
                               nonce, public, secret) != 0:
        raise ValueError("box")
    return out.raw


def unbox(sealed, nonce, public, secret):
    out = ctypes.create_string_buffer(max(1, len(sealed) - MAC))
    if len(sealed) < MAC or _sodium.crypto_box_open_easy(
            out, sealed, ctypes.c_ulonglong(len(sealed)), nonce, public,
            secret) != 0:
        raise ValueError("unbox")
    return out.raw[:len(sealed) - MAC]


def pair():
    public, secret = (ctypes.create_string_buffer(32) for _ in range(2))
    _sodium.crypto_box_keypair(public, secret)
    return public.raw, secret.raw


def greeting(mechanism=b"CURVE", version=(3, 1), as_server=0):
    return (b"\xff" + b"\0" * 8 + b"\x7f" + bytes(version) +
            mechanism.ljust(20, b"\0") + bytes([as_server]) + b"\0" * 31)


def frame(body, flags=0):
    if len(body) > 255:
        return struct.pack(">BQ", flags | LONG, len(body)) + body
    return struct.pack(">BB", flags, len(body)) + body


def prop(name, value):
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


def properties(*more, kind=b"DEALER", identity=b""):
    return (b"".join(prop(n, v) for n, v in more) +
            prop(b"Socket-Type", kind) + prop(b"Identity", identity))


class Raw:
    """A connection that has said nothing yet. `server` is the daemon's public
    key and `keys` the client's pair, both as Z85."""

    def __init__(self, endpoint, server, keys, wait_s=20):
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), wait_s)
        self.server = z85.decode(server)
        self.public, self.secret = (z85.decode(k) for k in keys)
        self.short, self.short_secret = pair()
        self.nonce = 0
        self.have = b""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, bytes_):
        self.socket.sendall(bytes_)

    def need(self, n):
        while len(self.have) < n:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError
            self.have += got
        out, self.have = self.have[:n], self.have[n:]
        return out

    def frame(self):
        flags = self.need(1)[0]
        size = (struct.unpack(">Q", self.need(8))[0] if flags & LONG
                else self.need(1)[0])
        return flags, self.need(size)

    def count(self):
        self.nonce += 1
        return struct.pack(">Q", self.nonce)

    # --- the four steps, as they should be --------------------------------

    def hello(self):
        n = self.count()
        return (b"\x05HELLO\x01\x00" + b"\0" * 72 + self.short + n +
                box(b"\0" * 64, b"CurveZMQHELLO---" + n, self.server,
                    self.short_secret))

    def take_welcome(self):
        _, body = self.frame()
        if body[:8] != b"\x07WELCOME":
            raise EOFError(body[:20])
        plain = unbox(body[24:], b"WELCOME-" + body[8:24], self.server,
                      self.short_secret)
        self.server_short, self.cookie = plain[:32], plain[32:]

    def initiate(self, metadata):
        n, v = self.count(), os.urandom(16)
        vouch = box(self.short + self.server, b"VOUCH---" + v,
                    self.server_short, self.secret)
        return (b"\x08INITIATE" + self.cookie + n +
                box(self.public + v + vouch + metadata,
                    b"CurveZMQINITIATE" + n, self.server_short,
                    self.short_secret))

    def take_ready(self):
        _, body = self.frame()
        if body[:6] != b"\x05READY":
            raise EOFError(body[:20])

    def welcomed(self):
        self.send(greeting())
        self.need(64)
        self.send(frame(self.hello(), COMMAND))
        self.take_welcome()
        return self

    def shake(self, metadata=None):
        self.welcomed()
        self.send(frame(self.initiate(properties() if metadata is None
                                      else metadata), COMMAND))
        self.take_ready()
        return self

    # --- afterwards --------------------------------------------------------

    def message(self, payload, flags=0):
        n = self.count()
        return (b"\x07MESSAGE" + n +
                box(bytes([flags]) + payload, b"CurveZMQMESSAGEC" + n,
                    self.server_short, self.short_secret))

    def take(self):
        """The next part of a message: (whether more follow, bytes)."""
        while True:
            _, body = self.frame()
            plain = unbox(body[16:], b"CurveZMQMESSAGES" + body[8:16],
                          self.server_short, self.short_secret)
            if not plain[0] & 2:  # no command
                return plain[0] & 1, plain[1:]

    def ask(self, op, body=None, **envelope):
        """The whole reply, errors too."""
        r = dict(envelope, v=1, id="raw", op=op)
        if body is not None:
            r["body"] = body
        self.send(frame(self.message(b"", MORE)) +
                  frame(self.message(msgpack.packb(r))))
        while True:
            more, part = self.take()
            if not more:
                return msgpack.unpackb(part)

    def is_closed(self):
        """Whether the other side hangs up without another word of content."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False
