"""Build the site of the documents: python -m tests.site OUT

Its pages are the documents as they lie in the repository, with the links that they have there; the README is the first.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("docs", "samples", "pretrained", "benchmarks", "desktop")
PAGES = {".md", ".png", ".jpg", ".json", ".html", ".py"}


def build(out: Path) -> str:
    """What the builder says; `out` must not exist. Raises CalledProcessError for anything that it warns of."""
    work = out.with_name(out.name + ".work")
    pages = work / "pages"
    for path in [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]:
        if path.is_file() and path.suffix in PAGES:
            target = pages / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "docs" / "zensical.toml", work / "zensical.toml")
    (work / "aecodec").symlink_to(ROOT / "aecodec")  # whose docstrings are a page
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", "zensical.toml"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    shutil.move(work / "site", out)
    shutil.rmtree(work)
    return done.stdout + done.stderr


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
