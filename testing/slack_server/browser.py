"""Pictures of pages, by a browser that is there anyway."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TALLEST = 4000
_SCALE = 2
_SECONDS = 60
_COLOURS = 64


class NoBrowserError(Exception):
    """No browser is installed that can take pictures."""


def find_browser() -> str:
    """The path of a browser; NoBrowserError if there is none on PATH."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    raise NoBrowserError(
        f"None of {', '.join(BROWSERS)} is on PATH. Install one, for example: apt install chromium"
    )


def take_picture(browser: str, page: Path, picture: Path, width: int = 700) -> None:
    """Write a PNG of an HTML page, as wide as said and as tall as what is on it."""
    with tempfile.TemporaryDirectory() as profile:
        arguments = [
            browser,
            "--headless",
            # The page is our own, and the sandbox does not work for root or in containers.
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--force-device-scale-factor={_SCALE}",
            f"--window-size={width},{_TALLEST}",
            f"--screenshot={picture}",
            page.resolve().as_uri(),
        ]
        subprocess.run(arguments, check=True, capture_output=True, timeout=_SECONDS)
    with Image.open(picture) as taken:
        whole = taken.convert("RGB")
    empty = Image.new("RGB", whole.size, whole.getpixel((whole.width - 1, whole.height - 1)))
    box = ImageChops.difference(whole, empty).getbbox()
    bottom = min(box[3] + 14 * _SCALE, whole.height) if box else whole.height
    cropped = whole.crop((0, 0, whole.width, bottom))
    cropped.quantize(_COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
