"""The commands of the reader: `python -m training build|train|evaluate|export`. See `--help`."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="make the training data")
    build.add_argument("data", type=Path, help="folder with reading.jsonl.gz and claims.jsonl.gz")
    build.add_argument("work", type=Path, help="folder to write to")
    build.add_argument(
        "--closed", action="store_true", help="also use sets without a stated licence"
    )
    train = commands.add_parser("train", help="train one stage, or continue an interrupted one")
    train.add_argument("work", type=Path, help="folder that build wrote")
    train.add_argument("run", type=Path, help="folder for this stage's state, log and weights")
    train.add_argument("--start", type=Path, help="weights of the stage before")
    train.add_argument("--steps", type=int, default=2000)
    train.add_argument("--rate", type=float, default=1.5e-4)
    train.add_argument("--seed", type=int, default=11)
    train.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    evaluate = commands.add_parser("evaluate", help="measure on held-out examples")
    evaluate.add_argument("work", type=Path, help="folder that build wrote")
    evaluate.add_argument("weights", type=Path, help="reader.safetensors of a stage")
    evaluate.add_argument("--most", type=int, default=600, help="examples of each kind")
    export = commands.add_parser("export", help="make the 8-bit model that the package ships")
    export.add_argument("weights", type=Path, help="reader.safetensors of a stage")
    export.add_argument("target", type=Path, help="folder to write to")
    export.add_argument("--data", type=Path, help="public sets to measure how much 8 bits differ")
    options = parser.parse_args()
    if options.command == "build":
        from training.build import build as run_build

        run_build(options.data, options.work, open_only=not options.closed)
    elif options.command == "train":
        from training.train import Plan
        from training.train import train as run_train

        plan = Plan(
            steps=options.steps, rate=options.rate, seed=options.seed, threads=options.threads
        )
        run_train(options.work, options.run, plan, options.start)
    elif options.command == "evaluate":
        from training.evaluate import evaluate_weights

        figures = evaluate_weights(options.work, options.weights, most=options.most)
        print(json.dumps(figures, indent=1))
    else:
        from training.export import export as run_export

        print(run_export(options.weights, options.target, options.data))


if __name__ == "__main__":
    main()
