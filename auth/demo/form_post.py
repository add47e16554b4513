"""OAuth 2.0 form post response mode: a page that posts itself on; without scripts, by its one button."""
import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse, Response

from auth.csrf import origin_of

SCRIPT: Final = "document.forms[0].submit()"
_HASH: Final = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


def form_post(action: str, fields: Mapping[str, str], *, framed_by: str) -> Response:
    """``framed_by``: an address whose origin may show this page in a frame."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>One moment</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<form method="post" action="{escape(action)}">{inputs}<button>Go on</button></form>'
        f"<script>{SCRIPT}</script></html>"
    )
    policy = (
        f"default-src 'none'; script-src 'sha256-{_HASH}'; base-uri 'none'; form-action {origin_of(action)}; "
        f"frame-ancestors 'self' {origin_of(framed_by)}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(page, headers=headers)

