"""Documents and pictures: good ones, and the parts of which hostile ones are made."""

import json
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def document(kind: str = "campaign", **changes: Any) -> dict[str, Any]:
    """Return a document that follows the schema of its kind."""
    words = {"en": "An olive press for three villages", "ar": "معصرة زيتون مشتركة"}
    fields: dict[str, dict[str, Any]] = {
        "campaign": {"title": words, "summary": words, "description": words},
        "milestone": {"title": words},
        "evidence": {"text": words},
        "update": {"title": words, "text": words},
        "profile": {"name": "Συνεταιρισμός Λαδιού", "place": "Σητεία", "about": words},
        "listing": {"title": words, "about": words},
        "offer": {"title": words, "about": words},
        "need": {"text": words},
        "reason": {"text": words},
        "programme": {"title": words, "rule": words},
        "agreement": {"title": words, "rule": words},
    }
    return {"type": kind, **fields[kind], **changes}


def packed(value: Any) -> bytes:
    """Return a document as it is hashed."""
    return json.dumps(value, ensure_ascii=False).encode()


def picture(form: str = "PNG", size: tuple[int, int] = (8, 6), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture of a gradient, without metadata."""
    made = Image.linear_gradient("L").resize(size).convert(mode)
    output = BytesIO()
    made.save(output, form, **options)
    return output.getvalue()


def animated(form: str) -> bytes:
    """Return a picture of two frames."""
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    output = BytesIO()
    frames[0].save(output, form, save_all=True, append_images=frames[1:])
    return output.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, scanlines: bytes, *between: bytes, tail: bytes = b"", packing: int = 9) -> bytes:
    """Return a grey PNG of one byte a pixel with these scanlines, and chunks in front of them."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(scanlines, packing) + tail)
    return SIGNATURE + header + b"".join(between) + pixels + chunk(b"IEND", b"")


def text_chunk() -> PngImagePlugin.PngInfo:
    """Return a comment for a PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "taken at home")
    return info


def exif() -> bytes:
    """Return EXIF that says who took a picture."""
    found = Image.Exif()
    found[0x013B] = "Somebody"
    return bytes(found.tobytes())


def riff_chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a WebP."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(*chunks: bytes) -> bytes:
    """Return a WebP of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def segment(marker: int, data: bytes) -> bytes:
    """Return one segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data
