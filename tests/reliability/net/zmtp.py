"""The other end of a connection, byte by byte: ZMTP 3.0 with NULL over a plain
socket (rfc.zeromq.org/spec/23). No libzmq here, so that a client may do what
libzmq never would: stop half way, never read, never end a message."""
import socket
import struct

import msgpack

GREETING = (b"\xff" + b"\0" * 8 + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0")
            + b"\0" + b"\0" * 31)
assert len(GREETING) == 64
MORE, LONG, COMMAND = 1, 2, 4


def frame(body, more=False, command=False):
    flags = (MORE if more else 0) | (COMMAND if command else 0)
    if len(body) > 255:
        return struct.pack(">BQ", flags | LONG, len(body)) + body
    return struct.pack(">BB", flags, len(body)) + body


def prop(name, value):
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


READY = frame(b"\x05READY" + prop(b"Socket-Type", b"DEALER")
              + prop(b"Identity", b""), command=True)


def request(op, body=None, number="1", **envelope):
    r = dict(envelope, v=1, id=str(number), op=op)
    if body is not None:
        r["body"] = body
    return frame(b"", more=True) + frame(msgpack.packb(r))


def plug(endpoint, wait_s=30, rcvbuf=None):
    """A connected socket that has said nothing yet. None when there is no
    place in the queue of those who wait to be let in."""
    if endpoint.startswith("ipc://"):
        s = socket.socket(socket.AF_UNIX)
        to = endpoint[6:]
    else:
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        s, to = socket.socket(), (host, int(port))
    if rcvbuf:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
    s.settimeout(wait_s)
    try:
        s.connect(to)
    except (BlockingIOError, TimeoutError):
        s.close()
        return None
    return s


class Peer:
    def __init__(self, endpoint, wait_s=30, rcvbuf=None):
        self.socket = plug(endpoint, wait_s, rcvbuf)
        self.have = bytearray()
        self.parts = []
        self.socket.sendall(GREETING)
        self.need(64)
        del self.have[:64]
        self.socket.sendall(READY)
        while not self.take():  # its READY
            self.more()

    def fileno(self):
        return self.socket.fileno()

    def close(self):
        self.socket.close()

    def more(self):
        """Some bytes; EOFError when the daemon hung up."""
        got = self.socket.recv(1 << 18)
        if not got:
            raise EOFError
        self.have += got

    def need(self, n):
        while len(self.have) < n:
            self.more()

    def take(self):
        """One whole frame off the buffer, (flags, body), or None."""
        if len(self.have) < 2:
            return None
        flags = self.have[0]
        at = 9 if flags & LONG else 2
        if len(self.have) < at:
            return None
        size = (struct.unpack(">Q", self.have[1:9])[0] if flags & LONG
                else self.have[1])
        if len(self.have) < at + size:
            return None
        body = bytes(self.have[at:at + size])
        del self.have[:at + size]
        return flags, body

    def messages(self):
        """Last parts of the messages that are whole by now; a PING gets its
        PONG."""
        while True:
            f = self.take()
            if f is None:
                return
            flags, body = f
            if flags & COMMAND:
                if body[:5] == b"\x04PING":
                    self.socket.sendall(frame(b"\x04PONG" + body[7:],
                                              command=True))
            elif not flags & MORE:
                yield body

    def receive(self):
        while True:
            for m in self.messages():
                return msgpack.unpackb(m)
            self.more()

    def send(self, op, body=None, number="1", **envelope):
        self.socket.sendall(request(op, body, number, **envelope))

    def ask(self, op, body=None, **envelope):
        self.send(op, body, **envelope)
        return self.receive()
