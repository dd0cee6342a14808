"""What of the set of `benchmarks.synthetic` photographs are in, and all screenshots: tones, captions, mixed pages."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.drawing import layouts, patterns, secondhand, webpages
from benchmarks.drawing import lettering as text
from benchmarks.drawing import photographs as photo
from benchmarks.drawing.browser import Page
from benchmarks.drawing.paint import BLACK, WHITE, Rng, enlarged, ink, pasted, to_bytes
from benchmarks.drawing.photographs import Photographs
from benchmarks.synthetic_set import Drawing


def tones(photos: Photographs) -> dict[str, Drawing]:
    def of(width: int, height: int, change: Callable[[np.ndarray], np.ndarray]) -> Drawing:
        return lambda rng: change(photos.cut(rng, width, height))

    made: dict[str, Drawing] = {
        f"gif-{count}{'-dithered' if dither else ''}": of(
            480, 360, partial(photo.few_colours, colours=count, dither=dither)
        )
        for count in (4, 16, 64, 256)
        for dither in (False, True)
    }
    return {
        **made,
        "gif-websafe": of(400, 300, photo.web_safe),
        "dither-floyd": of(512, 384, photo.floyd_steinberg),
        "dither-floyd-rgb": of(400, 300, lambda cut: patterns.grey_to_rgb(photo.floyd_steinberg(cut))),
        "dither-floyd-x2": of(256, 192, lambda cut: enlarged(photo.floyd_steinberg(cut), 2)),
        "dither-ordered": of(512, 384, photo.ordered),
        "dither-ordered-x3": of(200, 150, lambda cut: enlarged(photo.ordered(cut), 3)),
        "halftone-newspaper": of(500, 400, lambda cut: to_bytes(photo.screen(photo.luma(cut) / 255, 5, 0.78))),
        "halftone-newspaper-smooth": of(
            500, 400, lambda cut: to_bytes(photo.screen(photo.luma(cut) / 255, 6, 0.78, 0.2))
        ),
        "halftone-colour": of(500, 400, lambda cut: photo.printed(cut, 6.0, 0.0)),
        "halftone-colour-smooth": of(500, 400, lambda cut: photo.printed(cut, 7.3, 0.25)),
        "photo-plain": of(512, 384, lambda cut: cut),
        "photo-grey": of(512, 384, photo.luma),
        "photo-grey-rgb": of(400, 300, lambda cut: patterns.grey_to_rgb(photo.luma(cut))),
        "photo-x4": of(128, 96, lambda cut: enlarged(cut, 4)),
        "photo-16bit": lambda rng: photo.sixteen_bits(rng, photos.cut(rng, 320, 240)),
        "photo-thumbnail": of(64, 48, lambda cut: cut),
        "photo-posterised": of(400, 300, lambda cut: patterns.banded(cut / 255, 6)),
        "photo-threshold": of(400, 300, lambda cut: np.where(photo.luma(cut) > 110, 255, 0).astype(np.uint8)),
        "photo-cutout": lambda rng: layouts.cut_out(rng, photos.cut(rng, 400, 400)),
        "subtitle-film": lambda rng: photo.captioned(rng, photos.cut(rng, 854, 480), "sans-bold", 28),
        "subtitle-letterbox": lambda rng: photo.captioned(
            rng, layouts.framed(rng, photos, 854, 480, BLACK, 60), "liberation-sans", 24
        ),
        "subtitle-meme": lambda rng: photo.captioned(rng, photos.cut(rng, 500, 500), "sans-bold", 40),
        "photo-pixelated": lambda rng: secondhand.blocks(photos.cut(rng, 480, 360), 12, (120, 60, 360, 300)),
        "photo-jpeg": of(480, 360, lambda cut: secondhand.after_jpeg(cut, 50)),
        "photo-x1.7": of(240, 180, lambda cut: secondhand.scaled(cut, 1.7)),
        "gif-16-enlarged": of(240, 180, lambda cut: secondhand.scaled(photo.few_colours(cut, 16, True), 2.0)),
        "watermark-photo": lambda rng: layouts.watermarked(rng, photos.cut(rng, 640, 480)),
    }


def mixed(photos: Photographs) -> dict[str, Drawing]:
    return {
        "mixed-magazine-600": partial(layouts.magazine, photos=photos, width=600, height=800),
        "mixed-magazine-1240": partial(
            layouts.magazine, photos=photos, width=1240, height=1754, body="liberation-serif"
        ),
        "mixed-magazine-1654": partial(layouts.magazine, photos=photos, width=1654, height=2339),
        "mixed-slide": partial(layouts.slide, photos=photos, width=1280, height=720),
        "mixed-slide-small": partial(layouts.slide, photos=photos, width=800, height=600),
        "mixed-report": partial(layouts.report, photos=photos, width=1000, height=1414),
        "mixed-scan-page": lambda rng: layouts.scan(rng, ink(text.page(rng, 850, 1100, "liberation-serif", 20))),
        "mixed-scan-magazine": lambda rng: layouts.scan(rng, layouts.magazine(rng, photos, 900, 1200), -0.4),
        "mixed-scan-grey": lambda rng: photo.luma(layouts.scan(rng, layouts.report(rng, photos, 800, 1100), 0.2)),
        "mixed-viewer": partial(layouts.viewer, photos=photos, width=1280, height=800),
        "mixed-viewer-hd": partial(layouts.viewer, photos=photos, width=1920, height=1080),
        "mixed-collage": partial(layouts.collage, photos=photos, width=900, height=700, across=3, down=2, gap=12),
        "mixed-contact-sheet": partial(layouts.collage, photos=photos, width=800, height=600, across=8, down=6, gap=6),
        "mixed-letterbox": partial(layouts.framed, photos=photos, width=854, height=480, ground=BLACK, border=62),
        "mixed-white-margin": partial(layouts.framed, photos=photos, width=600, height=800, ground=WHITE, border=190),
        "mixed-magazine-16bit": lambda rng: layouts.magazine(rng, photos, 500, 700).astype(np.uint16) * 257,
        "mixed-magazine-jpeg": lambda rng: secondhand.after_jpeg(layouts.magazine(rng, photos, 600, 800), 75),
        "mixed-magazine-alpha": lambda rng: secondhand.window(layouts.magazine(rng, photos, 500, 700)),
        "mixed-poster": lambda rng: ink(
            text.words_about(rng, 700, 900, "sans-bold", (20, 110)), WHITE, photos.cut(rng, 700, 900)
        ),
        "mixed-photo-in-page": lambda rng: layouts.framed(rng, photos, 1100, 500, (250, 250, 247), 12),
        "mixed-stamp": lambda rng: pasted(
            ink(text.page(rng, 900, 700, "stix", 16)), (photos.cut(rng, 90, 70), 780, 600)
        ),
        "mixed-magazine-grey": lambda rng: photo.luma(layouts.magazine(rng, photos, 700, 900)),
    }


def screens(photos: Photographs) -> dict[str, Callable[[Rng], Page]]:
    return {
        "screen-table": lambda rng: Page(webpages.table(rng), 1280, 800),
        "screen-table-dark": lambda rng: Page(webpages.table(rng, dark=True), 1024, 768),
        "screen-code": lambda rng: Page(webpages.code(rng), 1280, 900),
        "screen-code-dark": lambda rng: Page(webpages.code(rng, dark=True), 1920, 1080),
        "screen-dashboard": lambda rng: Page(webpages.dashboard(rng), 1024, 768),
        "screen-dashboard-dark": lambda rng: Page(webpages.dashboard(rng, dark=True), 1920, 1080),
        "screen-icons": lambda rng: Page(webpages.icons(rng), 1024, 768),
        "screen-icons-dark": lambda rng: Page(webpages.icons(rng, dark=True), 800, 600),
        "screen-article": lambda rng: Page(webpages.article(rng, photos), 1280, 900),
        "screen-article-dark": lambda rng: Page(webpages.article(rng, photos, dark=True), 1024, 768),
        "screen-article-phone": lambda rng: Page(webpages.article(rng, photos), 780, 1560, density=2),
        "screen-shop": lambda rng: Page(webpages.shop(rng, photos), 1366, 768),
        "screen-terminal": lambda rng: Page(webpages.terminal(rng), 800, 600),
        "screen-chat": lambda rng: Page(webpages.chat(rng), 800, 600),
        "screen-chat-dark-2x": lambda rng: Page(webpages.chat(rng, dark=True), 1200, 900, density=2),
        "screen-form": lambda rng: Page(webpages.form(rng), 800, 600),
    }
