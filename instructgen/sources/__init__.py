"""Sources: collections in, contexts out. The table says which class a recipe's ``source.use`` means."""

TABLE = {
    "coco": "instructgen.sources.coco:CocoSource",
    "cc3m": "instructgen.sources.cc3m:Cc3mSource",
    "image_text": "instructgen.sources.image_text:ImageTextSource",
    "llava_json": "instructgen.sources.llava_json:LlavaJsonSource",
    "folder": "instructgen.sources.folder:FolderSource",
    "webdataset": "instructgen.sources.webdataset:WebDatasetSource",
    "hf_dataset": "instructgen.sources.hf_dataset:HfDatasetSource",
}
