"""TLS for clients that dial nothing else: a certificate for this server, and the authority that clients must trust."""

import ssl
from pathlib import Path
from typing import NamedTuple

from ..errors import MockgateError

#: The names that this machine goes by, whatever host is served.
_LOCAL = ("localhost", "127.0.0.1", "::1")


class CertificateError(MockgateError):
    """Certificates cannot be made, and what to do about it."""


class Certificate(NamedTuple):
    """What a server proves who it is with; `authority` is the file that clients must trust."""

    context: ssl.SSLContext
    authority: Path


def make_certificate(host: str, folder: Path) -> Certificate:
    """Make a certificate for a host, by an authority of its own, whose file is written to a folder.

    Raises CertificateError when the library that makes them is not installed.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ImportError:
        raise CertificateError("--tls needs trustme: pip install 'mockgate[tls]'") from None
    anywhere = {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound
    names = dict.fromkeys([*_LOCAL, *({host} - anywhere)])
    authority = trustme.CA(organization_name="mockgate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    file = folder / "mockgate-ca.pem"
    authority.cert_pem.write_to_path(file)
    return Certificate(context, file)
