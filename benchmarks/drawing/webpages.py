"""Web pages as HTML: tables, code, dashboards, icons, articles with photographs, a terminal, a chat, a shop."""

import base64
import io

import numpy as np
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from benchmarks.drawing.lettering import paragraph, sentence, words
from benchmarks.drawing.paint import Pixels, Rng, colour
from benchmarks.drawing.photographs import Photographs

LIGHT, DARK = ("#ffffff", "#1f2328", "#d0d7de", "#f6f8fa"), ("#0d1117", "#e6edf3", "#30363d", "#161b22")
SOURCE = """
class {0}:
    \"\"\"{5}\"\"\"

    def {1}(self, {2}: int = {6}, *, {3}: str | None = None) -> list[float]:
        # {5}
        {4} = [{2} * 0.5 + index for index in range({6}) if index % 3 != 1]
        if {3} is None or not {4}:
            raise ValueError(f"no {{{2}!r}} in {1}")
        for key, value in self._{4}.items():
            yield key.upper(), value @ self.{1}["{3}"]
        return sorted({4}, key=lambda item: -item)
"""


def styled(body: str, css: str = "", dark: bool = False, face: str = "Liberation Sans, sans-serif") -> str:
    ground, text, line, panel = DARK if dark else LIGHT
    return f"""<!doctype html><meta charset="utf-8"><style>
:root {{ --ground: {ground}; --text: {text}; --line: {line}; --panel: {panel}; --accent: #0969da }}
body {{ margin: 0; background: var(--ground); color: var(--text); font: 14px {face} }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ border: 1px solid var(--line); padding: 5px 10px }}
tr:nth-child(even) {{ background: var(--panel) }} main {{ padding: 24px }} a {{ color: var(--accent) }}
nav {{ background: var(--panel); border-bottom: 1px solid var(--line); padding: 12px 24px; font-weight: bold }}
{css}</style>{body}"""


def embedded(pixels: Pixels, quality: int = 85) -> str:
    """A JPEG as a data URI."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def rgb(rng: Rng, low: int = 0, high: int = 256) -> str:
    return "rgb({}, {}, {})".format(*colour(rng, low, high))


def table(rng: Rng, dark: bool = False) -> str:
    heads = "".join(f"<th>{words(rng, 1).title()}</th>" for _ in range(8))
    rows = "".join(
        f"<tr><td>{row}</td><td><a href=#>{words(rng, 2)}</a></td>"
        + "".join(f"<td align=right>{rng.random() * 10 ** rng.integers(1, 6):,.2f}</td>" for _ in range(6))
        + "</tr>"
        for row in range(1, 46)
    )
    return styled(
        f"<nav>{words(rng, 4)}</nav><main><h2>{words(rng, 3)}</h2><table><tr>{heads}</tr>{rows}</table></main>",
        dark=dark,
    )


def code(rng: Rng, dark: bool = False) -> str:
    text = "\n".join(
        SOURCE.format(*(words(rng, 1) + str(rng.integers(9)) for _ in range(5)), sentence(rng), rng.integers(2, 500))
        for _ in range(8)
    )
    made = HtmlFormatter(style="monokai" if dark else "default", linenos="inline")
    css = made.get_style_defs("pre") + "pre { font: 13px 'DejaVu Sans Mono', monospace; margin: 0; padding: 12px }"
    side = "".join(f"<div>{words(rng, 1)}_{words(rng, 1)}.py</div>" for _ in range(40))
    css += (
        " aside { float: left; width: 180px; height: 200vh; background: var(--panel); padding: 12px; line-height: 1.7 }"
    )
    return styled(f"<aside>{side}</aside>{highlight(text, PythonLexer(), made)}", css, dark)


def plot(rng: Rng, width: int, height: int) -> str:
    """An SVG: an area under a line, or bars."""
    values = np.abs(np.cumsum(rng.normal(size=30))) + 1
    values = values / values.max() * (height - 30)
    step = width / len(values)
    lines = "".join(f"<line x1=0 x2={width} y1={y} y2={y} stroke='var(--line)'/>" for y in range(20, height, 30))
    if rng.random() < 0.5:
        bars = "".join(
            f"<rect x={at * step + 1:.1f} y={height - value:.1f} width={step - 3:.1f} height={value:.1f} rx=2 />"
            for at, value in enumerate(values)
        )
        return f"<svg width={width} height={height}>{lines}<g fill='{rgb(rng, 50, 220)}'>{bars}</g></svg>"
    path = " ".join(f"{at * step:.1f},{height - value:.1f}" for at, value in enumerate(values))
    fill, name = rgb(rng, 50, 220), f"g{rng.integers(10**6)}"
    return f"""<svg width={width} height={height}><defs><linearGradient id={name} x2=0 y2=1>
<stop offset=0 stop-color="{fill}" stop-opacity=.6 /><stop offset=1 stop-color="{fill}" stop-opacity=0 />
</linearGradient></defs>{lines}<polygon points="0,{height} {path} {width},{height}" fill="url(#{name})" />
<polyline points="{path}" fill=none stroke="{fill}" stroke-width=2 /></svg>"""


def donut(rng: Rng) -> str:
    parts, start = "", 0.0
    for share in np.diff(np.sort([0, *rng.random(4), 1])):
        parts += f"<circle r=50 cx=70 cy=70 fill=none stroke-width=28 stroke='{rgb(rng, 40, 230)}' pathLength=1 "
        parts += f"stroke-dasharray='{share:.4f} 1' stroke-dashoffset={-start:.4f} />"
        start += share
    return f"<svg width=140 height=140>{parts}</svg>"


def dashboard(rng: Rng, dark: bool = False) -> str:
    css = """main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 18px }
section { background: var(--panel); border-radius: 12px; padding: 14px; box-shadow: 0 2px 8px #0003; overflow: hidden }
b { font-size: 30px; display: block } small { opacity: .6 }"""
    cards = "".join(
        f"<section><small>{words(rng, 2)}</small><b>{rng.integers(10, 99999):,}</b>"
        + (plot(rng, 260, 150) if at % 4 != 3 else donut(rng))
        + f"<small>{rng.normal() * 9:+.1f} %</small></section>"
        for at in range(12)
    )
    return styled(f"<nav>☰ {words(rng, 2)}</nav><main>{cards}</main>", css, dark)


def icons(rng: Rng, dark: bool = False) -> str:
    css = """main { display: grid; grid-template-columns: repeat(auto-fill, 84px); gap: 16px; text-align: center }
i { display: block; width: 56px; height: 56px; margin: auto; border-radius: 14px; font: bold 30px/56px DejaVu Sans;
color: white; text-shadow: 0 1px 2px #0008; box-shadow: 0 3px 6px #0005 }"""
    glyphs = "★♥✈☎✉♫⚙✎☀☂☕⚑✓✗➜♞♣⌂"
    items = "".join(
        f"<div><i style='background: linear-gradient({rgb(rng, 100)}, {rgb(rng, 0, 200)})'>"
        f"{glyphs[int(rng.integers(len(glyphs)))]}</i>{words(rng, 1)}</div>"
        for _ in range(96)
    )
    return styled(f"<main>{items}</main>", css, dark)


def article(rng: Rng, photos: Photographs, dark: bool = False) -> str:
    css = """article { max-width: 720px; margin: auto; font: 17px/1.55 'Liberation Serif', serif }
img { width: 100%; border-radius: 6px } h1 { font: bold 34px Liberation Sans } small { opacity: .6 }"""
    photo = embedded(photos.cut(rng, 720, 400))
    text = "".join(f"<p>{paragraph(rng, 5)}</p>" for _ in range(5))
    head = f"<h1>{words(rng, 6).capitalize()}</h1><small>{words(rng, 2).title()} · {rng.integers(2, 20)} min</small>"
    return styled(
        f"<nav>{words(rng, 2).title()}</nav><main><article>{head}<p>{text[:900]}<img src='{photo}'>{text}", css, dark
    )


def shop(rng: Rng, photos: Photographs, dark: bool = False) -> str:
    css = """main { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px }
img { width: 100%; display: block }
section { border: 1px solid var(--line); border-radius: 8px; overflow: hidden } p { margin: 10px }
button { background: #ffb800; border: 0; border-radius: 16px; padding: 7px 18px; margin: 0 10px 10px }"""
    items = "".join(
        f"<section><img src='{embedded(photos.cut(rng, 280, 200))}'><p>{words(rng, 5)}<p><b>€ {rng.random() * 99:.2f}"
        f"</b> {'★' * int(rng.integers(1, 6))}</p><button>{words(rng, 2)}</button></section>"
        for _ in range(8)
    )
    return styled(
        f"<nav>{words(rng, 1).title()} <input value='{words(rng, 3)}' size=60></nav><main>{items}</main>", css, dark
    )


def terminal(rng: Rng, dark: bool = True) -> str:
    css = """body { background: #101418; color: #cdd6df; font: 14px/1.35 'DejaVu Sans Mono' }
pre { margin: 8px; font: inherit }"""
    tints = ("#7ee787", "#ff7b72", "#79c0ff", "#d2a8ff", "#cdd6df")
    rows = "\n".join(
        f"<span style='color:{tints[int(rng.integers(5))]}'>{words(rng, 1)}@{words(rng, 1)}</span>:~$ {words(rng, 6)} "
        f"{rng.integers(10**6)} -{chr(int(rng.integers(97, 123)))}"
        for _ in range(60)
    )
    return styled(f"<pre>{rows}</pre>", css, dark)


def chat(rng: Rng, dark: bool = False) -> str:
    css = """div { max-width: 60%; padding: 9px 14px; margin: 7px 14px; border-radius: 18px; background: var(--panel);
clear: both; float: left } div.me { float: right; background: linear-gradient(#2b8cff, #0a6ae8); color: white }"""
    lines = "".join(f"<div class={'me' if rng.random() < 0.5 else 'you'}>{sentence(rng)}</div>" for _ in range(26))
    return styled(lines, css, dark)


def form(rng: Rng, dark: bool = False) -> str:
    rows = "".join(
        f"<p><label>{words(rng, 2)}<br><input value='{words(rng, 2)}' size=40></label> "
        f"<label><input type=checkbox {'checked' if rng.random() < 0.5 else ''}> {words(rng, 1)}</label> "
        f"<input type=range value={rng.integers(100)}> <progress value={rng.random():.2f}></progress> "
        f"<select><option>{words(rng, 1)}</select> <button>{words(rng, 1)}</button></p>"
        for _ in range(10)
    )
    return styled(f"<main><h1>{words(rng, 3)}</h1>{rows}</main>", dark=dark)
