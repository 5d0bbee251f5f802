"""Users and keys of a daemon over tcp, for tests: clients that shake hands with
CURVE, one user or thousands of them."""
import zmq

from office import WAIT_S, Client, Failure

SILENCE_MS = 700  # nobody answers: long enough for a handshake many times over
GOOD = {"purpose": "gestione"}


def keys_of(path):
    return dict(line.split(" ", 1) for line in
                path.read_text().splitlines() if not line.startswith("#"))


def admin_keys(daemon):
    """The daemon's public key and the first administrator's pair."""
    k = keys_of(daemon.folder / "store/administrator.key")
    return k["server"], (k["public"].encode(), k["secret"].encode())


class Door(Client):
    """A client over CURVE, or with another mechanism. `envelope` goes with
    each request."""

    def __init__(self, endpoint, server=None, pair=None, plain=None,
                 identity=None, wait_ms=WAIT_S * 1000, context=None,
                 **envelope):
        self.own = context is None
        self.context = context or zmq.Context()
        s = self.socket = self.context.socket(zmq.DEALER)
        s.linger = 0
        s.rcvtimeo = s.sndtimeo = wait_ms
        if identity is not None:
            s.routing_id = identity
        if server is not None:
            s.curve_serverkey = server.encode()
            s.curve_publickey, s.curve_secretkey = pair
        if plain is not None:
            s.plain_username, s.plain_password = plain
        s.connect(endpoint)
        self.count = 0
        self.envelope = envelope

    def close(self):
        self.socket.close()
        if self.own:
            self.context.term()

    def send(self, op, body=None, **envelope):
        return super().send(op, body, **{**self.envelope, **envelope})

    def is_served(self):
        # Who is refused may have nowhere to send to, either.
        self.socket.rcvtimeo = self.socket.sndtimeo = SILENCE_MS
        try:
            self.ask("ping", **GOOD)
            return True
        except Failure:
            return True  # an answer, whatever it says
        except zmq.Again:
            return False


def administrator(daemon, **more):
    """A client that may do everything."""
    return Door(daemon.endpoint, *admin_keys(daemon), **{**GOOD, **more})


def let_in(admin, name, role, **fields):
    """A user with a pair of its own: the pair."""
    public, secret = zmq.curve_keypair()
    admin.ask("user.put", {"record": {"id": name, "role": role,
                                      "key": public.decode(), **fields}},
              **GOOD)
    return public, secret


def let_in_many(admin, n, role, at_once=128, **fields):
    """n users at once, `user-0` to `user-(n-1)`: their pairs. A commit holds
    many of them, so ten thousand take seconds."""
    pairs = [zmq.curve_keypair() for _ in range(n)]
    for at in range(0, n, at_once):
        part = pairs[at:at + at_once]
        for i, (public, _) in enumerate(part, at):
            admin.send("user.put", {"record": {
                "id": f"user-{i}", "role": role, "key": public.decode(),
                **fields}}, **GOOD)
        for _ in part:
            admin.result()
    return pairs
