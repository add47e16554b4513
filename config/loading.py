"""Settings from defaults < TOML file < environment < secret files < command line, all mistakes named at once.

The file is the one given, else `FORUM_CONFIG`, else `./plenary.toml` where it exists. The environment says
`FORUM_SECTION_FIELD` (`FORUM_SITE_BASE_URL`), for a provider `FORUM_AUTH_PROVIDERS_NAME_FIELD`; an empty
value counts as not set. A secret may lie in a file named by the same variable with `_FILE` at the end.
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

from config.settings import MASK, AuthSettings, ProviderSettings, Secret, Settings
from config.values import REFINED, BadValueError, convert, is_secret

DEFAULT_FILE: Final = Path("plenary.toml")
_PREFIX: Final = "FORUM_"
_PROVIDERS: Final = "auth.providers"
_PROVIDERS_PREFIX: Final = "FORUM_AUTH_PROVIDERS_"
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
    """Type hint of each key, `section.field`; a provider's are `auth.providers.*.field`."""
    kinds: dict[str, Any] = {}
    for section, shape in _sections().items():
        for name, kind in get_type_hints(shape, include_extras=True).items():
            kinds[f"{section}.{name}"] = kind
    del kinds[_PROVIDERS]
    for name, kind in get_type_hints(ProviderSettings, include_extras=True).items():
        kinds[f"{_PROVIDERS}.*.{name}"] = kind
    del kinds[f"{_PROVIDERS}.*.name"]  # the table's own name says it
    return kinds


_KINDS: Final = _kinds()
_VARIABLES: Final = {
    _PREFIX + key.replace(".", "_").upper(): key for key in _KINDS if not key.startswith(_PROVIDERS)
}
_PROVIDER_FIELDS: Final = tuple(key.rpartition(".")[2] for key in _KINDS if key.startswith(_PROVIDERS))


def _pattern(key: str) -> str:
    """The key as `_KINDS` knows it: a provider's name becomes a star."""
    parts = key.split(".")
    if key.startswith(_PROVIDERS + ".") and len(parts) == 4:
        parts[2] = "*"
    return ".".join(parts)


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
                convert(get_type_hints(ProviderSettings, include_extras=True)["name"], key.split(".")[2])
            refine = REFINED.get(pattern)
            good = convert(kind, value, spelled=spelled)
            self.values[key] = refine(good) if refine else good
        except BadValueError as mistake:
            # The key takes its place all the same, so that it is not reported as missing too.
            self.values.setdefault(key, None)
            shown = "" if is_secret(kind) else f" = {_shown(value)}"
            self.mistakes.append(f"{key}{shown} ({source}): {mistake}")
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
    providers = overrides.pop("auth_providers", None)
    for name, value in overrides.items():
        if value is not None:
            gathered.take(_VARIABLES.get(_PREFIX + name.upper(), name), value, "command line")
    if needs_secret and "site.secret_key" not in gathered.values:
        gathered.mistakes.append(
            "site.secret_key: is missing; put at least 32 random characters in a file "
            "and name it in FORUM_SITE_SECRET_KEY_FILE"
        )
    return _build(gathered, providers)


def describe(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Each key with its value (secrets masked) and where it came from, in the order of the sections."""
    for section in _sections():
        part = getattr(settings, section)
        for item in fields(part):
            key = f"{section}.{item.name}"
            if key != _PROVIDERS:
                yield _line(settings, key, getattr(part, item.name))
                continue
            for provider in settings.auth.providers:
                for name in _PROVIDER_FIELDS:
                    yield _line(settings, f"{key}.{provider.name}.{name}", getattr(provider, name))


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
    if key == _PROVIDERS:
        return "; give each provider a table of its own, [auth.providers.NAME]"
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
    if variable.startswith(_PROVIDERS_PREFIX):
        for name in _PROVIDER_FIELDS:
            provider = variable.removeprefix(_PROVIDERS_PREFIX).removesuffix("_" + name.upper())
            if provider and variable == f"{_PROVIDERS_PREFIX}{provider}_{name.upper()}":
                return f"{_PROVIDERS}.{provider.lower().replace('_', '-')}.{name}"
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


def _build(gathered: _Gathered, providers: object) -> Settings:
    built: dict[str, Any] = {}
    for section, shape in _sections().items():
        names = {item.name for item in fields(shape)}
        given = {
            name: gathered.values[f"{section}.{name}"]
            for name in names
            if gathered.values.get(f"{section}.{name}") is not None
        }
        if shape is AuthSettings:
            given["providers"] = tuple(_providers(gathered)) if providers is None else providers
        built[section] = shape(**given)
    settings = Settings(**built, sources=MappingProxyType(gathered.sources))
    mistakes = gathered.mistakes + list(_contradictions(settings))
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def _providers(gathered: _Gathered) -> Iterator[ProviderSettings]:
    names = sorted({key.split(".")[2] for key in gathered.values if key.startswith(_PROVIDERS + ".")})
    required = {item.name for item in fields(ProviderSettings) if item.default is MISSING} - {"name"}
    for name in names:
        given = {part: gathered.values.get(f"{_PROVIDERS}.{name}.{part}") for part in _PROVIDER_FIELDS}
        for part in sorted(required):
            if f"{_PROVIDERS}.{name}.{part}" not in gathered.values:
                gathered.mistakes.append(f"{_PROVIDERS}.{name}.{part}: is missing")
        present: dict[str, Any] = {part: value for part, value in given.items() if value is not None}
        if required <= present.keys():
            yield ProviderSettings(name=name, **present)


def _contradictions(settings: Settings) -> Iterator[str]:
    """What is right by itself and wrong together."""
    database, auth, jobs = settings.database, settings.auth, settings.jobs
    if database.lock_timeout_ms >= database.statement_timeout_ms:
        yield "database.lock_timeout_ms: must be less than database.statement_timeout_ms"
    if database.statement_timeout_ms > database.worker_statement_timeout_ms:
        yield "database.worker_statement_timeout_ms: must be no less than database.statement_timeout_ms"
    if auth.session_idle_days > auth.session_absolute_days:
        yield "auth.session_idle_days: must be no more than auth.session_absolute_days"
    if jobs.concurrency < 2 * jobs.batch_size:
        yield "jobs.concurrency: must be at least twice jobs.batch_size"
