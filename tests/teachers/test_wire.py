"""Completions as servers of all kinds write them in; their text and finish out, whatever else is odd about them."""

import pytest

from instructgen.teachers.wire import read_outcome


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":null}}',
        b'{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":3.5,"completion_tokens":7.0}}',
        b'{"id":5,"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}',
        b'{"choices":[{"message":{"content":"x","reasoning":{"steps":1}},"finish_reason":"stop"}]}',
        b'{"choices":[{"message":{"content":"x"}}],"usage":{"completion_tokens_details":{"reasoning_tokens":null}}}',
    ],
)
def test_what_was_answered_is_taken_however_odd_the_rest_is(body: bytes) -> None:
    outcome = read_outcome(body)
    assert (outcome.text, outcome.finish_within(None), outcome.thoughts) == ("x", "stop", None)


@pytest.mark.parametrize(
    ("reason", "usage", "most", "finish"),
    [
        (b"null", b'{"completion_tokens":20}', 20, "length"),
        (b"null", b'{"completion_tokens":19}', 20, "stop"),
        (b"null", b'{"completion_tokens":20}', None, "stop"),
        (b"null", b"null", 20, "stop"),
        (b'"stop"', b'{"completion_tokens":20}', 20, "stop"),
    ],
)
def test_a_reply_as_long_as_allowed_was_cut_where_the_server_does_not_say(
    reason: bytes, usage: bytes, most: int | None, finish: str
) -> None:
    body = b'{"choices":[{"message":{"content":"x"},"finish_reason":%b}],"usage":%b}' % (reason, usage)
    assert read_outcome(body).finish_within(most) == finish


@pytest.mark.parametrize("message", [b"", b'"message":null,', b'"message":{},'])
def test_a_content_filter_may_leave_no_message(message: bytes) -> None:
    outcome = read_outcome(b'{"choices":[{%b"finish_reason":"content_filter"}]}' % message)
    assert (outcome.text, outcome.finish) == ("", "content_filter")


@pytest.mark.parametrize("body", [b"{}", b'{"choices":[]}', b'{"choices":[{}]}', b"<html>", b'{"error":"busy"}'])
def test_what_is_no_completion_is_not_taken(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_outcome(body)
