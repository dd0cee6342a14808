"""Compiles the entropy coder's loops to what ships, `aecodec/entropy/ir`: after every change of `entropy/loops.py`.

    python -m benchmarks.loops

numba compiles them for no processor in particular. What stays of its text in LLVM's language is integers of stated
widths and pointers: nothing that says for which machine it is, or that only some versions of LLVM can read.
"""

import os
import re

GENERIC = {"CPU_NAME": "generic", "CPU_FEATURES": "", "LOOP_VECTORIZE": "0", "SLP_VECTORIZE": "0"}
os.environ.update({f"NUMBA_{name}": value for name, value in GENERIC.items()})  # numba reads it when it is imported

import numba  # noqa: E402
from numba import types  # noqa: E402

from aecodec.entropy import loops, native  # noqa: E402

WORDS = "noalias|nonnull|noundef|readonly|writeonly|readnone|immarg|local_unnamed_addr|inbounds|nuw|nsw"
PARTICULAR = [  # what versions of LLVM say differently, none of which changes what is computed; comments, metadata
    rf"\b({WORDS}|samesign|disjoint|nneg|exact|tail|captures\(none\)|range\([^)]*\)) ",
    r" ?\b(local_unnamed_addr|immarg)\b",
    r"(?<=\)) #\d+",
    r",? ![\w.]+ !\d+",
    r" *;.*$",
]


def main() -> None:
    native.FOLDER.mkdir(exist_ok=True)
    for name in loops.SIGNATURES:
        native.path_of(name).write_text(f"{native.head()}\n{compiled(name)}", encoding="utf-8")


def compiled(name: str) -> str:
    """A loop as functions of LLVM: numba's own, which gives a status, and one of the loop's name, which calls it."""
    parameters = [_of_numba(kind) for kind in loops.SIGNATURES[name]]
    function = numba.cfunc(types.int64(*parameters), error_model="numpy")(getattr(loops, name))
    text = function.inspect_llvm().replace(function.native_name, name)
    text = text.replace(function.native_name.removeprefix("cfunc."), f"{name}.numba")
    for pattern in PARTICULAR:
        text = re.sub(pattern, "", text, flags=re.MULTILINE)
    defined = re.findall(r"^define .*?^}$", text, re.MULTILINE | re.DOTALL)
    called = set(re.findall(r"@(llvm\.[\w.]+)\(", "".join(defined)))
    declared = [re.findall(rf"^declare .*@{re.escape(name)}\(.*$", text, re.MULTILINE)[0] for name in sorted(called)]
    return "\n\n".join([*declared, *defined]) + "\n"


def _of_numba(kind: str) -> types.Type:
    value: types.Type = getattr(types, kind.rstrip("*"))
    return types.CPointer(value) if kind.endswith("*") else value


if __name__ == "__main__":
    main()
