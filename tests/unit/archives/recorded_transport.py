"""A transport that gives recorded answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from planetary_qgis.core.http import Head, Receiver, Request

Answering = Callable[[Request], bytes]


@dataclass
class RecordedTransport:
    """Answers every request with what `answering` gives for it, and remembers the requests."""

    answering: Answering
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def stream(self, request: Request, receiver: Receiver) -> None:
        self.requests.append(request)
        body = self.answering(request)
        headers = {"content-length": str(len(body)), **self.headers}
        receiver.begin(Head(request.url, self.status, headers))
        receiver.receive(body)
