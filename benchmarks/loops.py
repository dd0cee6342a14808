"""Compiles the loops to what ships, `aecodec/compiled/ir`: after every change of `compiled/loops.py`.

    python -m benchmarks.loops

numba compiles them for no processor in particular. What stays of its text in LLVM's language is integers of stated
widths and pointers: nothing that says for which machine it is, or that only some versions of LLVM can read. Beside that
it says that arrays do not overlap, so that a processor's vectors need no proof of it.
"""

import os
import re

GENERIC = {"CPU_NAME": "generic", "CPU_FEATURES": "", "LOOP_VECTORIZE": "0", "SLP_VECTORIZE": "0", "OPT": "1"}
os.environ.update({f"NUMBA_{name}": value for name, value in GENERIC.items()})  # numba reads it when it is imported

import numba  # noqa: E402
from numba import types  # noqa: E402

from aecodec.compiled import loops, native  # noqa: E402

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
    """A loop as a function of LLVM, of numba's kind: it is told where its result goes, and returns zero."""
    parameters = [_of_numba(kind) for kind in loops.SIGNATURES[name]]
    function = numba.cfunc(types.int64(*parameters), error_model="numpy")(getattr(loops, name))
    text = function.inspect_llvm().replace(function.native_name.removeprefix("cfunc."), name)
    for pattern in PARTICULAR:
        text = re.sub(pattern, "", text, flags=re.MULTILINE)
    (defined,) = re.findall(rf"^define [^\n]*@{name}\(.*?^}}$", text, re.MULTILINE | re.DOTALL)
    head, body = defined.split("\n", 1)
    defined = head.replace("ptr %arg", "ptr noalias %arg") + "\n" + body
    called = set(re.findall(r"@(llvm\.[\w.]+)\(", defined))
    declared = [re.findall(rf"^declare .*@{re.escape(name)}\(.*$", text, re.MULTILINE)[0] for name in sorted(called)]
    return "\n\n".join([*declared, defined]) + "\n"


def _of_numba(kind: str) -> types.Type:
    value: types.Type = getattr(types, kind.rstrip("*"))
    return types.CPointer(value) if kind.endswith("*") else value


if __name__ == "__main__":
    main()
