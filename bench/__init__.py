"""Measurements, each a program of its own: ``python -m bench.NAME``."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from inspect import signature


def run(main: Callable[..., int | None], about: str | None) -> int:
    """Call a measurement with the numbers of the command line, in the order of its parameters.

    Args:
        main: what to measure; each parameter has a default.
        about: what ``--help`` says.
    """
    parser = ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)
    for name, parameter in signature(main).parameters.items():
        usual = parameter.default
        parser.add_argument(name, nargs="?", type=type(usual), default=usual, help=f"{usual} unless given")
    return main(**vars(parser.parse_args())) or 0
