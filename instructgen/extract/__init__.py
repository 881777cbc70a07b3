"""Extractors: pictures in; text, boxes and frames found in them out. The table says what a block of ``extract`` means."""

TABLE: dict[str, str] = {}
