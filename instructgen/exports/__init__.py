"""Accepted samples with their kept columns in; a file or folder that a trainer or library reads out.

Some formats are for people: they take every sample with what it was judged by, and give tasks to decide about.

``TABLE`` names the formats of ``instructgen export``. ``docs/exports.md`` says what each looks like.
"""

TABLE = {
    "llava": "instructgen.exports.llava:LlavaExport",
    "jsonl": "instructgen.exports.jsonl:JsonlExport",
    "trl": "instructgen.exports.trl:TrlExport",
    "llama_factory": "instructgen.exports.llama_factory:LlamaFactoryExport",
    "ms_swift": "instructgen.exports.ms_swift:MsSwiftExport",
    "axolotl": "instructgen.exports.axolotl:AxolotlExport",
    "webdataset": "instructgen.exports.webdataset:WebDatasetExport",
    "energon": "instructgen.exports.energon:EnergonExport",
    "hf": "instructgen.exports.hf:HfExport",
    "captions": "instructgen.exports.captions:CaptionsExport",
    "label_studio": "instructgen.exports.label_studio:LabelStudioExport",
    "argilla": "instructgen.exports.argilla:ArgillaExport",
}
