"""RapidOCR on painted signs: what it reads, where, and a run with it."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from runs import rows, succeeds, write_recipe

from instructgen.extract.ocr import OcrExtractor
from instructgen.records import Context, Found, Passage

pytestmark = pytest.mark.extras


def sign(*lines: str, turned: int = 0, mode: str = "RGB") -> bytes:
    """Paint lines of text below each other, as a file that is to be turned by its EXIF where ``turned`` is 6."""
    picture = Pillow.new("RGB", (640, 480), "white")
    for number, line in enumerate(lines):
        place = (100, 60 + 120 * number)
        ImageDraw.Draw(picture).text(place, line, fill="black", font=ImageFont.load_default(size=40))
    exif = Pillow.Exif()
    if turned == 6:
        picture = picture.transpose(Pillow.Transpose.ROTATE_90)
        exif[0x0112] = 6
    data = io.BytesIO()
    picture.convert(mode).save(data, "JPEG" if mode == "RGB" else "PNG", exif=exif)
    return data.getvalue()


def passages(extractor: OcrExtractor, data: bytes) -> tuple[Passage, ...]:
    (found,) = extractor.look([data])
    assert isinstance(found, Found)
    return found.passages


@pytest.fixture(scope="module")
def reader() -> OcrExtractor:
    return OcrExtractor()


def test_lines_come_in_reading_order_with_their_boxes(reader: OcrExtractor) -> None:
    first, second = passages(reader, sign("MAIN STREET 42", "no entry"))
    assert (first.kind, first.text, second.text) == ("ocr", "MAIN STREET 42", "no entry")
    assert first.box == pytest.approx((100 / 640, 68 / 480, 410 / 640, 104 / 480), abs=0.03)


@pytest.mark.parametrize(("turned", "mode"), [(6, "RGB"), (0, "P")])
def test_pictures_are_read_upright_and_flattened(reader: OcrExtractor, turned: int, mode: str) -> None:
    (line,) = passages(reader, sign("MAIN STREET 42", turned=turned, mode=mode))
    assert line.text == "MAIN STREET 42"
    assert line.box and line.box[0] == pytest.approx(100 / 640, abs=0.03)


def test_unsure_lines_and_small_ones_are_left_out() -> None:
    data = sign("MAIN STREET 42", "no entry")
    assert not passages(OcrExtractor(min_score=1.0), data)
    (kept,) = passages(OcrExtractor(max_lines=1), data)
    assert kept.text in ("MAIN STREET 42", "no entry")


def test_a_blank_picture_has_nothing_to_read_and_a_broken_one_is_a_fault(reader: OcrExtractor) -> None:
    assert passages(reader, sign("")) == ()
    (fault,) = reader.look([sign("MAIN")[:200]])
    assert getattr(fault, "reason", "") == "bad_image_cut_off"


def test_threads_read_the_same(reader: OcrExtractor) -> None:
    signs = [sign(f"HOUSE {number}") for number in range(3)]
    alone = [passages(reader, data) for data in signs]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda data: passages(reader, data), signs)) == alone


def test_what_the_source_has_read_is_not_read_again(reader: OcrExtractor) -> None:
    read = Context(id="1", row=0, passages=(Passage(kind="ocr", text="MAIN"),))
    assert (reader.looks_at(read), reader.looks_at(Context(id="1", row=0))) == (False, True)


def test_a_run_tells_the_teacher_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "sign.jpg").write_bytes(sign("MAIN STREET 42"))
    (tmp_path / "images" / "sign.txt").write_text("A sign at a corner.\n")
    tree = {
        "source": {"use": "folder", "images": "images"},
        "extract": {"ocr": {}},
        "teacher": {"use": "grounded"},
        "tasks": {"detail": {"use": "prompted", "form": "description"}},
    }
    recipe = write_recipe(tmp_path / "recipe.yaml", tree)
    assert "ocr: MAIN STREET 42" in succeeds("preview", recipe)
    succeeds("run", recipe, "--out", tmp_path / "run")
    (row,) = rows(tmp_path / "run", "contexts")
    assert [(p["kind"], p["text"]) for p in row["passages"]] == [("ocr", "MAIN STREET 42")]
