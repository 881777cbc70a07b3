"""A context and a teacher's replies in; samples out. One file a kind of task."""

TABLE = {
    "prompted": "instructgen.tasks.prompted:PromptedTask",
    "recaption": "instructgen.tasks.recaption:RecaptionTask",
}
"""Tasks by the name that a recipe's ``use`` gives."""
