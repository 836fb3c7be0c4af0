"""Lines of files to which several processes append."""

import errno
import os


def append(handle: int, line: str) -> None:
    """Writes the whole line, or raises OSError. The file is opened with O_APPEND: lines of several processes never mix.

    A part is not completed by a second write, since another process may have appended meanwhile. The line break in
    front ends what a full disk may have torn before.
    """
    # A lone surrogate, which JSON may carry in escaped form, has no UTF-8 form.
    content = f"\n{line.rstrip()}\n".encode("utf-8", "backslashreplace")
    if os.write(handle, content) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
