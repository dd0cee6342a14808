"""Export the graphs of the tests' tiny networks to `tests/graphs/`: see `executors.exporting`.

python -m tests.make_graphs
"""

from pathlib import Path

from aecodec.executors.exporting import write
from tests.tiny import SHAPES

FOLDER = Path(__file__).parent / "graphs"

if __name__ == "__main__":
    for config in SHAPES:
        print(write(config, FOLDER))
