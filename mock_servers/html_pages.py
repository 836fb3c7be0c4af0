"""What the pages of the portal and of the mock Entra ID share: how templates are read, the frame and its style."""

from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent


def page_environment(folder: Path) -> jinja2.Environment:
    """The templates of a site; `frame.html` is there for each. Everything is escaped, nothing is silently absent."""
    frame = jinja2.DictLoader({"frame.html": (FOLDER / "frame.html").read_text(encoding="utf-8")})
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder / "templates"), frame]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def static_routes(folder: Path) -> list[BaseRoute]:
    """The files of a site under `/static`, and the style of the frame among them."""
    return [Route("/static/frame.css", _frame_style), Mount("/static", StaticFiles(directory=folder / "static"))]


async def _frame_style(request: Request) -> Response:
    return FileResponse(FOLDER / "frame.css")
