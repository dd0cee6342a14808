"""`python -m aecodec` and the console script: runs the command line."""

from aecodec.cli.app import app


def main() -> None:
    app(prog_name="aecodec")


if __name__ == "__main__":
    main()
