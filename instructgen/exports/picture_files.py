"""Pictures that a dataset brings along or names by path in; their files in its folder, byte for byte, out."""

from pathlib import Path, PurePosixPath
from typing import Literal

from ..errors import RequestRefused, SetupError
from ..pictures.archives import places_to_part
from ..pictures.header import read_header
from ..pictures.images import locate, need_inside
from ..records import Image, Sample
from .folders import DatasetFolder
from .rows import RowsExport


class PathsExport(RowsExport):
    """What every format that names pictures by path, and can bring the files along, lets the user choose."""

    images: Literal["none", "copy", "link"] = "none"
    """``none``: paths relative to the images folder, and no files; ``copy`` and ``link``: each picture as it is, or a
    symbolic link to it, in ``images/`` of the dataset's folder, and paths relative to that folder."""
    prefix: str = ""
    """What stands before each picture's path, where the trainer's images folder is one above (``coco/train2017/``) or
    the trainer wants whole paths (``/data/mine/``). A picture that has only a URL keeps it."""

    def paths(self, sample: Sample, folder: DatasetFolder | None) -> list[str]:
        """Give each picture's path as it stands in the row; files go into ``folder`` where they are wanted."""
        names = zip(self.image_names(sample), sample.images, strict=True)
        return [self._path(sample.id, image, name, folder) for name, image in names]

    def _path(self, sample: str, image: Image, name: str, folder: DatasetFolder | None) -> str:
        if folder is None or self.images == "none":
            if name == image.path and self._root and inside_archive(self._root, image):
                raise SetupError(
                    f"sample {sample}: the picture {name!r} lies inside an archive, which trainers do not open; export"
                    " to a folder with --images copy"
                )
            return self.prefix + name if name == image.path else name
        path = PurePosixPath("images", self.need_file(sample, image))
        if self.images == "link":
            self._link(sample, image, str(path), folder)
        elif path.suffix and not folder.holds(str(path)):
            folder.put(str(path), self.picture_bytes(sample, image))
        elif not path.suffix:  # the row of a table: what the picture is, only its bytes tell
            data = self.picture_bytes(sample, image)
            path = path.with_suffix(ending(data))
            if not folder.holds(str(path)):
                folder.put(str(path), data)
        return f"{self.prefix}{path}"

    def _link(self, sample: str, image: Image, path: str, folder: DatasetFolder) -> None:
        try:
            place = locate(self._root, image)
            need_inside(self._root, image)
        except RequestRefused as refused:
            raise SetupError(f"sample {sample}: its picture cannot be read ({refused.detail})") from None
        if place.inner:
            raise SetupError(
                f"sample {sample}: the picture {image.path!r} lies inside an archive, and nothing can link there; "
                "export with --images copy"
            )
        if not folder.holds(path):
            folder.link(path, place.file)


def inside_archive(root: Path, image: Image) -> bool:
    """Tell whether a picture is a member of an archive below the images folder."""
    return any(places_to_part(image.path or "")) and bool(locate(root, image).inner)


_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}


def ending(data: bytes, name: str = "") -> str:
    """Give the ending of a picture's file, by its content; of one that is not known, as ``name`` has it, or none."""
    header = read_header(data)
    return _ENDINGS[header.format] if header else PurePosixPath(name).suffix.lower()
