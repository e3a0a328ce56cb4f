"""A bare FastAPI endpoint that gives back what it is sent: what any service at all would take."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/echo")
async def echo(request: Request) -> Any:  # noqa: ANN401 - parsed JSON
    """The body, read and written again."""
    return await request.json()
