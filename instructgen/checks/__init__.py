"""A sample and its context in; a verdict out. One rule a class.

``TABLE`` names the checks that a recipe may use: rules, which are pure and ask nobody; those that go over a finished
run, and two that ask a judge.
"""

TABLE = {
    "shape": "instructgen.checks.shape:ShapeCheck",
    "leaks": "instructgen.checks.leaks:LeaksCheck",
    "refusal": "instructgen.checks.refusal:RefusalCheck",
    "length": "instructgen.checks.length:LengthCheck",
    "repetition": "instructgen.checks.repetition:RepetitionCheck",
    "truncation": "instructgen.checks.truncation:TruncationCheck",
    "objects": "instructgen.checks.objects:ObjectsCheck",
    "counts": "instructgen.checks.counts:CountsCheck",
    "positions": "instructgen.checks.positions:PositionsCheck",
    "answer_agreement": "instructgen.checks.answer_agreement:AnswerAgreementCheck",
    "coverage": "instructgen.checks.coverage:CoverageCheck",
    "caption_agreement": "instructgen.checks.caption_agreement:CaptionAgreementCheck",
    "ocr_agreement": "instructgen.checks.ocr_agreement:OcrAgreementCheck",
    "opening": "instructgen.checks.opening:OpeningCheck",
    "hedges": "instructgen.checks.hedges:HedgesCheck",
    "language": "instructgen.checks.language:LanguageCheck",
    "safety": "instructgen.checks.safety:SafetyCheck",
    "personal_data": "instructgen.checks.personal_data:PersonalDataCheck",
    "near_duplicates": "instructgen.checks.near_duplicates:NearDuplicatesCheck",
    "duplicate_images": "instructgen.checks.duplicate_images:DuplicateImagesCheck",
    "contamination": "instructgen.checks.contamination:ContaminationCheck",
    "faces": "instructgen.checks.faces:FacesCheck",
    "nudity": "instructgen.checks.nudity:NudityCheck",
    "agreement": "instructgen.checks.agreement:AgreementCheck",
    "judge": "instructgen.checks.judge:JudgeCheck",
    "comparison": "instructgen.checks.comparison:ComparisonCheck",
}
