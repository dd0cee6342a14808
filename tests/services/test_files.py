"""One file in, one file out."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from aecodec.codec.header import Cleaning
from aecodec.codec.ratecontrol import Target
from aecodec.devices import Device
from aecodec.errors import BadInput, Corrupt, LimitExceeded
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from aecodec.pictures.wanted import Wanted
from aecodec.services import batch, files
from aecodec.services.crew import Crew
from aecodec.services.jobs import Job
from aecodec.services.rows import EncodedRow
from tests import drawn, fake_codec
from tests.tiny import sample
from tests.warned import drop, refuse

QUALITY_50 = files.EncodeOptions(Target("quality", 50))


def encoded(tmp_path: Path, name: str = "a.png", options: files.EncodeOptions = QUALITY_50) -> EncodedRow:
    source = tmp_path / name
    source.write_bytes(drawn.png_16())
    return files.encoder(fake_codec.Engine(), options, refuse)(Job(source, source.with_suffix(".aec")))


def test_a_row_tells_what_became_of_a_file(tmp_path):
    row = encoded(tmp_path)
    size = (tmp_path / "a.aec").stat().st_size
    assert (row.input, row.output) == (str(tmp_path / "a.png"), str(tmp_path / "a.aec"))
    assert (row.width, row.height, row.bytes, row.quality) == (31, 20, size, 50)
    assert row.bpp == 8 * size / (31 * 20)
    assert row.errors == ()


def test_decoding_gives_the_picture_back(tmp_path):
    encoded(tmp_path)
    job = Job(tmp_path / "a.aec", tmp_path / "b.tiff")
    row = files.decoder(fake_codec.Engine(), files.DecodeOptions(), refuse)(job)
    assert (row.output, row.width, row.height, row.quality) == (str(tmp_path / "b.tiff"), 31, 20, 50)
    assert row.bytes == (tmp_path / "a.aec").stat().st_size
    assert (tmp_path / "b.tiff").read_bytes().startswith(b"II*\0")


def test_a_checker_lists_damage_and_writes_nothing(tmp_path):
    encoded(tmp_path)
    with (tmp_path / "a.aec").open("ab") as stream:
        stream.write(fake_codec.HURT)
    row = files.checker(fake_codec.Engine())(Job(tmp_path / "a.aec", None))
    assert row.errors == ("tile 3 is lost", "tile 4 is lost")
    assert row.output is None


def test_errors_leave_as_they_are(tmp_path):
    work = files.encoder(fake_codec.Engine(), QUALITY_50, refuse)
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(BadInput):
        work(Job(tmp_path / "a.png", tmp_path / "a.aec"))
    with pytest.raises(BadInput, match="No such file or directory"):
        work(Job(tmp_path / "b.png", tmp_path / "b.aec"))


@pytest.mark.parametrize("part", ["pixels", "alpha", "metadata"])
def test_verification_notices_a_difference_in_each_part(tmp_path, monkeypatch, part):
    from dataclasses import replace
    from io import BytesIO

    from aecodec.pictures import imagefile
    from aecodec.pictures.metadata import Metadata

    picture = replace(drawn.picture(alpha=True), metadata=Metadata(xmp=drawn.XMP))
    stream = BytesIO()
    imagefile.write(picture, stream, "png")
    (tmp_path / "a.png").write_bytes(stream.getvalue())
    job = Job(tmp_path / "a.png", tmp_path / "a.aec")
    work = files.encoder(
        fake_codec.Engine(), files.EncodeOptions(Target("quality", 50), exact=True, verify=True), refuse
    )
    assert work(job).errors == ()
    (tmp_path / "a.aec").unlink()
    other = {"pixels": picture.pixels ^ 0x40, "alpha": None, "metadata": Metadata()}
    real = fake_codec.Codec.decode

    def altered(self, data, **options):
        decoded = real(self, data, **options)
        return replace(decoded, picture=replace(decoded.picture, **{part: other[part]}))

    monkeypatch.setattr(fake_codec.Codec, "decode", altered)
    with pytest.raises(Corrupt, match="--verify"):
        work(job)
    assert not (tmp_path / "a.aec").exists()


@pytest.mark.parametrize("strength", [1.0, 0.5, 0.0])
def test_denoising_comes_first_and_is_noted_in_the_file_and_in_the_row(tmp_path, strength):
    engine = fake_codec.Engine()
    source = tmp_path / "a.png"
    source.write_bytes(drawn.written(drawn.picture(alpha=True), "png"))
    options = files.EncodeOptions(Target("quality", 50), denoise=strength)
    row = files.encoder(engine, options, refuse)(Job(source, tmp_path / "a.aec"))
    assert (row.sigma, row.strength) == (fake_codec.SIGMA, strength)
    assert engine.log[0] == ("denoise", None, strength)
    assert engine.log[1][5] == Cleaning(fake_codec.SIGMA, strength)
    files.decoder(engine, files.DecodeOptions(), refuse)(Job(tmp_path / "a.aec", tmp_path / "b.png"))
    back, picture = imagefile.read(tmp_path / "b.png"), imagefile.read(source)
    assert (back.pixels == fake_codec.cleaned(picture.pixels, strength) // 4 * 4).all()
    assert (back.alpha == picture.alpha).all()


def test_without_denoising_no_denoiser_is_loaded_and_nothing_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(fake_codec.Engine, "load_denoiser", pytest.fail)
    engine = fake_codec.Engine()
    source = tmp_path / "a.png"
    source.write_bytes(drawn.png_16())
    row = files.encoder(engine, QUALITY_50, refuse)(Job(source, tmp_path / "a.aec"))
    assert (row.sigma, row.strength, engine.log[0][5]) == (None, None, None)


def test_verification_compares_with_the_denoised_picture(tmp_path):
    assert encoded(tmp_path, options=files.EncodeOptions(Target("quality", 50), verify=True, denoise=1.0)).sigma


def test_an_engine_loads_the_denoiser_on_its_device_with_weights_of_its_own(monkeypatch):
    log: list[tuple[object, ...]] = []
    monkeypatch.setitem(sys.modules, "aecodec.denoiser", fake_codec.denoiser_module(log))
    engine = files.Engine(Path("codec.safetensors"), "cpu", 2, 3)
    engine.load_denoiser()
    engine.load_denoiser(Path("d.safetensors"))
    assert log == [
        ("load denoiser", None, "cpu", 2, 3),
        ("load denoiser", Path("d.safetensors"), "cpu", 2, 3),
    ]


def test_on_a_cpu_as_many_pictures_as_threads_go_together_and_share_them(monkeypatch):
    engine = files.Engine(None, "cpu", 4)
    assert engine.at_once() == 4
    assert [engine.shared(pictures).threads for pictures in (1, 2, 3, 4)] == [4, 2, 1, 1]
    unnamed = files.Engine(device="cpu")
    assert unnamed.shared(1).threads is None, "one that is alone takes what there is"
    monkeypatch.setattr(files.devices, "cores", lambda: 4)
    assert unnamed.at_once() == 5, "one may wait for a disk"
    assert unnamed.shared(5).threads == 1


def test_on_cuda_others_wait_for_its_batches_unless_threads_are_named(monkeypatch):
    monkeypatch.setattr(files.devices, "choose", lambda name, threads: Device("cuda:0", threads or 6))
    assert files.Engine(device="cuda").at_once() == 6 + 8
    assert files.Engine(device="cuda", batch=3).at_once() == 6 + 3
    assert files.Engine(device="cuda", threads=2).at_once() == 2
    assert files.Engine(device="cuda").shared(14).threads == 1


@pytest.mark.usefixtures("as_photographs")
def test_several_at_once_give_the_same_bytes_as_one_after_the_other(tmp_path, tiny_weights):
    names = [f"{index}.png" for index in range(5)]
    for index, name in enumerate(names):
        pixels = sample()[40 * index : 40 * index + 72 + 24 * (index % 2), : 96 + 16 * (index % 3)]
        (tmp_path / name).write_bytes(drawn.written(Picture(pixels), "png"))

    def made(lanes: int) -> list[bytes]:
        engine, out = files.Engine(tiny_weights, "cpu", lanes), tmp_path / str(lanes)

        def run(of, options, jobs):
            crew = Crew(engine.at_once, lambda job: 1, refuse)
            work = batch.run(jobs, lambda: of(engine.shared(crew.lanes), options, drop), False, lambda: None, crew)
            assert [(row.input, row.errors) for row in work] == [(job.name, ()) for job in jobs]
            assert crew.lanes == lanes

        run(files.encoder, QUALITY_50, [Job(tmp_path / name, out / f"{name}.aec") for name in names])
        coded = [Job(out / f"{name}.aec", out / name) for name in names]
        run(files.decoder, files.DecodeOptions(), coded)
        return [path.read_bytes() for path in sorted(out.iterdir())]

    alone, together = made(1), made(3)
    assert len(alone) == 2 * len(names)
    assert alone == together


@pytest.mark.parametrize("check", [False, True])
def test_an_aec_file_is_left_to_the_codec_to_read(tmp_path, monkeypatch, check):
    """A crop of a large file needs a few of its tiles: nothing before the codec may read it whole."""
    encoded(tmp_path)
    size = (tmp_path / "a.aec").stat().st_size
    real = fake_codec.Codec.decode
    seen: list[object] = []

    def decode(self, source, **options):
        seen.append((isinstance(source, bytes), source.seekable(), source.tell()))
        return real(self, source, **options)

    monkeypatch.setattr(fake_codec.Codec, "decode", decode)
    engine = fake_codec.Engine()
    work = files.checker(engine) if check else files.decoder(engine, files.DecodeOptions(crop=(0, 0, 8, 8)), refuse)
    row = work(Job(tmp_path / "a.aec", None if check else tmp_path / "b.png"))
    assert seen == [(False, True, 0)]
    assert row.bytes == size


def test_a_pipe_is_read_whole(tmp_path):
    encoded(tmp_path)
    data = (tmp_path / "a.aec").read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    row = files.checker(fake_codec.Engine())(Job(tmp_path / "pipe", None))
    writer.join()
    assert (row.bytes, row.width, row.errors) == (len(data), 31, ())


def test_a_decoded_picture_is_bounded_before_it_is_decoded(tmp_path, monkeypatch):
    encoded(tmp_path)
    source = tmp_path / "a.aec"
    wanted = Wanted(max_pixels=600)
    engine = fake_codec.Engine()
    decode = files.decoder(engine, files.DecodeOptions(), refuse)
    for work in (decode, files.checker(engine)):
        with pytest.raises(LimitExceeded, match=r"has 620 pixels \(31 x 20\), more than the 600 allowed: --max-pixels"):
            work(Job(source, tmp_path / "b.png", wanted=wanted))
    assert [call for call in engine.log if call[0] == "decode"] == []
    assert not (tmp_path / "b.png").exists()
    assert decode(Job(source, tmp_path / "b.png", wanted=Wanted(max_pixels=620))).width == 31
    crop = files.decoder(engine, files.DecodeOptions(crop=(0, 0, 8, 8)), refuse)
    assert crop(Job(source, tmp_path / "c.png", wanted=wanted)).width == 8


def test_a_page_is_encoded(tmp_path):
    source = tmp_path / "a.gif"
    source.write_bytes(drawn.animation("GIF"))
    work = files.encoder(fake_codec.Engine(), QUALITY_50, refuse)
    decode = files.decoder(fake_codec.Engine(), files.DecodeOptions(), refuse)
    for page in (1, 3):
        work(Job(source, tmp_path / f"{page}.aec", wanted=Wanted(page)))
        decode(Job(tmp_path / f"{page}.aec", tmp_path / f"{page}.png"))
        frame = drawn.read_quietly(source.read_bytes(), Wanted(page))
        assert np.array_equal(imagefile.read(tmp_path / f"{page}.png").pixels, frame.pixels // 4 * 4)
    with pytest.raises(BadInput, match="no such page: the file has 3"):
        work(Job(source, tmp_path / "4.aec", wanted=Wanted(4)))
    assert not (tmp_path / "4.aec").exists()
