"""Web pages that need nothing else: templates filled in, with style, scripts and data inside."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup


class Templates:
    """Templates, styles and scripts from folders, the first that has one."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._loader = FileSystemLoader(folders)
        self._environment = Environment(loader=self._loader, autoescape=True, trim_blocks=True)

    def filled(self, template: str, data: dict[str, Any], **given: Any) -> str:
        """The page; `data` is what its script reads."""
        told = Markup(json.dumps(data, allow_nan=False).replace("</", "<\\/"))
        return self._environment.get_template(template).render(data=told, **given)

    def asset(self, *names: str) -> Markup:
        """Style or script of ours, one after the other: nothing of a user's gets into a page unescaped."""
        return Markup("".join(self._loader.get_source(self._environment, name)[0] for name in names))
