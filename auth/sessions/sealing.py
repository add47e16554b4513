"""ID tokens are kept sealed: they hold personal data, and are needed once, as the hint at sign-out.

So is the private half of our own key, under another purpose.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.settings import Secret

NONCE_BYTES = 12
PURPOSE = b"plenary session id_token"


class Seal:
    """AES-256-GCM under a key derived from the site's secret (HKDF, RFC 5869), one for each purpose."""

    def __init__(self, secret_key: Secret, purpose: bytes = PURPOSE) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose)
        self._purpose = purpose
        self._cipher = AESGCM(derive.derive(secret_key.reveal().encode()))

    def close(self, text: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), self._purpose)

    def open(self, sealed: bytes | None) -> str | None:
        """The text, or None when there is none or the site's secret has changed since."""
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._purpose).decode()
        except (InvalidTag, ValueError):
            return None
