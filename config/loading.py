"""Settings from defaults < TOML file < environment < secret files < command line, all mistakes named at once.

The file is the one given, else `FORUM_CONFIG`, else `./plenary.toml` where it exists. The environment says
`FORUM_SECTION_FIELD` (`FORUM_SITE_BASE_URL`), for a table that the operator names
`FORUM_AUTH_PROVIDERS_NAME_FIELD`; an empty value counts as not set. A secret may lie in a file named by the same
variable with `_FILE` at the end.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from config.places import BadRulesError
from config.settings import (
    MASK,
    AuthSettings,
    DConnectClientSettings,
    DConnectSettings,
    ProviderSettings,
    Secret,
    Settings,
)
from config.values import REFINED, BadValueError, convert, is_secret

DEFAULT_FILE: Final = Path("plenary.toml")
_PREFIX: Final = "FORUM_"
# Tables that the operator names, [auth.providers.NAME]: each makes one of these, with its name.
_Named = ProviderSettings | DConnectSettings | DConnectClientSettings
_NAMED: Final[Mapping[str, type[_Named]]] = {
    "auth.providers": ProviderSettings,
    "auth.dconnect": DConnectSettings,
    "auth.dconnect_clients": DConnectClientSettings,
}
_SECRET_FILE_BYTES: Final = 64_000


class SettingsError(ValueError):
    """Every mistake in the settings, one a line, each with where it stands and what would be right."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        count = "One setting is" if len(mistakes) == 1 else f"{len(mistakes)} settings are"
        super().__init__("\n".join([f"{count} wrong:", *(f"  - {mistake}" for mistake in mistakes)]))


def _sections() -> dict[str, type]:
    hints = get_type_hints(Settings)
    return {part.name: hints[part.name] for part in fields(Settings) if part.name != "sources"}


def _kinds() -> dict[str, Any]:
    """Type hint of each key, `section.field`; in a named table `auth.providers.*.field`."""
    kinds: dict[str, Any] = {}
    for section, shape in _sections().items():
        for name, kind in get_type_hints(shape, include_extras=True).items():
            kinds[f"{section}.{name}"] = kind
    for table, shape in _NAMED.items():
        del kinds[table]
        for name, kind in get_type_hints(shape, include_extras=True).items():
            kinds[f"{table}.*.{name}"] = kind
        del kinds[f"{table}.*.name"]  # the table's own name says it
    return kinds


def _variable(key: str) -> str:
    return _PREFIX + key.replace(".", "_").upper()


_KINDS: Final = _kinds()
_NAME: Final = get_type_hints(ProviderSettings, include_extras=True)["name"]
_VARIABLES: Final = {_variable(key): key for key in _KINDS if "*" not in key}


def _table(key: str) -> str | None:
    """The named table that the key is a field of."""
    table = ".".join(key.split(".")[:2])
    return table if table in _NAMED and key.count(".") == 3 else None


def _pattern(key: str) -> str:
    """The key as `_KINDS` knows it: the name of a table becomes a star."""
    table = _table(key)
    return f"{table}.*.{key.rpartition('.')[2]}" if table else key


def _fields_of(table: str) -> tuple[str, ...]:
    return tuple(item.name for item in fields(_NAMED[table]) if item.name != "name")


def _kind(key: str) -> Any:
    return _KINDS[_pattern(key)]


@dataclass(slots=True)
class _Gathered:
    """What the layers said so far: the last good value of each key, where it came from, and every mistake."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def take(self, key: str, value: object, source: str, *, spelled: bool = False) -> None:
        pattern = _pattern(key)
        if pattern not in _KINDS:
            self.mistakes.append(f"{key} ({source}): there is no such setting{_nearest(pattern, key)}")
            return
        kind = _KINDS[pattern]
        try:
            if pattern != key:
                convert(_NAME, key.split(".")[2])
            refine = REFINED.get(pattern)
            good = convert(kind, value, spelled=spelled)
            self.values[key] = refine(good) if refine else good
        except BadValueError as mistake:
            # The key takes its place all the same, so that it is not reported as missing too.
            self.values.setdefault(key, None)
            shown = "" if is_secret(kind) else f" = {_shown(value)}"
            self.mistakes.append(f"{key}{shown} ({source}): {mistake}")
        except BadRulesError as wrong:
            self.values.setdefault(key, None)
            self.mistakes += [f"{key}{where} ({source}): {words}" for where, words in wrong.mistakes]
        self.sources[key] = source


def load(
    *,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
    needs_secret: bool = True,
    **overrides: object,
) -> Settings:
    """The settings in force; `overrides` are `section_field=value`, None meaning not given.

    With `needs_secret=False` a missing `site.secret_key` is let pass (commands that sign nothing); it is then
    empty and `reveal()` on it raises. Raises `SettingsError` with every mistake found.
    """
    environ = os.environ if environ is None else environ
    gathered = _Gathered()
    _take_file(gathered, _find_file(gathered, environ, file))
    _take_environment(gathered, environ)
    named = {table: overrides.pop(table.replace(".", "_"), None) for table in _NAMED}
    for name, value in overrides.items():
        if value is not None:
            gathered.take(_VARIABLES.get(_PREFIX + name.upper(), name), value, "command line")
    if needs_secret and "site.secret_key" not in gathered.values:
        gathered.mistakes.append(
            "site.secret_key: is missing; put at least 32 random characters in a file "
            "and name it in FORUM_SITE_SECRET_KEY_FILE"
        )
    return _build(gathered, named)


def describe(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Each key with its value (secrets masked) and where it came from, in the order of the sections."""
    for section in _sections():
        part = getattr(settings, section)
        for item in fields(part):
            key = f"{section}.{item.name}"
            value = getattr(part, item.name)
            if key not in _NAMED:
                yield _line(settings, key, value)
                continue
            for one in value:
                for name in _fields_of(key):
                    yield _line(settings, f"{key}.{one.name}.{name}", getattr(one, name))


def _line(settings: Settings, key: str, value: object) -> tuple[str, str, str]:
    shown = "not set" if value is None or value == Secret("") else _shown(value)
    return key, shown, settings.sources.get(key, "default")


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value[:80]}"'.encode("unicode_escape").decode()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(part) for part in value) + "]"
    return str(value)[:80]


def _nearest(pattern: str, key: str) -> str:
    if key in _NAMED:
        return f"; give each one a table of its own, [{key}.NAME]"
    near = difflib.get_close_matches(pattern, _KINDS, n=1, cutoff=0.75)
    if not near:
        return ""
    name = key.split(".")[2] if pattern != key else "NAME"
    return f"; did you mean {near[0].replace('*', name)}?"


def _find_file(gathered: _Gathered, environ: Mapping[str, str], file: Path | None) -> Path | None:
    named = environ.get("FORUM_CONFIG")
    wanted = file or (Path(named) if named else None)
    if wanted is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    if not wanted.is_file():
        where = "the file given" if file else "FORUM_CONFIG"
        gathered.mistakes.append(f"{wanted} ({where}): there is no such file")
        return None
    return wanted


def _take_file(gathered: _Gathered, file: Path | None) -> None:
    if file is None:
        return
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        gathered.mistakes.append(f"{file}: cannot be read as TOML: {error}")
        return
    for key, value in _leaves(content):
        gathered.take(key, value, str(file))


def _leaves(table: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict) and _pattern(key) not in _KINDS:
            yield from _leaves(value, key)
        else:
            yield key, value


def _take_environment(gathered: _Gathered, environ: Mapping[str, str]) -> None:
    if plain := environ.get("DATABASE_URL"):
        gathered.take("database.url", plain, "DATABASE_URL", spelled=True)
    files: list[tuple[str, str]] = []
    for variable in sorted(name for name in environ if name.startswith(_PREFIX) and name != "FORUM_CONFIG"):
        if not environ[variable]:
            continue
        if (key := _key(variable)) is not None:
            gathered.take(key, environ[variable], variable, spelled=True)
        elif (key := _key(variable.removesuffix("_FILE"))) is not None and is_secret(_kind(key)):
            files.append((key, variable))
        else:
            near = difflib.get_close_matches(variable, _VARIABLES, n=1, cutoff=0.75)
            hint = f"; did you mean {near[0]}?" if near else ""
            gathered.mistakes.append(f"{variable} (environment): there is no such setting{hint}")
    for key, variable in files:
        _take_secret_file(gathered, key, variable, Path(environ[variable]))


def _key(variable: str) -> str | None:
    # The longer table first: what begins with AUTH_DCONNECT_CLIENTS_ begins with AUTH_DCONNECT_ too.
    for table in sorted(_NAMED, key=len, reverse=True):
        start = _variable(table) + "_"
        for name in _fields_of(table) if variable.startswith(start) else ():
            of = variable.removeprefix(start).removesuffix("_" + name.upper())
            if of and variable == f"{start}{of}_{name.upper()}":
                return f"{table}.{of.lower().replace('_', '-')}.{name}"
    return _VARIABLES.get(variable)


def _take_secret_file(gathered: _Gathered, key: str, variable: str, file: Path) -> None:
    try:
        with file.open("rb") as content:
            value = content.read(_SECRET_FILE_BYTES).decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        gathered.values.setdefault(key, None)
        gathered.mistakes.append(f"{key} ({variable}): cannot read {file}: {reason}")
        return
    gathered.take(key, value, f"{variable} = {file}", spelled=True)


def _build(gathered: _Gathered, named: Mapping[str, object]) -> Settings:
    built: dict[str, Any] = {}
    for section, shape in _sections().items():
        names = {item.name for item in fields(shape)}
        given = {
            name: gathered.values[f"{section}.{name}"]
            for name in names
            if gathered.values.get(f"{section}.{name}") is not None
        }
        if shape is AuthSettings:
            for table, chosen in named.items():
                made = tuple(_tables(gathered, table)) if chosen is None else chosen
                given[table.rpartition(".")[2]] = made
        built[section] = shape(**given)
    settings = Settings(**built, sources=MappingProxyType(gathered.sources))
    mistakes = gathered.mistakes + list(_contradictions(settings))
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def _tables(gathered: _Gathered, table: str) -> Iterator[_Named]:
    shape = _NAMED[table]
    names = sorted({key.split(".")[2] for key in gathered.values if key.startswith(table + ".")})
    required = {item.name for item in fields(shape) if item.default is MISSING} - {"name"}
    for name in names:
        given = {part: gathered.values.get(f"{table}.{name}.{part}") for part in _fields_of(table)}
        for part in sorted(required):
            if f"{table}.{name}.{part}" not in gathered.values:
                gathered.mistakes.append(f"{table}.{name}.{part}: is missing")
        present: dict[str, Any] = {part: value for part, value in given.items() if value is not None}
        if required <= present.keys():
            yield shape(name=name, **present)


def _contradictions(settings: Settings) -> Iterator[str]:
    """What is right by itself and wrong together."""
    database, auth, jobs = settings.database, settings.auth, settings.jobs
    if database.lock_timeout_ms >= database.statement_timeout_ms:
        yield "database.lock_timeout_ms: must be less than database.statement_timeout_ms"
    if database.statement_timeout_ms > database.worker_statement_timeout_ms:
        yield "database.worker_statement_timeout_ms: must be no less than database.statement_timeout_ms"
    for name in ("url", "key") if settings.search.engine == "meilisearch" else ():
        if getattr(settings.search, name) is None and f"search.{name}" not in settings.sources:
            yield f'search.{name}: is missing; search.engine = "meilisearch" needs it'
    for provider in auth.providers:
        said = {f"auth.providers.{provider.name}.{part}" in settings.sources for part in ("groups_claim", "places")}
        if len(said) == 2:
            yield f"auth.providers.{provider.name}: groups_claim and rules in places need each other"
    if auth.session_idle_days > auth.session_absolute_days:
        yield "auth.session_idle_days: must be no more than auth.session_absolute_days"
    if jobs.concurrency < 2 * jobs.batch_size:
        yield "jobs.concurrency: must be at least twice jobs.batch_size"
