"""A request in; a completion out. One file a way of being answered."""

TABLE: dict[str, str] = {
    "grounded": "instructgen.teachers.grounded:GroundedTeacher",
    "openai_batch": "instructgen.teachers.openai_batch:OpenAIBatch",
    "openai_chat": "instructgen.teachers.openai_chat:OpenAIChat",
    "scripted": "instructgen.teachers.scripted:Scripted",
    "vllm_server": "instructgen.teachers.vllm_server:VllmServer",
}
"""The shipped teachers by name."""
