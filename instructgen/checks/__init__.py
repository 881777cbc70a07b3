"""A sample and its context in; a verdict out. One rule a class.

``TABLE`` names the checks that a recipe may use. All are pure; those that ask somebody say so by their requests.
"""

TABLE = {
    "shape": "instructgen.checks.shape:ShapeCheck",
    "leaks": "instructgen.checks.leaks:LeaksCheck",
    "refusal": "instructgen.checks.refusal:RefusalCheck",
    "length": "instructgen.checks.length:LengthCheck",
    "repetition": "instructgen.checks.repetition:RepetitionCheck",
    "judge": "instructgen.checks.judge:JudgeCheck",
    "comparison": "instructgen.checks.comparison:ComparisonCheck",
}
