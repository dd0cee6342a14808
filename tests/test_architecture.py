"""The layers of docs/design.md as a table, and what else keeps the code in shape, read from the sources."""

import ast
import os
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from PIL import Image

import aecodec
from tests.tiny import sample

PACKAGE = Path(aecodec.__file__).parent

# A module imports from rows below its own, or from its own row as long as there is no cycle. "x.*" is all of x.
LAYERS = {
    "interface": ["__init__", "__main__", "cli.*", "pillow_plugin"],
    "exploration": ["exploration.*"],
    "evaluation": ["evaluation.*"],
    "services": ["api", "services.*"],
    "family": ["family.*"],
    "domain": ["codec.*", "denoiser", "training.*"],
    "executors": ["executors.*"],
    "models": ["models.*"],
    "networks": ["nets.*"],
    "parts": ["entropy.*", "pictures.*"],
    "primitives": ["bits", "compiled.*", "devices", "metrics", "outputs", "tiling"],
    "ground": ["errors", "limits", "quality"],
}
ROWS = list(LAYERS)
APART = ["entropy", "pictures", "codec", "denoiser", "training", *LAYERS["primitives"], *LAYERS["ground"]]

# Where third-party packages may be imported, at the top or in functions; `if TYPE_CHECKING` does not count.
PLACES = {
    ("torch",): [
        "codec.refine",
        "devices",
        "executors.exporting",
        "executors.modules",
        "executors.with_torch",
        "family.*",
        "metrics",
        "nets.*",
        "training.*",
    ],
    ("torchvision",): ["exploration.datasets", "training.data"],
    ("onnxruntime",): ["executors.with_onnx"],
    ("onnx", "onnxscript"): ["executors.exporting"],
    ("safetensors",): ["family.storing", "models.weights"],
    ("PIL", "imagecodecs", "tifffile", "pillow_heif"): [
        "evaluation.baselines",
        "exploration.heat",
        "exploration.mosaics",
        "pictures.*",
        "pillow_plugin",
    ],
    ("skimage", "pytorch_msssim", "scipy", "jinja2", "matplotlib"): [
        "evaluation.*",
        "exploration.*",
        "family.density",
        "metrics",
        "training.tablefit",
    ],
    ("sklearn",): ["exploration.*", "family.*"],
    ("pyarrow", "tensorboardX"): ["exploration.features", "exploration.learning", "services.manifest"],
    ("fsspec", "upath"): ["services.places"],
    ("ray",): ["services.cluster"],
    ("typer", "click", "rich"): ["cli.*"],
    ("llvmlite",): ["compiled.native"],
    ("numba",): [],  # only `benchmarks.loops` has it compile anything
    ("threadpoolctl",): ["devices"],
}
HEAVY = (
    "torch",
    "onnxruntime",
    "torchvision",
    "numpy",
    "safetensors",
    "pydantic",
    "rich",
    "markdown_it",
    "pygments",
    "PIL",
    "imagecodecs",
    "tifffile",
    "llvmlite",
    "numba",
    "skimage",
    "scipy",
    "sklearn",
)

MAX_FILE_LINES = 300
MAX_MEDIAN_LINES = 120
MAX_ROOT_MODULES = 11
MAX_FUNCTION_LINES = 50
MAX_PARAMETERS = 7
NO_NAMES = {"utils", "util", "helpers", "common", "misc"}


@cache
def modules() -> dict[str, Path]:
    """Module names below the package and their files; of packages only the top one, the others are empty."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1] != "__init__" or len(parts) == 1:
            found[".".join(parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def matches(module: str, patterns: list[str]) -> bool:
    return any(module == p or (p.endswith(".*") and module.startswith(p[:-1])) for p in patterns)


def row(module: str) -> int:
    """Index of the row of a module, the top one first."""
    rows = [index for index, name in enumerate(ROWS) if matches(module, LAYERS[name])]
    assert len(rows) == 1, f"{module} is in {len(rows)} rows of LAYERS; it must be in one"
    return rows[0]


def row_of(name: str) -> int:
    """Index of the row of a package or module."""
    return next(index for index, key in enumerate(ROWS) if {name, f"{name}.*"} & set(LAYERS[key]))


def own_imports(module: str) -> set[str]:
    """Modules of this package that a module imports, anywhere in its text."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}, line {node.lineno}: imports are absolute here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {resolve(name) for name in names if name.split(".")[0] == "aecodec"}
    return found - {module}


def resolve(name: str) -> str:
    """The module that `aecodec.a.b` is, or is a name in."""
    parts = name.split(".")[1:]
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in modules():
            return ".".join(parts[:length])
    return "__init__"


def foreign_imports(module: str) -> set[str]:
    """Top names of third-party packages that are imported when the program runs."""
    found = set()
    waiting: list[ast.AST] = [tree(module)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("module", modules())
def test_every_module_has_one_row_and_imports_point_downwards(module):
    here = row(module)
    upwards = [name for name in own_imports(module) if row(name) < here]
    assert upwards == [], f"{module} ({ROWS[here]}) imports from rows above: {upwards}"


def test_neighbours_of_a_row_know_nothing_of_each_other():
    """Packages and modules that share a row without a reason to: each can be read, tested and replaced alone."""
    for module in modules():
        mine = [name for name in APART if module == name or module.startswith(f"{name}.")]
        for name in mine:
            others = [other for other in APART if other != name and row_of(other) == row(module)]
            known = [found for found in own_imports(module) if any(matches(found, [o, f"{o}.*"]) for o in others)]
            assert known == [], f"{module} imports its neighbours {known}"


def test_the_root_holds_few_modules_and_files_are_small():
    root = [name for name in modules() if "." not in name and not name.startswith("__")]
    assert len(root) <= MAX_ROOT_MODULES, root
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in modules().values())
    assert lengths[len(lengths) // 2] <= MAX_MEDIAN_LINES


def test_there_is_no_cycle():
    graph = {module: own_imports(module) for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle of imports: {' -> '.join(error.args[1])}")


def test_inner_packages_are_empty():
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent != PACKAGE:
            assert path.read_text(encoding="utf-8").strip() == "", f"{path}: put the code into a module"


@pytest.mark.parametrize("module", modules())
def test_third_party_packages_stay_in_their_places(module):
    imported = foreign_imports(module)
    for packages, places in PLACES.items():
        if not matches(module, places):
            assert imported.isdisjoint(packages), f"{module} imports {imported.intersection(packages)}"


@pytest.mark.parametrize("module", modules())
def test_budgets(module):
    """A file beyond its budget has a comment that starts with "# Long:"; a function has a comment above it."""
    text = modules()[module].read_text(encoding="utf-8")
    lines = text.splitlines()
    excused = any(line.startswith("# Long: ") for line in lines)
    assert len(lines) <= MAX_FILE_LINES or excused, f"{module} has {len(lines)} lines"
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        length = (node.end_lineno or first) - node.lineno + 1
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = sum(argument.arg not in ("self", "cls") for argument in arguments)
        if length > MAX_FUNCTION_LINES or count > MAX_PARAMETERS:
            reason = lines[first - 2].strip()
            where = f"{module}.{node.name}: {length} lines, {count} parameters"
            assert reason.startswith("# "), f"{where}, and no comment above it says why"


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_it_owns_and_has_a_name_of_its_own(module):
    assert ast.get_docstring(tree(module)), f"{module} has no docstring"
    assert module.split(".")[-1] not in NO_NAMES


@pytest.mark.parametrize("module", modules())
def test_all_lists_only_what_is_there(module):
    """Statically, for the names that a module says are its public ones; the top one has its own test."""
    text = tree(module)
    if module == "__init__":
        return
    defined = {
        alias.asname or alias.name
        for node in ast.walk(text)
        for alias in getattr(node, "names", ())
        if isinstance(alias, ast.alias)
    }
    defined |= {node.name for node in text.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = {ast.unparse(t): n for n in text.body if isinstance(n, ast.Assign) for t in n.targets}
    if "__all__" in targets:
        listed = ast.literal_eval(targets["__all__"].value)
        assert sorted(set(listed)) == sorted(listed)
        assert set(listed) <= defined | set(targets)


def test_the_public_api_is_what_all_says():
    for name in aecodec.__all__:
        assert getattr(aecodec, name) is not None
        assert name in dir(aecodec)
    assert set(aecodec._HOME) == set(aecodec.__all__) - {"__version__"}
    typed = {alias.name for node in ast.walk(tree("__init__")) for alias in getattr(node, "names", ())}
    assert set(aecodec._HOME) <= typed, "type checkers see the imports under TYPE_CHECKING only"
    with pytest.raises(AttributeError, match="no_such_name"):
        aecodec.no_such_name  # noqa: B018


def loaded_after(code: str) -> set[str]:
    """Which of the heavy packages a fresh interpreter has loaded after `code`."""
    shown = f"{code}\nimport sys\nprint(' '.join(n for n in {HEAVY!r} if n in sys.modules), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import aecodec") == set()


def test_help_loads_nothing_heavy():
    assert loaded_after(
        """
from aecodec.__main__ import main
from aecodec.cli.app import app
import sys
commands = [command.callback.__name__ for command in app.registered_commands]
assert len(commands) >= 4
for line in ("", *commands, "train", "train codec", "train variational", "anomaly", "anomaly fit", "anomaly score"):
    sys.argv = ["aecodec", *line.split(), "--help"]
    try:
        main()
    except SystemExit as ended:
        assert ended.code == 0, line
"""
    ) == {"rich"}


def test_a_run_that_is_refused_does_not_load_torch(tmp_path):
    code = f"""
from aecodec.__main__ import main
import sys
sys.stderr = open({str(tmp_path / "told")!r}, "w")
sys.argv = ["aecodec", "encode", {str(tmp_path / "missing.png")!r}]
try:
    main()
except SystemExit as ended:
    assert ended.code == 1
sys.stderr = sys.__stderr__
"""
    assert loaded_after(code).isdisjoint({"torch", "llvmlite", "numba", "skimage", "scipy"})


NETWORK = {"numpy", "safetensors", "onnxruntime"}


@pytest.mark.parametrize(
    ("command", "needs"),
    [
        ("encode", {*NETWORK, "llvmlite", "PIL", "imagecodecs"}),
        ("encode --lossless", {"numpy", "PIL", "imagecodecs"}),
        ("decode", {*NETWORK, "llvmlite", "PIL", "imagecodecs"}),
        ("decode --check", {*NETWORK, "llvmlite", "PIL", "imagecodecs"}),
        ("denoise", {*NETWORK, "PIL", "imagecodecs"}),
        ("info", set()),
    ],
)
def test_a_picture_on_the_cpu_loads_what_it_needs(command, needs, tmp_path):
    """With the weights that ship; who names others may have a network of a shape that no graph is known of."""
    Image.fromarray(sample()[:72, :96]).save(tmp_path / "picture.png")
    run(["encode", str(tmp_path / "picture.png"), "-o", str(tmp_path / "picture.aec"), "--device", "cpu"])
    name = "picture.aec" if command.startswith(("decode", "info")) else "picture.png"
    given = [*command.split(), str(tmp_path / name)]
    if "info" not in given and "--check" not in given:
        given += ["-o", str(tmp_path / ("out.aec" if "encode" in given else "out.png"))]
    if "info" not in given:
        given += ["--device", "cpu"]
    assert run(given) <= needs


def run(arguments: list[str]) -> set[str]:
    """What a command that ends well has loaded."""
    return loaded_after(
        f"""
from aecodec.__main__ import main
import sys
sys.argv = ["aecodec", *{arguments!r}]
sys.stdout = sys.stderr = open({os.devnull!r}, "w")
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
sys.stderr = sys.__stderr__
"""
    )
