"""Examine the machine: Python, processor, memory, disk and proxies."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rag.doctor.finding import Finding, good, shown, size_of, trouble
from rag.models.endpoint_errors import shown_proxy
from rag.models.openvino_runtime import import_openvino

LEAST_MEMORY = 3_500_000_000
"""Bytes: a machine sold with 4 GB has a little less than that."""
LEAST_DISK = 2_000_000_000
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def python() -> Finding:
    """Return the version of Python and where it lies."""
    version, place = platform.python_version(), shown(Path(sys.executable))
    return good("python", f"{version} ({place})", facts={"version": version})


def system() -> Finding:
    """Return the operating system, the processor, and what the processor computes fast."""
    name = f"{platform.system()} {platform.release()}, {platform.machine()}"
    cores = os.cpu_count() or 1
    try:
        core = import_openvino().Core()
        processor = str(core.get_property("CPU", "FULL_DEVICE_NAME"))
        capabilities = sorted(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    except Exception as error:  # an extension module fails in many ways on a foreign processor
        return trouble(
            "system",
            f"{name}: OpenVINO doesn't run here ({type(error).__name__})",
            f"{name}：OpenVINO 无法在本机运行（{type(error).__name__}）",
            remedy=(
                "install the package openvino again; it needs a 64-bit x86 or Arm processor",
                "请重新安装 openvino；它需要 64 位 x86 或 Arm 处理器",
            ),
        )
    fast = ", ".join(capabilities)
    facts = {"processor": processor, "cores": cores, "capabilities": capabilities}
    line = f"{name}, {processor.strip()}"
    return good(
        "system", f"{line}, {cores} cores; {fast}", f"{line}，{cores} 核；{fast}", facts=facts
    )


def memory() -> Finding:
    """Return the memory of the machine or of its container."""
    found = total_memory()
    if found is None:
        return good("memory", "unknown", "未知")
    if found >= LEAST_MEMORY:
        return good("memory", size_of(found), facts={"bytes": found})
    return trouble(
        "memory",
        f"{size_of(found)}, which is little",
        f"{size_of(found)}，偏少",
        remedy=(
            "keep 4 GB for a few thousand articles, and close other programs",
            "几千篇文章请预留 4 GB 内存，并关闭其他程序",
        ),
        level="note",
        facts={"bytes": found},
    )


def total_memory() -> int | None:
    """Return the memory in bytes that this process may use, or None if the system doesn't tell."""
    found = _windows_memory() if sys.platform == "win32" else _posix_memory()
    for path in _CONTAINER_LIMITS:
        with suppress(OSError, ValueError):
            limit = int(Path(path).read_text(encoding="ascii"))
            found = min(found, limit) if found else limit
    return found


def _posix_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _windows_memory() -> int | None:
    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows interface: two numbers, then seven sizes in bytes."""

        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("sizes", ctypes.c_ulonglong * 7),
        ]

    status = Status(length=ctypes.sizeof(Status))
    windll = getattr(ctypes, "windll", None)
    if windll is None or not windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.sizes[0])


def disk(*folders: Path) -> Finding:
    """Return the free room on the disk of each folder. Folders may not exist yet."""
    free = {shown(folder): _free(folder) for folder in folders}
    least = min(free.values())
    en = ", ".join(f"{size_of(room)} free at {folder}" for folder, room in free.items())
    zh = "，".join(f"{folder} 剩余 {size_of(room)}" for folder, room in free.items())
    if least >= LEAST_DISK:
        return good("disk", en, zh, facts={"free": free})
    return trouble(
        "disk",
        en,
        zh,
        remedy=(
            f"make room: the models and a large index need {size_of(LEAST_DISK)}",
            f"请腾出空间：模型与较大的索引需要 {size_of(LEAST_DISK)}",
        ),
        facts={"free": free},
    )


def _free(folder: Path) -> int:
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free


def proxies(environment: Mapping[str, str]) -> Finding:
    """Return which proxies the environment names, without passwords."""
    named = {
        name: shown_proxy(value)
        for name, value in sorted(environment.items())
        if name.lower() in _PROXIES and value.strip()
    }
    if not named:
        return good("proxies", "none", "无")
    return good(
        "proxies", "; ".join(f"{name}={value}" for name, value in named.items()), facts=named
    )
