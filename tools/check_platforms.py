"""Ask pip whether every package of the slim install has a wheel for each platform.

    python tools/check_platforms.py

Nothing is installed or run: pip resolves `requirements-slim.lock` as if it were there.
A platform is given with every tag that its wheels may have.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PYTHONS = ("3.11", "3.13")
_VERSIONS = ("10_9", "10_12", "10_13", "11_0", "12_0", "13_0", "14_0")
_MACS = [f"macosx_{version}" for version in _VERSIONS]
_GLIBCS = ["2014", *(f"_2_{minor}" for minor in (17, 24, 26, 27, 28, 31, 34, 35))]
PLATFORMS = {
    "Linux on x86-64": [f"manylinux{version}_x86_64" for version in _GLIBCS],
    "Linux on Arm (glibc 2.35)": [f"manylinux{version}_aarch64" for version in _GLIBCS],
    "macOS 14 on Arm": [f"{mac}_{kind}" for mac in _MACS for kind in ("arm64", "universal2")],
    "Windows on x86-64": ["win_amd64"],
}
_LOCK = Path(__file__).resolve().parent.parent / "requirements-slim.lock"


def main() -> int:
    """Print a line for each platform and Python, and return 1 if a package has no wheel."""
    failed = False
    for platform, tags in PLATFORMS.items():
        for python in PYTHONS:
            missing = _missing(tags, python)
            failed |= missing is not None
            sys.stdout.write(f"{platform}, Python {python}: {missing or 'every package'}\n")
            sys.stdout.flush()
    return int(failed)


def _missing(tags: list[str], python: str) -> str | None:
    """Return what pip says is missing, or None."""
    with tempfile.TemporaryDirectory() as target:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"]
        command += ["--target", target, "--only-binary", ":all:", "--implementation", "cp"]
        command += ["--python-version", python, "--require-hashes", "-r", str(_LOCK)]
        command += [option for tag in tags for option in ("--platform", tag)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: No matching")]
    return None if done.returncode == 0 else " ".join(errors) or done.stderr[-500:]


if __name__ == "__main__":
    sys.exit(main())
