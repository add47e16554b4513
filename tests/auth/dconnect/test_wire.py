"""The wire format: what it was published to be, and every way in which it can be wrong."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.dconnect.wire import LONGEST, MOST_FIELDS, WireError, pack, sign, unpack
from config.settings import Secret

SECRET = Secret("the secret of both sides")
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda name: name != "nonce")
VALUES = st.text(st.characters(codec="utf-8"), max_size=60)


def wrapped(text: str | bytes, secret: Secret = SECRET) -> tuple[str, str]:
    sso = base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
    return sso, sign(sso, secret)


def refused(sso: str, sig: str, secret: Secret = SECRET) -> str:
    with pytest.raises(WireError) as caught:
        unpack(sso, sig, secret)
    return caught.value.reason


def test_the_published_example() -> None:
    """The example of "Setup DiscourseConnect" in Discourse's documentation: its line break is signed too."""
    secret = Secret("d836444a9e4084d5b224a60c208dce14")
    sso = "bm9uY2U9Y2I2ODI1MWVlZmI1MjExZTU4YzAwZmYxMzk1ZjBjMGI=\n"
    sig = "2828aa29899722b35a2f191d34ef9b3ce695e0e6eeec47deb46d588d70c7cb56"
    assert sign(sso, secret) == sig
    assert unpack(sso, sig, secret) == {"nonce": "cb68251eefb5211e58c00ff1395f0c0b"}
    assert unpack(sso, sig.upper(), secret)["nonce"]
    assert refused(sso.strip(), sig, secret) == "bad_signature"


@given(st.dictionaries(NAMES, VALUES, max_size=20), VALUES.filter(bool))
def test_what_is_packed_is_unpacked(fields: dict[str, str], nonce: str) -> None:
    said = {**fields, "nonce": nonce}
    assert unpack(**pack(said, SECRET), secret=SECRET) == said


@given(st.text(max_size=200), st.text(max_size=70))
def test_what_nobody_signed_is_refused(sso: str, sig: str) -> None:
    assert refused(sso, sig) == "bad_signature"


@given(st.binary(max_size=300))
def test_signed_rubbish_is_refused_by_a_code(rubbish: bytes) -> None:
    try:
        assert unpack(*wrapped(rubbish), secret=SECRET)["nonce"]
    except WireError as error:
        assert error.reason in ("bad_base64", "bad_text", "duplicate_field", "no_nonce", "oversize")


@given(st.data())
def test_one_changed_character_is_noticed(data: st.DataObject) -> None:
    sent = pack({"nonce": "n", "external_id": "7"}, SECRET)
    at = data.draw(st.integers(0, len(sent["sso"]) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != sent["sso"][at]))
    assert refused(sent["sso"][:at] + other + sent["sso"][at + 1 :], sent["sig"]) == "bad_signature"


def test_flags_are_words_and_none_is_left_out() -> None:
    said = unpack(**pack({"nonce": "n", "admin": True, "moderator": False, "email": None}, SECRET), secret=SECRET)
    assert said == {"nonce": "n", "admin": "true", "moderator": "false"}


def test_another_secret_is_refused() -> None:
    sent = pack({"nonce": "n"}, SECRET)
    assert refused(**sent, secret=Secret("the secret of somebody else")) == "bad_signature"


@pytest.mark.parametrize("secret", ["", "fifteen letters"])
def test_a_short_secret_signs_and_opens_nothing(secret: str) -> None:
    assert refused(*wrapped("nonce=n"), secret=Secret(secret)) == "short_secret"
    with pytest.raises(WireError):
        pack({"nonce": "n"}, Secret(secret))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonce=a&nonce=b", "duplicate_field"),
        ("nonce=n&admin=false&admin=true", "duplicate_field"),
        ("external_id=7", "no_nonce"),
        ("nonce=", "no_nonce"),
        ("", "no_nonce"),
        ("nonce=%FF", "bad_text"),
        (b"nonce=\xff", "bad_base64"),
        ("&".join(f"f{n}=" for n in range(MOST_FIELDS + 1)), "oversize"),
        ("nonce=" + "n" * LONGEST, "oversize"),
    ],
)
def test_signed_and_wrong(text: str | bytes, code: str) -> None:
    assert refused(*wrapped(text)) == code


@pytest.mark.parametrize("sso", ["bm9uY2U9bg", "bm9u*Y2U9bg==", "nonce=n", "é"])
def test_what_is_no_base64(sso: str) -> None:
    assert refused(sso, sign(sso, SECRET)) == "bad_base64"
