"""Settings: which layer wins, and what an operator reads when something is wrong."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from config.loading import SettingsError, describe, load
from config.settings import (
    MASK,
    DConnectClientSettings,
    DConnectSettings,
    ProviderSettings,
    Secret,
    Settings,
)
from tests.config.reading import KEY, mistakes, read

TABLES: dict[str, type[ProviderSettings | DConnectSettings | DConnectClientSettings]] = {
    "auth.providers": ProviderSettings,
    "auth.dconnect": DConnectSettings,
    "auth.dconnect_clients": DConnectClientSettings,
}
EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"


def test_nothing_set_gives_the_defaults() -> None:
    assert load(environ={}, needs_secret=False) == Settings()


def test_example_file_holds_every_key_with_its_default() -> None:
    assert load(environ={}, file=EXAMPLE, needs_secret=False) == Settings()
    text = EXAMPLE.read_text(encoding="utf-8")
    for section in fields(Settings):
        if section.name == "sources":
            continue
        part = text.partition(f"\n[{section.name}]\n")[2].partition("\n[")[0]
        for item in fields(getattr(Settings(), section.name)):
            if f"{section.name}.{item.name}" not in TABLES:
                assert re.search(rf"^(# )?{item.name} = ", part, re.M), f"{section.name}.{item.name}"


@pytest.mark.parametrize("table", TABLES)
def test_the_example_of_a_named_table_is_valid_and_complete(table: str, tmp_path: Path) -> None:
    (start,) = re.findall(rf"^# (\[{table}\.[a-z]+\])$", EXAMPLE.read_text(encoding="utf-8"), re.M)
    block = EXAMPLE.read_text(encoding="utf-8").partition("# " + start)[2].partition("\n\n")[0]
    toml = start + re.sub(r"^# (?=\w+ = |\[\[)", "", block, flags=re.M).replace('"…"', '"a secret of 16 or more"')
    (one,) = getattr(read(toml, tmp_path).auth, table.removeprefix("auth."))
    given = tomllib.loads(toml)["auth"][table.removeprefix("auth.")][one.name]
    assert {item.name for item in fields(TABLES[table])} == {"name", *given}


def test_each_layer_wins_over_the_one_before(tmp_path: Path) -> None:
    toml = '[site]\nname = "File"\ncontact = "File"\nlanguage = "fr"\n[server]\nport = 1'
    secret = tmp_path / "key"
    secret.write_text("s" * 40 + "\n", encoding="utf-8")
    file = tmp_path / "settings.toml"
    file.write_text(toml, encoding="utf-8")
    environ = {
        "FORUM_CONFIG": str(file),
        "FORUM_SITE_NAME": "Environment",
        "FORUM_SITE_CONTACT": "Environment",
        "FORUM_SITE_SECRET_KEY": KEY,
        "FORUM_SITE_SECRET_KEY_FILE": str(secret),
    }
    settings = load(environ=environ, site_name="Command line", server_port=None)
    assert (settings.site.name, settings.site.contact) == ("Command line", "Environment")
    assert (settings.site.language, settings.server.port) == ("fr", 1)
    assert settings.site.secret_key.reveal() == "s" * 40
    shown = {key: (value, source) for key, value, source in describe(settings)}
    assert shown["site.name"] == ('"Command line"', "command line")
    assert shown["site.contact"] == ('"Environment"', "FORUM_SITE_CONTACT")
    assert shown["site.language"] == ('"fr"', str(file))
    assert shown["site.secret_key"] == (MASK, f"FORUM_SITE_SECRET_KEY_FILE = {secret}")
    assert shown["server.host"] == ('"127.0.0.1"', "default")
    assert shown["database.url"] == ("not set", "default")


def test_file_in_the_working_directory_is_read() -> None:
    Path("plenary.toml").write_text('[site]\nname = "Here"', encoding="utf-8")
    assert read().site.name == "Here"


def test_environment_spells_numbers_flags_and_lists() -> None:
    settings = read(
        FORUM_DATABASE_POOL_SIZE="20",
        FORUM_LIMITS_OUTBOUND_BYTES="2_000_000",
        FORUM_SERVER_WITH_WORKER="Yes",
        FORUM_SERVER_TRUSTED_PROXIES="10.0.0.0/8, ::1",
        FORUM_SITE_CONTACT="",
    )
    assert settings.database.pool_size == 20
    assert settings.limits.outbound_bytes == 2_000_000
    assert settings.server.with_worker is True
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.site.contact is None


def test_plain_database_url_is_honoured_and_the_long_name_wins() -> None:
    plain = "postgresql://a@h/plain"
    assert read(DATABASE_URL=plain).database.url == Secret(plain)
    both = read(DATABASE_URL=plain, FORUM_DATABASE_URL="postgres://a@h/long")
    assert both.database.url == Secret("postgres://a@h/long")


def test_provider_from_file_and_environment_together(tmp_path: Path) -> None:
    toml = '[auth.providers.big-school]\nlabel = "Big School"\nissuer = "https://id.example.org"'
    (provider,) = read(
        toml,
        tmp_path,
        FORUM_AUTH_PROVIDERS_BIG_SCHOOL_CLIENT_ID="forum",
        FORUM_AUTH_PROVIDERS_BIG_SCHOOL_CLIENT_SECRET="hush",
    ).auth.providers
    assert provider.name == "big-school"
    assert (provider.client_id, provider.client_secret.reveal()) == ("forum", "hush")


def test_every_mistake_is_named_at_once_with_its_place_and_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        '[site]\nnmae = "x"\nbase_url = "http://forum.example.org"\n'
        '[server]\nport = "8000"\n[auth.providers.acme]\nlabel = "Acme"\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as caught:
        load(
            file=file,
            environ={
                "FORUM_SERVER_DRAIN_SECONDS": "soon",
                "FORUM_SITE_TIME_ZONE": "Mars/Base",
                "FORUM_LOGGING_LEVEL": "loud",
                "FORUM_SITE_BASE_ULR": "x",
                "FORUM_SITE_SECRET_KEY": "tooshortbutsecret",
                "FORUM_DATABASE_LOCK_TIMEOUT_MS": "9000",
            },
        )
    message = str(caught.value)
    for expected in (
        f"site.nmae ({file}): there is no such setting; did you mean site.name?",
        f'site.base_url = "http://forum.example.org" ({file}): must begin with https://',
        f'server.port = "8000" ({file}): must be a whole number',
        'server.drain_seconds = "soon" (FORUM_SERVER_DRAIN_SECONDS): must be a whole number',
        "site.time_zone",
        'logging.level = "loud" (FORUM_LOGGING_LEVEL): must be "debug" or "info"',
        "FORUM_SITE_BASE_ULR (environment): there is no such setting; did you mean FORUM_SITE_BASE_URL?",
        "site.secret_key (FORUM_SITE_SECRET_KEY): must be at least 32 characters",
        "auth.providers.acme.client_secret: is missing",
        "auth.providers.acme.issuer: is missing",
        "database.lock_timeout_ms: must be less than",
    ):
        assert expected in message
    assert "tooshortbutsecret" not in message
    assert message.startswith("12 settings are wrong:")


def test_secret_key_is_required_unless_the_command_signs_nothing() -> None:
    with pytest.raises(SettingsError, match="FORUM_SITE_SECRET_KEY_FILE"):
        load(environ={})
    settings = load(environ={}, needs_secret=False)
    with pytest.raises(ValueError, match="not set"):
        settings.site.secret_key.reveal()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:9",
        "https://forum.example.org",
        "https://forum.example.org/",
    ],
)
def test_base_url_may_be(url: str) -> None:
    assert read(FORUM_SITE_BASE_URL=url).site.base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "forum.example.org",
        "http://forum.example.org",
        "http://localhost.example.org",
        "https://forum.example.org/community",
        "https://u:p@forum.example.org",
        "https://forum.example.org?x",
        "https://a b",
        "https://h:99999",
        "ftp://127.0.0.1",
        "https://",
        "https://[::1",
    ],
)
def test_base_url_may_not_be(url: str) -> None:
    assert "site.base_url" in mistakes(FORUM_SITE_BASE_URL=url)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FORUM_SERVER_PORT", "0"),
        ("FORUM_SERVER_PORT", "65536"),
        ("FORUM_SERVER_PORT", "٣"),
        ("FORUM_SERVER_PORT", "9" * 5000),
        ("FORUM_SERVER_WITH_WORKER", "maybe"),
        ("FORUM_SITE_NAME", " padded "),
        ("FORUM_SITE_NAME", "two\nlines"),
        ("FORUM_SITE_LANGUAGE", "english please"),
        ("FORUM_SERVER_TRUSTED_PROXIES", "proxy.example.org"),
        ("FORUM_SERVER_METRICS_TOKEN", "short"),
        ("FORUM_DATABASE_URL", "mysql://h/x"),
        ("FORUM_DATABASE_URL", "postgresql://h"),
        ("FORUM_SITE_TIME_ZONE", "../../etc/passwd"),
        ("FORUM_AUTH_PROVIDERS_9_LABEL", "x"),
        ("FORUM_SITE_SECRET_KEY_FILE", "/nowhere/key"),
        ("FORUM_SITE_NAME_FILE", "/etc/hostname"),
        ("FORUM_CONFIG", "/nowhere/plenary.toml"),
    ],
)
def test_bad_value_is_refused(variable: str, value: str) -> None:
    assert variable in mistakes(**{variable: value})


@pytest.mark.parametrize(
    "toml",
    ["site = 3", "[sight]\nname = 1", "[[auth.providers]]\nname = 'a'", "[site.name]\nx = 1", "not toml"],
)
def test_malformed_file_is_refused(tmp_path: Path, toml: str) -> None:
    with pytest.raises(SettingsError):
        read(toml, tmp_path)


def test_secrets_never_show() -> None:
    settings = read(
        DATABASE_URL="postgresql://u:verysecret@h/d",
        FORUM_AUTH_PROVIDERS_A_LABEL="A",
        FORUM_AUTH_PROVIDERS_A_ISSUER="https://id.example.org",
        FORUM_AUTH_PROVIDERS_A_CLIENT_ID="id",
        FORUM_AUTH_PROVIDERS_A_CLIENT_SECRET="verysecret",
    )
    shown = f"{settings!r} {settings} {list(describe(settings))} {settings.site.secret_key}"
    assert "verysecret" not in shown
    assert KEY not in shown
    assert "FORUM_DATABASE_URL" not in mistakes(DATABASE_URL="verysecret://u@h")
    assert "verysecret" not in mistakes(DATABASE_URL="verysecret://u@h")


def test_worker_needs_room_for_two_batches() -> None:
    assert "jobs.concurrency: must be at least twice" in mistakes(FORUM_JOBS_BATCH_SIZE="6")


def test_both_sides_of_dconnect_from_file_environment_and_secret_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret in a file\n", encoding="utf-8")
    settings = read(
        '[auth.dconnect.school]\nlabel = "School"\nurl = "https://learn.example.org/sso"\ngroups = ["alumni"]',
        tmp_path,
        FORUM_AUTH_DCONNECT_SCHOOL_SECRET_FILE=str(secret),
        FORUM_AUTH_DCONNECT_CLIENTS_OUR_WIKI_RETURN_TO="https://wiki.example.org/sso",
        FORUM_AUTH_DCONNECT_CLIENTS_OUR_WIKI_SECRET="a secret of the wiki",
        FORUM_AUTH_DCONNECT_CLIENTS_OUR_WIKI_GROUPS="alumni, py-101",
    ).auth
    (school,), (wiki,) = settings.dconnect, settings.dconnect_clients
    assert (school.name, school.groups, school.secret.reveal()) == ("school", ("alumni",), "a secret in a file")
    assert (wiki.name, wiki.groups, wiki.return_to) == ("our-wiki", ("alumni", "py-101"), "https://wiki.example.org/sso")


def test_every_mistake_of_dconnect_in_one_message(tmp_path: Path) -> None:
    toml = (
        '[auth.dconnect.school]\nurl = "http://learn.example.org"\nsecret = "short"\n'
        '[auth.dconnect_clients.wiki]\nreturn_to = "https://wiki.example.org/a/../b"\nsecrt = "x"\n'
        "[[auth.dconnect_clients.others]]\nsecret = 1"
    )
    with pytest.raises(SettingsError) as caught:
        read(toml, tmp_path)
    for expected in (
        "auth.dconnect.school.label: is missing",
        'auth.dconnect.school.url = "http://learn.example.org"',
        "auth.dconnect.school.secret (",
        "must be at least 16 characters",
        "auth.dconnect_clients.wiki.return_to",
        "did you mean auth.dconnect_clients.wiki.secret?",
        "auth.dconnect_clients.wiki.secret: is missing",
        "auth.dconnect_clients.others",
    ):
        assert expected in str(caught.value)


PROVIDER = """
[auth.providers.academy]
label = "Academy"
issuer = "https://id.example.org"
client_id = "plenary"
client_secret = "a secret"
groups_claim = "groups"
"""


def rules(*tables: str) -> str:
    return PROVIDER + "".join(f"[[auth.providers.academy.places]]\n{table}\n" for table in tables)


def test_rules_for_places_are_read_in_their_order(tmp_path: Path) -> None:
    toml = rules(
        'exact = "staff"\ngroup = "alumni"\nrole = "facilitator"',
        'prefix = "/courses/"\ngroup = "{rest}"\non_leave = "remove"',
        r"""pattern = 'course-(\d{4})(?:-(?P<part>[a-z]+))?'""" + '\ngroup = "course-{1}-{part}"',
    )
    settings = read(toml, tmp_path)
    first, second, third = settings.auth.providers[0].places
    assert (first.exact, first.role, second.prefix, second.on_leave) == ("staff", "facilitator", "/courses/", "remove")
    assert third.group == "course-{1}-{part}"
    shown = {key: value for key, value, _ in describe(settings)}
    assert shown["auth.providers.academy.places"].startswith('[exact "staff" → alumni (facilitator), prefix')


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('exct = "a"\ngroup = "g"', "[1].exct ({file}): there is no such key; did you mean exact?"),
        ('group = "g"', "[1] ({file}): must hold exactly one of exact, prefix and pattern"),
        ('exact = "a"\nprefix = "b"\ngroup = "g"', "[1] ({file}): must hold exactly one of"),
        ('exact = "a"', "[1].group ({file}): is missing"),
        ('exact = 7\ngroup = "g"', "[1].exact ({file}): must be a text in quotes"),
        ('exact = ""\ngroup = "g"', "[1].exact ({file}): must be a text in quotes"),
        ('exact = "a"\ngroup = "g"\nrole = "boss"', '[1].role ({file}): must be "reader" or "member" or "facilitator"'),
        ('exact = "a"\ngroup = "g"\non_leave = "stay"', '[1].on_leave ({file}): must be "remove" or "group"'),
        ('pattern = "a("\ngroup = "g"', "[1].pattern ({file}): is no regular expression: missing )"),
        ('pattern = "a(b)"\ngroup = "{2}"', "[1].group ({file}): names {2}, which this rule does not capture"),
        ('exact = "a"\ngroup = "{rest}"', "[1].group ({file}): names {rest}, which this rule does not capture"),
        ('prefix = "a"\ngroup = "{name}"', "[1].group ({file}): names {name}, which"),
        ('exact = "a"\ngroup = "Not a slug"', "[1].group ({file}): must be a group's address"),
        ('pattern = "(a+)+b"\ngroup = "g"', "[1].pattern ({file}): must not repeat what is repeated inside"),
        ('pattern = "(a|ab)*c"\ngroup = "g"', "[1].pattern ({file}): must not repeat a choice"),
        ('pattern = "(?:(?=x)(a?)){2,}"\ngroup = "g"', "[1].pattern ({file}): must not repeat what is repeated"),
        ('pattern = ".*.*.*.*"\ngroup = "g"', "[1].pattern ({file}): must hold at most 3 repeats"),
    ],
)
def test_a_mistyped_rule_is_a_mistake_at_start(table: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(rules(table), tmp_path)
    where = "auth.providers.academy.places"
    assert where + says.replace("{file}", str(tmp_path / "settings.toml")) in str(caught.value)


def test_every_mistake_in_the_rules_is_named_at_once(tmp_path: Path) -> None:
    toml = rules('exact = "a"\ngroup = "g"', 'prefix = "a"', 'pattern = "["\ngroup = "g"\nrole = "x"')
    with pytest.raises(SettingsError) as caught:
        read(toml, tmp_path)
    assert [line.partition(" ")[0].rpartition(".places")[2] for line in caught.value.mistakes] == [
        "[2].group",
        "[3].role",
        "[3].pattern",
    ]


@pytest.mark.parametrize("toml", [PROVIDER, rules('exact = "a"\ngroup = "g"').replace('groups_claim = "groups"\n', "")])
def test_a_claim_and_its_rules_need_each_other(toml: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="groups_claim and rules in places need each other"):
        read(toml, tmp_path)


def test_rules_do_not_come_from_the_environment() -> None:
    said = mistakes(FORUM_AUTH_PROVIDERS_ACADEMY_PLACES="a")
    assert "must be tables in the settings file" in said


def test_patterns_that_people_write_are_taken(tmp_path: Path) -> None:
    from config.places import place_rules

    for pattern in (r"course-(\d+)-(.+)", r"(?:a|b)-(.*)", r"(?i)grp_([a-z]+)(?:_\d{2,4})?", r"([^/]+)/([^/]+)"):
        assert place_rules([{"pattern": pattern, "group": "g"}])
