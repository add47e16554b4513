"""Make ``.venv`` from the lock file: with uv where it is, else with uv fetched from PyPI into ``.venv`` itself.

Needs Python 3.11+ and nothing else: where the machine's Python lacks ensurepip (Debian without python3-venv), the
environment is made without pip and uv's wheel is unpacked into it.
"""
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
INDEX = "https://pypi.org/pypi/uv/json"
SECONDS = 120


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Plenary needs Python 3.11 or newer; this is {platform.python_version()}.")
    uv = shutil.which("uv") or own_uv()
    environment = {
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(VENV / "bin" / "python") if (VENV / "bin" / "python").exists() else sys.executable,
    }
    environment.pop("VIRTUAL_ENV", None)
    command = [uv, "sync", "--locked", "--quiet", "--inexact"]
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


def own_uv() -> str:
    """uv inside ``.venv``: by pip where Python has it, else its wheel straight from PyPI."""
    found = VENV / "bin" / "uv"
    if found.exists():
        return str(found)
    try:
        import ensurepip  # noqa: F401

        venv.create(VENV, symlinks=True, with_pip=True)
        subprocess.run([VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    except (ImportError, subprocess.CalledProcessError):
        venv.create(VENV, symlinks=True, with_pip=False)
        unpack_wheel(VENV / "bin")
    return str(found)


def unpack_wheel(into: Path) -> None:
    with urllib.request.urlopen(INDEX, timeout=SECONDS) as answer:
        files = json.load(answer)["urls"]
    kind = "musllinux" if Path("/lib/ld-musl-x86_64.so.1").exists() else "manylinux"
    wheel = next(
        (
            file
            for file in files
            if file["packagetype"] == "bdist_wheel"
            and platform.machine() in file["filename"]
            and (kind if sys.platform == "linux" else "macosx") in file["filename"]
        ),
        None,
    )
    if wheel is None:
        sys.exit(f"PyPI has no uv for {sys.platform} on {platform.machine()}; please install uv and try again.")
    with urllib.request.urlopen(wheel["url"], timeout=SECONDS) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        sys.exit("The copy of uv that came from PyPI is not the one it announced; please try again.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith("/scripts/uv"):
                (into / "uv").write_bytes(archive.read(name))
                (into / "uv").chmod(0o755)


if __name__ == "__main__":
    main()
