"""A Redis or Valkey that may be away: what asks it has another way, and never waits long.

After a failure it is left alone for some seconds, so that a dead server costs one short wait, not
one a request.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")

CONNECT_TIMEOUT_S = 0.25
TIMEOUT_S = 0.5
LEFT_ALONE_S = 5.0

log = logging.getLogger(__name__)


class Redis:
    """A server by its URL; `redis` is imported and connected at the first use."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._timeout_s, self._timer = url, timeout_s, timer
        self._lock = threading.Lock()
        self._client: Any = None
        self._again_at = 0.0

    def patient(self, timeout_s: float) -> "Redis":
        """Return the same server for who may wait longer."""
        return Redis(self._url, timeout_s=timeout_s, timer=self._timer)

    def ask(self, work: Callable[[Any], Answer]) -> Answer | None:
        """Do some work with the client; None when the server does not answer, or did not lately."""
        if self._timer() < self._again_at:
            return None
        from redis.exceptions import RedisError

        try:
            return work(self._connected())
        except (RedisError, OSError) as error:
            self._again_at = self._timer() + LEFT_ALONE_S
            log.warning("redis does not answer: %s", type(error).__name__)
            return None

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                from redis import Redis as Client
                from redis.backoff import NoBackoff
                from redis.retry import Retry

                # The client's own retries would make a request wait for seconds.
                self._client = Client.from_url(
                    self._url,
                    socket_connect_timeout=CONNECT_TIMEOUT_S,
                    socket_timeout=self._timeout_s,
                    retry=Retry(NoBackoff(), 0),
                )
            return self._client

    def close(self) -> None:
        """Close what is open; the next use connects anew."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
