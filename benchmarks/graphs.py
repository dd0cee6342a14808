"""Export the graphs that ONNX Runtime runs, of every shape that `aecodec train` makes by name.

    python -m benchmarks.graphs [SHAPE ...]

Writes `pretrained/graphs/`; a SHAPE is the name of a folder there, by default all, which takes ten minutes. It is to be
run whenever `nets/` computes another thing: `tests/executors/test_graphs.py` fails until then.
"""

import argparse

from aecodec.executors.exporting import shipped, write
from aecodec.executors.graphs import shape_name
from aecodec.models import manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE")
    given = parser.parse_args()
    for config in shipped():
        if not given.shapes or shape_name(config) in given.shapes:
            print(write(config, manifest.folder() / "graphs"), flush=True)


if __name__ == "__main__":
    main()
