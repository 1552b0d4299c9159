"""Examine which packages are installed, and what an extra would add."""

from __future__ import annotations

import importlib.metadata

from packaging.requirements import Requirement

from rag.doctor.finding import Finding, good, trouble

DISTRIBUTION = "cited-rag"
_NOT_IN_SLIM = frozenset({"nncf", "sentence-transformers", "torch"})


def packages() -> Finding:
    """Return if every package that the program needs is there, in a version that it works with."""
    try:
        own = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return trouble(
            "packages",
            "the program runs from its source and is not installed",
            "程序直接从源码运行，未安装",
            remedy=(
                "run `pip install -e .` in its folder",
                "请在其文件夹中运行 `pip install -e .`",
            ),
            level="note",
        )
    needed = [Requirement(line) for line in own.requires or ()]
    always = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    lacking = [one for one in always if not _fits(one)]
    unfit = [f"{one.name}{one.specifier}" for one in lacking]
    name = f"{DISTRIBUTION} {own.version}"
    if not unfit:
        return good(
            "packages",
            f"{name} and the {len(always)} packages that it needs",
            f"{name} 及所需的 {len(always)} 个软件包",
            facts={"version": own.version},
        )
    wanted = " ".join(f"'{one}'" for one in unfit)
    facts = {"version": own.version, "missing": unfit}
    if {one.name for one in lacking} <= _NOT_IN_SLIM:
        return trouble(
            "packages",
            f"{name}, the slim install: the bundled models need no more",
            f"{name}，精简安装：自带的模型无需更多软件包",
            remedy=(
                f"for another embedding model, run `pip install {wanted}`",
                f"如需使用其他嵌入模型，请运行 `pip install {wanted}`",
            ),
            level="note",
            facts=facts,
        )
    return trouble(
        "packages",
        f"{name} lacks {', '.join(unfit)}",
        f"{name} 缺少 {'、'.join(unfit)}",
        remedy=(f"run `pip install {wanted}`", f"请运行 `pip install {wanted}`"),
        facts=facts,
    )


def extras() -> Finding:
    """Return which extras are there, and which others can be added."""
    try:
        own = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return good("extras", "unknown", "未知")
    there: list[str] = []
    absent: list[str] = []
    for extra in own.metadata.get_all("Provides-Extra") or ():
        parts = [one for one in _of_extra(own, extra) if one.name != DISTRIBUTION]
        if parts:
            (there if all(map(_fits, parts)) else absent).append(extra)
    installed, missing = ", ".join(there) or "–", ", ".join(absent)
    facts = {"installed": there, "missing": absent}
    if not absent:
        return good("extras", installed, facts=facts)
    command = f"`pip install 'cited-rag[{','.join(absent)}]'`"
    return trouble(
        "extras",
        f"there: {installed}; not installed: {missing}",
        f"已安装：{installed}；未安装：{missing}",
        remedy=(f"if you want one of them: {command}", f"需要时：{command}"),
        level="note",
        facts=facts,
    )


def _of_extra(own: importlib.metadata.Distribution, extra: str) -> list[Requirement]:
    requirements = map(Requirement, own.requires or ())
    return [
        one
        for one in requirements
        if one.marker is not None
        and one.marker.evaluate({"extra": extra})
        and not one.marker.evaluate({"extra": ""})
    ]


def _fits(requirement: Requirement) -> bool:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)
