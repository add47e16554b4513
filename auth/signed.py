"""What others signed: the token under whichever of their keys fits, never a key of the token's own choice."""

from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, DecodeError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey


def verified(raw: str, keys: dict[str, Any], registry: jws.JWSRegistry) -> jwt.Token:
    """The token under the key that its `kid` names, else each in turn; raises JoseError.

    ``keys`` is a JWK set (RFC 7517 5). A key inside the token (`jwk`, `x5c`) and an address of one (`jku`) count for
    nothing.
    """
    try:
        header = jws.extract_compact(raw.encode()).headers()
    except (ValueError, TypeError, RecursionError) as error:
        raise DecodeError("the token cannot be read") from error
    if not isinstance(header, dict):
        raise DecodeError("the token cannot be read")
    candidates = [key for key in _public_keys(keys) if "kid" not in header or key.kid == header["kid"]]
    if not candidates:
        raise InvalidKeyIdError("no such key")
    refused: JoseError = BadSignatureError()
    for key in candidates:
        try:
            return jwt.decode(raw, key, registry=registry)
        except JoseError as error:
            refused = error
        except (ValueError, TypeError, RecursionError) as error:
            raise DecodeError("the token cannot be read") from error
    raise refused


def _public_keys(keys: dict[str, Any]) -> list[RSAKey | ECKey | OKPKey]:
    """The keys that can sign; kinds unknown to us are passed over, symmetric ones never used."""
    found: list[RSAKey | ECKey | OKPKey] = []
    listed = keys.get("keys")
    for key in listed if isinstance(listed, list) else []:
        try:
            made = KeySet.import_key_set({"keys": [key]}).keys[0]
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if isinstance(made, RSAKey | ECKey | OKPKey) and key.get("use") in (None, "sig"):
            found.append(made)
    return found
