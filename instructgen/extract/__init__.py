"""Extractors: pictures in; text, boxes and frames in them out. The table says what a block of ``extract`` uses."""

TABLE = {
    "ocr": "instructgen.extract.ocr:OcrExtractor",
    "detect": "instructgen.extract.detect:DetectExtractor",
    "frames": "instructgen.extract.frames:FramesExtractor",
}
