"""Accepted samples with their kept columns in; a file or folder that a trainer or library reads out.

Some formats are for people: they take every sample with what it was judged by, and give tasks to decide about.

``TABLE`` names the formats of ``instructgen export``. ``docs/exports.md`` says what each looks like.
"""

TABLE = {
    "llava": "instructgen.exports.llava:LlavaExport",
    "jsonl": "instructgen.exports.jsonl:JsonlExport",
    "sharegpt": "instructgen.exports.sharegpt:SharegptExport",
    "messages": "instructgen.exports.messages:MessagesExport",
    "hf": "instructgen.exports.hf:HfExport",
    "captions": "instructgen.exports.captions:CaptionsExport",
    "label_studio": "instructgen.exports.label_studio:LabelStudioExport",
    "argilla": "instructgen.exports.argilla:ArgillaExport",
}
