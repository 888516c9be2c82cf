"""What kind of file system a folder lies on: databases and locks need one on this machine."""

from __future__ import annotations

import re
from pathlib import Path

_NETWORKS = re.compile(r"(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|lustre|9p|davfs|fuse\..*|fuse|fuseblk)$")
_LOCAL_FUSE = re.compile(r"fuse\.(ext\d|lxcfs|portal|gvfsd-fuse|snapfuse|fuse-overlayfs)$|fuseblk$")
_MOUNTS = Path("/proc/self/mountinfo")


def network_kind(folder: Path, mounts: str | None = None) -> str | None:
    """The network file system that a folder lies on, by its name; None on this machine's own, or where nobody knows.

    Parameters
    ----------
    folder
        An absolute path.
    mounts
        What Linux says of mounts; read from it unless given.
    """
    if str(folder).startswith(("\\\\", "//")):
        return "a share"
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text("utf-8", "replace")
        except OSError:
            return None
    best, kind = "", ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        inside = folder == Path(point) or Path(point) in folder.parents
        if inside and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind if _NETWORKS.match(kind) and not _LOCAL_FUSE.match(kind) else None
