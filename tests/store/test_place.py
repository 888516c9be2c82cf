from __future__ import annotations

from pathlib import Path

import pytest

from kling_widget.store.file_system import network_kind

MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:44 / /home/me/team rw - nfs4 server:/team rw
24 22 0:45 / /content/drive rw - fuse.drive drive rw
25 22 0:46 / /home/me/team/own rw - tmpfs tmpfs rw
26 22 0:47 / /mnt/with\\040space rw - cifs //server/share rw
27 22 0:48 / /mnt/disk rw - fuseblk /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/me/kling_library", None),
        ("/home/me/team", "nfs4"),
        ("/home/me/team/kling_library", "nfs4"),
        ("/home/me/teams", None),
        ("/home/me/team/own/kling_library", None),
        ("/content/drive/MyDrive/kling_library", "fuse.drive"),
        ("/mnt/with space/kling_library", "cifs"),
        ("/mnt/disk/kling_library", None),
    ],
)
def test_a_folder_on_a_network_is_noticed(folder: str, kind: str | None) -> None:
    assert network_kind(Path(folder), MOUNTS) == kind


def test_this_machine_s_own_folders_are_not_called_networks(tmp_path: Path) -> None:
    assert network_kind(tmp_path) is None
