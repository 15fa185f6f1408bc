"""A free port for what must know its number before it listens."""

import random
import socket

# Below those that systems give to connections by themselves (32768 on Linux, 49152 elsewhere): nobody gets it before we do.
OURS = range(20_000, 32_000)


def free_port() -> int:
    """Return the number of a port of this machine on which nobody listens. Raises LookupError when there is none."""
    for port in random.sample(OURS, len(OURS)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise LookupError(f"no port of {OURS} is free")
