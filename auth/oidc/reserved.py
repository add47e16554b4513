"""The demo's issuer: a name under .invalid (RFC 2606), so that no real provider can ever own it.

It stands here, and not in `auth.demo`, because every other site must know it in order to ignore it.
"""

from typing import Final

DEMO_ISSUER: Final = "https://demo.plenary.invalid"
