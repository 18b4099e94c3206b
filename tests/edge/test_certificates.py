import ssl

import aiohttp
import pytest

from mockgate.edge.boot import build
from mockgate.edge.certificates import make_certificate
from mockgate.edge.server import Server


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_client_that_trusts_the_authority_is_answered_over_tls(tmp_path, host):
    certificate = make_certificate("0.0.0.0", tmp_path)
    server = Server(build(None), tls=certificate.context)
    await server.start()
    trusting = ssl.create_default_context(cafile=str(certificate.authority))
    url = f"https://{host}:{server.port}/v1/models"
    async with aiohttp.ClientSession(headers={"authorization": "Bearer k"}) as client:
        async with client.get(url, ssl=trusting) as answer:
            assert answer.status == 200
            assert (await answer.json())["object"] == "list"
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await client.get(url)
    assert server.url == f"https://127.0.0.1:{server.port}"
    await server.stop(0.1)


async def test_a_websocket_opens_over_tls_too(tmp_path):
    certificate = make_certificate("127.0.0.1", tmp_path)
    server = Server(build(None), tls=certificate.context)
    await server.start()
    trusting = ssl.create_default_context(cafile=str(certificate.authority))
    url = f"wss://127.0.0.1:{server.port}/v1/realtime?model=gpt-realtime"
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, ssl=trusting, headers={"authorization": "Bearer k"}) as socket,
    ):
        assert (await socket.receive_json())["type"] == "session.created"
    await server.stop(0.1)
