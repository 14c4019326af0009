"""What the tests of sweeps share."""

import pathlib

from concbench import HERE


def worker_source(mode):
    """The fake worker as a program that behaves in that way, under a name that does not tell."""
    source = pathlib.Path(HERE, "fake_worker.py").read_text(encoding="utf-8")
    return (source.replace('else "honest"', f'else "{mode}"')
            .replace('"model": MODE', '"model": "own"'))
