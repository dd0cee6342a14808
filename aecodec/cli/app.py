"""The command line, assembled from one file a command."""

from aecodec.cli import anomaly, train
from aecodec.cli.decode import decode
from aecodec.cli.denoise import denoise
from aecodec.cli.encode import encode
from aecodec.cli.evaluate import evaluate
from aecodec.cli.explore import explore
from aecodec.cli.info import info
from aecodec.cli.models import models
from aecodec.cli.parsing import Command
from aecodec.cli.root import program
from aecodec.cli.sample import sample
from aecodec.cli.thumbnail import thumbnail
from aecodec.cli.transform import transform

app = program()
for command in (encode, decode, denoise, info, thumbnail, evaluate, models, explore, sample, transform):
    app.command(cls=Command)(command)
app.add_typer(train.app, name="train")
app.add_typer(anomaly.app, name="anomaly")
