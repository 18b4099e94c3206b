"""How much memory a server takes while a large file is uploaded, and while it is sent back.

python benchmarks/uploads.py [MB]
"""

import http.client
import json
import sys
from collections.abc import Iterator

from rig import Server, machine, mockgate, rig, table

BOUNDARY = "boundary-of-the-form"
PIECE = b"x" * 2**20


def _form(megabytes: int) -> Iterator[bytes]:
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'.encode()
    head = 'Content-Disposition: form-data; name="file"; filename="large.jsonl"'
    yield f"--{BOUNDARY}\r\n{head}\r\nContent-Type: application/jsonl\r\n\r\n".encode()
    for _ in range(megabytes):
        yield PIECE
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def _upload(connection: http.client.HTTPConnection, megabytes: int) -> str:
    length = sum(map(len, _form(0))) + megabytes * len(PIECE)
    connection.putrequest("POST", "/v1/files")
    connection.putheader("authorization", "Bearer sk-bench")
    connection.putheader("content-type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("content-length", str(length))
    connection.endheaders()
    for piece in _form(megabytes):
        connection.send(piece)
    made = json.load(connection.getresponse())
    assert made.get("bytes") == megabytes * len(PIECE), made
    return str(made["id"])


def _download(connection: http.client.HTTPConnection, id: str) -> int:
    connection.request("GET", f"/v1/files/{id}/content", headers={"authorization": "Bearer sk-bench"})
    answer, got = connection.getresponse(), 0
    while piece := answer.read(len(PIECE)):
        got += len(piece)
    return got


def _measured(server: Server, megabytes: int) -> list[float]:
    server.post({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]})  # all is loaded then
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    _upload(connection, 1)
    before = server.memory()
    id = _upload(connection, megabytes)
    uploaded = server.memory("VmHWM")
    assert _download(connection, id) == megabytes * len(PIECE)
    connection.close()
    return [before, uploaded, server.memory("VmHWM")]


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    machine()
    with rig() as made, made.server(mockgate("--pace", "instant"), pinned=False) as server:
        figures = _measured(server, megabytes)
    row = [f"a file of {megabytes} MB", *(f"{figure:.1f}" for figure in figures)]
    table(["MB resident", "before", "most while it came in", "most while it went out"], [row])


if __name__ == "__main__":
    main()
