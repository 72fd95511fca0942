"""What to say of an answer that is JSON, but not of the form that a service has promised."""

from __future__ import annotations

from planetary_qgis.core.http import NetworkError, Response

_SHOWN = 500


def unexpected(response: Response, expected: str) -> NetworkError:
    """The error for an answer that is not what it should be, such as “a table”."""
    return NetworkError(
        f"{response.head.url.partition('?')[0]} answered with JSON that is not {expected}.",
        details=f"{response.head.url}\n{response.body[:_SHOWN].decode('utf-8', 'replace')}",
        hint="The service may have changed: check for a newer version of Planetary QGIS.",
        status=response.head.status,
    )
