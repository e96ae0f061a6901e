"""How `eval.load` asks a question: by the REST service, or as gradio_client does, through the queue of the page."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

Way = Callable[[Any, dict[str, Any]], Awaitable[str]]
"""(an httpx.AsyncClient, the body of a question) -> "answered", "busy", or what went wrong"""


async def by_rest(client: Any, asked: dict[str, Any]) -> str:
    import httpx

    try:
        answer = await client.post("/api/ask", json=asked)
    except httpx.HTTPError as error:
        return type(error).__name__
    if answer.status_code == 200 and "answered" in answer.json():
        return "answered"
    busy = answer.status_code == 503 and "retry-after" in answer.headers
    return "busy" if busy else str(answer.status_code)


async def by_page(client: Any, asked: dict[str, Any]) -> str:
    import httpx

    fields = [asked["question"], asked["history"], None, None, None, None, None]
    try:
        begun = await client.post("/gradio_api/call/ask", json={"data": fields})
        if begun.status_code != 200:
            return "busy" if begun.status_code == 503 and "full" in begun.text else str(begun.status_code)
        told = (await client.get(f"/gradio_api/call/ask/{begun.json()['event_id']}")).text
    except httpx.HTTPError as error:
        return type(error).__name__
    if "event: complete" in told:
        (answer,) = json.loads(told.rpartition("data: ")[2])
        return "answered" if "answered" in answer else "no answer"
    return "busy" if "waiting" in told or "full" in told else "failed"


WAYS: dict[str, Way] = {"rest": by_rest, "page": by_page}
