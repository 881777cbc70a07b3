"""A context and a teacher's replies in; samples out. One file a kind of task."""
