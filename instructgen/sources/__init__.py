"""Sources: collections in, contexts out. The table says which class a recipe's ``source.use`` means."""

TABLE = {
    "coco": "instructgen.sources.coco:CocoSource",
    "image_text": "instructgen.sources.image_text:ImageTextSource",
}
