"""A Slack method and its arguments in; one Reply out, whatever the network does."""

import json
import logging
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from ssl import SSLCertVerificationError
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from engine.channels.slack_replies import Reply

LARGEST_ANSWER = 4_000_000
_CHUNK = 65_536


class SlackWeb:
    """The calls of one app. Each method call is at most one request."""

    def __init__(self, token: str, base_url: str, timeout: float) -> None:
        self._client = _Client(token, base_url, timeout)

    def call(
        self,
        method: str,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str | int | bool] | None = None,
    ) -> Reply:
        """`json` or form `params` go to `method`; the answer is a Reply, with or without an answer's content."""
        try:
            response = self._client.api_call(
                method, json=dict(json) if json else None, params=dict(params) if params else None
            )
        except SlackApiError as error:
            response = error.response
        except URLError as error:
            # urllib wraps in this only what happened before the whole request was handed over.
            distrusted = isinstance(error.reason, SSLCertVerificationError)
            return Reply(None, trouble=str(error.reason), was_written=False, is_distrusted=distrusted)
        except (OSError, HTTPException) as error:
            return Reply(None, trouble=str(error) or type(error).__name__)
        data = response.data if isinstance(response.data, dict) and response.data else None
        return Reply(response.status_code, data, response.headers)


class _Client(WebClient):
    """The SDK's client on an opener of our own: no repeats, no redirects, no proxies of the environment."""

    def __init__(self, token: str, base_url: str, timeout: float) -> None:
        quiet = logging.getLogger(f"{__name__}.sdk")
        # The SDK logs whole answers and each failure; the Receipt tells what went wrong, without customers' words.
        quiet.setLevel(logging.CRITICAL)
        super().__init__(token, base_url, retry_handlers=[], logger=quiet)
        self._seconds = timeout
        self._opener = OpenerDirector()
        self._opener.add_handler(HTTPHandler())
        self._opener.add_handler(HTTPSHandler())

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, object]:  # noqa: ARG002
        with self._opener.open(req, timeout=self._seconds) as response:
            body = _bounded(response, time.monotonic() + self._seconds)
            return {
                "status": response.status,
                "headers": dict(response.headers.items()),
                "body": "",
                "parsed_body": _object(body),
            }


def _bounded(response: HTTPResponse, deadline: float) -> bytes:
    """The body, unless it is larger or slower than any answer of Slack's."""
    body = b""
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            raise TimeoutError("the answer is too large or too slow")
    return body


def _object(body: bytes) -> dict[str, object]:
    """The JSON object that `body` is; empty where it is none (cut short, HTML, nested without end)."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
