"""The boxes of a JPEG XL file (ISO/IEC 18181-2), in which the codestream lies beside EXIF and XMP."""

from aecodec.errors import BadInput

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"

Box = tuple[bytes, memoryview]  # kind and content


def boxes(data: bytes | bytearray) -> list[Box]:
    """Kind and content of each box; raises BadInput. A bare codestream is one box of that."""
    view = memoryview(data)
    if data.startswith(CODESTREAM):
        return [(b"jxlc", view)]
    found = []
    at = 0
    while at < len(data):
        size, kind, head = int.from_bytes(view[at : at + 4]), bytes(view[at + 4 : at + 8]), 8
        if size == 1:
            size, head = int.from_bytes(view[at + 8 : at + 16]), 16
        end = at + size if size else len(data)
        if (size and size < head) or end > len(data):
            raise BadInput(f"truncated JPEG XL: box {kind.decode('ascii', 'replace')!r} at byte {at} is not whole")
        found.append((kind, view[at + head : end]))
        at = end
    return found


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content
