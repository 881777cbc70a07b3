"""No input; the names of Label Studio's controls that hold what a person decides, for who writes and who reads them."""

DECISION = "decision"
NOTE = "note"
ANSWER = "answer_"
"""An answer's number follows, from 1."""
