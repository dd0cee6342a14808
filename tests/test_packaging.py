"""What is published works alone: wheel and sdist are built and checked, and the wheel is installed where nothing is."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import aecodec

ROOT = Path(__file__).parent.parent
MAX_WHEEL_BYTES = 40_000_000
NOT_TESTED = {"runs", ".gitignore"}  # what is in the repository and in no sdist: logs of training runs


def run(*command: str | Path, folder: Path = ROOT, **variables: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with an sdist and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def sdist(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what that depends on is this environment's, without its own aecodec."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    packages = next(folder.glob("lib/python*/site-packages"))
    paths = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (packages / "dependencies.pth").write_text("\n".join(paths))  # `.pth` files in there are not read
    return folder


def test_an_index_would_take_both(built: Path) -> None:
    told = run(sys.executable, "-m", "twine", "check", "--strict", *sorted(built.iterdir()))
    assert told.count("PASSED") == 2


def test_the_wheel_is_small_and_whole(wheel: Path) -> None:
    assert wheel.stat().st_size < MAX_WHEEL_BYTES
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition(".data/data/")[2] or name for name in archive.namelist()}
    weights = {f"aecodec/pretrained/{path.name}" for path in (ROOT / "pretrained").glob("*.safetensors")}
    assert weights | {"aecodec/py.typed", "aecodec/pretrained/manifest.json"} <= names
    share = {"man/man1/aecodec.1", "mime/packages/aecodec.xml", "thumbnailers/aecodec.thumbnailer"}
    assert {f"share/{name}" for name in share} <= names
    assert not {name for name in names if name.startswith(("tests/", "docs/", "samples/"))}


def test_the_sdist_has_all_that_the_repository_has(sdist: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    tracked = run("git", "ls-files").splitlines()
    wanted = {name for name in tracked if name.split("/")[0] not in NOT_TESTED}
    assert {name for name in wanted if not (sdist / name).exists()} == set()


def test_tests_of_the_sdist_pass(sdist: Path) -> None:
    """Those that need files beside the package, on the code of the sdist."""
    tests = ["test_docs.py", "test_format.py", "test_architecture.py::test_there_is_no_cycle"]
    tests += [
        "test_golden.py::test_nothing_lies_there_that_no_row_names",
        "test_readme.py::test_what_it_links_to_exists",
    ]
    done = run(
        *(sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *(f"tests/{name}" for name in tests),
        folder=sdist,
        PYTHONPATH=str(sdist),
    )
    assert "passed" in done


def test_the_installed_wheel_encodes_and_decodes(installed: Path, tmp_path: Path) -> None:
    program = installed / "bin" / "aecodec"
    code = "import aecodec; print(aecodec.__file__, aecodec.__version__)"
    where = run(installed / "bin" / "python", "-c", code, folder=tmp_path)
    assert where.startswith(str(installed))
    assert where.split()[1] == aecodec.__version__
    picture = tmp_path / "dog.png"
    picture.write_bytes((ROOT / "samples" / "dog.png").read_bytes())
    run(program, "encode", "dog.png", folder=tmp_path)  # with the weights inside
    run(program, "thumbnail", "dog.aec", "small.png", "64", folder=tmp_path)
    assert (tmp_path / "small.png").read_bytes().startswith(b"\x89PNG")
    page = installed / "share" / "man" / "man1" / "aecodec-encode.1"
    assert page.is_file()
