"""Breaking a connection off: with a FIN, as if the server had closed it, or with an RST, as if it had crashed."""

import asyncio
import socket
import struct

from ..wire import Cut

#: Linger for no time: what was not acknowledged is thrown away, and the other side gets an RST.
_NOT_AT_ALL = struct.pack("ii", 1, 0)


def break_off(transport: asyncio.Transport, cut: Cut) -> None:
    """End a connection in the middle of whatever it does; what was written before still goes out."""
    if cut == "fin":
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOT_AT_ALL)
    transport.abort()
