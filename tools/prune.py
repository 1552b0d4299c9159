"""Remove from an environment what this program never loads: 200 MB of the slim install.

    python tools/prune.py .venv-slim

These are tests of libraries, drivers of graphics cards and readers of other formats in OpenVINO,
names of other languages, and parts of Gradio for video, plots and servers that run on Node.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

NEVER_LOADED = (
    "openvino/include",
    "openvino/libs/*intel_gpu*",
    "openvino/libs/*intel_npu*",
    "openvino/libs/cache.json",
    "openvino/libs/*_onnx_frontend*",
    "openvino/libs/*_tensorflow*_frontend*",
    "openvino/libs/*_pytorch_frontend*",
    "openvino/libs/*_paddle_frontend*",
    "openvino/libs/*_gguf_frontend*",
    "openvino/libs/*_jax_frontend*",
    "babel/locale-data/[a-df-qs-y]*.dat",
    "gradio/templates/frontend/static/ffmpeg",
    "gradio/templates/frontend/static/bokeh",
    "gradio/templates/node",
    "gradio/media_assets",
    "pandas/tests",
    "numpy/*/tests",
    "numpy/tests",
    "hf_xet",
    "setuptools",
    "pkg_resources",
)


def main() -> int:
    """Run the command, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("environment", type=Path, help="folder of a virtual environment")
    environment: Path = parser.parse_args().environment
    folders = [*environment.glob("lib/python3*/site-packages"), environment / "Lib/site-packages"]
    found = [path for folder in folders for part in NEVER_LOADED for path in folder.glob(part)]
    freed = sum(size(path) for path in found)
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    sys.stdout.write(f"{freed / 1e6:.0f} MB that the program never loads were removed.\n")
    return 0


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    inner = path.rglob("*") if path.is_dir() else [path]
    return sum(one.stat().st_size for one in inner if one.is_file() and not one.is_symlink())


if __name__ == "__main__":
    sys.exit(main())
