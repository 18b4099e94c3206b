"""The process of `mockgate` and `python -m mockgate`: how it keeps its memory, then the command line."""

import gc


def main() -> None:
    """Run the command line.

    Nearly all that is imported is kept for good: collecting garbage among it would only make the start, and later
    chunks, late.
    """
    gc.disable()
    from .edge import cli  # noqa: PLC0415 - so that nothing is collected meanwhile

    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    gc.enable()
    cli.main(prog_name="mockgate")


if __name__ == "__main__":
    main()
