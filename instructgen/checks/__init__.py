"""A sample and its context in; a verdict out. One rule a class.

``TABLE`` names the checks that a recipe may use. All of these are pure and ask nobody; ``near_duplicates`` and
``agreement`` judge the samples of a finished run by each other.
"""

TABLE = {
    "shape": "instructgen.checks.shape:ShapeCheck",
    "leaks": "instructgen.checks.leaks:LeaksCheck",
    "refusal": "instructgen.checks.refusal:RefusalCheck",
    "length": "instructgen.checks.length:LengthCheck",
    "repetition": "instructgen.checks.repetition:RepetitionCheck",
    "truncation": "instructgen.checks.truncation:TruncationCheck",
    "hedges": "instructgen.checks.hedges:HedgesCheck",
    "language": "instructgen.checks.language:LanguageCheck",
    "safety": "instructgen.checks.safety:SafetyCheck",
    "personal_data": "instructgen.checks.personal_data:PersonalDataCheck",
    "near_duplicates": "instructgen.checks.near_duplicates:NearDuplicatesCheck",
    "agreement": "instructgen.checks.agreement:AgreementCheck",
}
