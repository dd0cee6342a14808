r"""Put weights into pretrained/: measure them on the validation pictures, and write their manifest row.

    python -m benchmarks.ship codec|denoiser|autoencoder WEIGHTS --name NAME --data TEXT --command TEXT --trained TEXT \
        --valid FOLDER

A codec is measured with real files, a denoiser by the published protocol, and only if it leaves no worse blotches on
smooth pictures than what ships (`benchmarks.blotches`). The new row comes first, so that it is what is used; of a codec
the set before it stays, since files name it, and what is older goes. An autoencoder is measured on the test digits of
MNIST, whose folder --valid then names.
"""

import argparse
import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch.utils.flop_counter import FlopCounterMode

from aecodec.codec.codec import Codec, Target
from aecodec.denoiser import Denoiser
from aecodec.evaluation import denoising
from aecodec.exploration import weights
from aecodec.family.variational import VariationalAutoencoder
from aecodec.models import manifest
from aecodec.models.manifest import ManifestRow
from aecodec.nets import compressor, restorer
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from aecodec.services.jobs import Job
from benchmarks import blotches, family

KEPT = {"codec": 2, "denoiser": 1, "autoencoder": 1}  # sets that ship
QUALITIES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
SIGMAS = (15.0, 25.0, 50.0)
CHANCE = 1.05  # the largest of so many blocks is one block's noise, which differs so much between equals


def validate_codec(codec: Codec, folder: Path) -> list[dict[str, float]]:
    """Mean bits a pixel of the files and mean PSNR of what is decoded from them, at each quality."""
    # pixels alone: colour profiles of a few kilobytes would drown small files
    pictures = [Picture(imagefile.read(path).pixels) for path in sorted(folder.glob("*.png"))]
    points = []
    for quality in QUALITIES:
        rates, decibels = [], []
        for picture in pictures:
            encoded = codec.encode(picture, Target("quality", quality))
            rates.append(8 * len(encoded.data) / (picture.width * picture.height))
            decibels.append(encoded.psnr_db)
        point = {"quality": quality, "bpp": sum(rates) / len(rates), "psnr_db": sum(decibels) / len(decibels)}
        points.append({name: round(value, 4) for name, value in point.items()})
        print(points[-1], flush=True)
    return points


def refuse_blotches(denoiser: Denoiser) -> dict[float, dict[str, float]]:
    """The largest shift of smooth blocks and the shifts' root mean square in levels of 255, by noise level.

    Ends the program where one is a blotch and larger than those of the weights that ship, if these were measured.
    """
    found = blotches.ship_shifts(denoiser)
    most = blotches.worst(found)[0]
    print(f"largest shift {most.largest:.2f} levels: {most.case} at {most.place}", flush=True)
    shipped = [point["shift"] for row in manifest.read() for point in row.validation if "shift" in point]
    if shipped and most.largest >= max(blotches.LIMIT, CHANCE * max(shipped)):
        raise SystemExit(f"not shipped: blotches of {most.largest:.1f} levels are worse than what ships")
    by_sigma: dict[float, dict[str, float]] = {}
    for sigma in {one.case.sigma for one in found}:
        here = [one for one in found if one.case.sigma == sigma]
        rms = (sum(one.rms**2 for one in here) / len(here)) ** 0.5
        by_sigma[sigma] = {"shift": round(max(one.largest for one in here), 4), "shift_rms": round(rms, 4)}
    return by_sigma


def validate_denoiser(denoiser: Denoiser, folder: Path) -> list[dict[str, float]]:
    """Mean PSNR at each noise level, blind and told the level, and the largest shift of smooth blocks."""
    shifts = refuse_blotches(denoiser)
    jobs = [Job(path, None) for path in sorted(folder.glob("*.png"))]
    methods = denoising.own_methods(denoiser, told=True)
    rows = denoising.measure(jobs, methods, SIGMAS, lambda name: imagefile.ignore)
    found = denoising.points(rows)
    pairs = zip(found[::2], found[1::2], strict=True)
    points = [
        {
            "sigma": (sigma := blind.sigma or 0.0),
            "psnr_db": round(blind.psnr_db, 4),
            "told_db": round(told.psnr_db, 4),
            **shifts[sigma],
        }
        for blind, told in pairs
    ]
    print(*points, sep="\n", flush=True)
    return points


def measured_autoencoder(path: Path, folder: Path) -> dict[str, Any]:
    """What a member's class is about, on test digits; cost of a pass of one sample through encoder and decoder."""
    member = weights.read(path, "variational", "cpu").member
    data = family.digits(folder)
    point = {"squared_error": round(family.squared_error(data.test, member.reconstruct(data.test)), 4)}
    if isinstance(member, VariationalAutoencoder):
        point["nll_nats"] = round(family.nll(member, data), 3)
    with FlopCounterMode(display=False) as counter:
        member.reconstruct(data.test[:1])
    return {
        "validation": [point],
        "kmac_per_pixel": {"reconstruct": round(counter.get_total_flops() / 2e3 / data.test[0].size, 2)},
        "million_parameters": round(sum(weight.numel() for weight in member.network_.parameters()) / 1e6, 3),
    }


def measured(kind: manifest.Kind, path: Path, valid: Path) -> dict[str, Any]:
    """The fields of a row that come from the weights themselves."""
    if kind == "denoiser":
        denoiser = Denoiser.load(path)
        return {"validation": validate_denoiser(denoiser, valid), **restorer.complexity(denoiser.weights.config)}
    if kind == "autoencoder":
        return measured_autoencoder(path, valid)
    codec = Codec.load(path)
    return {
        "validation": validate_codec(codec, valid),
        "network_id": codec.weights.network_id,
        "freezing_cost_percent": codec.weights.freezing_cost_percent,
        **compressor.complexity(codec.weights.config),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=tuple(KEPT))
    parser.add_argument("weights", type=Path)
    for name in ("name", "data", "command", "trained"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--valid", type=Path, required=True)
    given = parser.parse_args()
    digest = hashlib.sha256(given.weights.read_bytes()).hexdigest()
    row = ManifestRow(
        name=given.name,
        kind=given.kind,
        file=f"{given.name}-{digest[:8]}.safetensors",
        sha256=digest,
        licence="Apache-2.0",
        data=given.data,
        command=given.command,
        trained=given.trained,
        **measured(given.kind, given.weights, given.valid),
    )
    shutil.copyfile(given.weights, manifest.folder() / row.file)
    shipped = manifest.read()
    alike = [old for old in shipped if (old.kind, old.name) == (row.kind, row.name)]
    for old in (gone := alike[KEPT[row.kind] - 1 :]):
        (manifest.folder() / old.file).unlink()
    rows = [row, *(old for old in shipped if old not in gone)]
    (manifest.folder() / "manifest.json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
