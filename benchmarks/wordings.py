"""No input; the wordings that are planted out: leaks known and unseen, refusals, empty replies, additions.

The known leaks are those that users of earlier data sets reported: sources named with a verb of giving. The unseen
ones were written without a look at the check's own list, in families, to measure what it makes of other wordings.
"""

KNOWN_LEAKS = (
    "According to the caption, {clause}",
    "According to the captions, {clause}",
    "Based on the caption, {clause}",
    "Based on the captions, {clause}",
    "As described in the caption, {clause}",
    "As mentioned in the captions, {clause}",
    "The captions mention that {clause}",
    "The caption says that {clause}",
    "Based on the provided captions, {clause}",
    "From the given captions, {clause}",
    "According to the image description, {clause}",
    "Based on the image description, {clause}",
    "Based on the provided information, {clause}",
    "Based on the information provided, {clause}",
    "According to the given information, {clause}",
    "Based on the given bounding boxes, {clause}",
    "According to the bounding boxes, {clause}",
    "Based on the bounding box coordinates, {clause}",
    "From the provided bounding boxes, {clause}",
    "Based on the object information, {clause}",
    "From the provided object information, {clause}",
    "According to the annotations, {clause}",
    "Based on the given coordinates, {clause}",
    "The bounding boxes show that {clause}",
    "The provided coordinates indicate that {clause}",
    "{sentence} This is mentioned in the captions.",
    "{sentence} The color is not specified in the caption.",
    "{sentence} The captions do not provide further details.",
    "{sentence} The bounding box is [0.12, 0.34, 0.56, 0.78].",
    "{sentence} Its bounding box coordinates are provided.",
)
"""``{clause}`` is the reply's first sentence with a small letter, ``{sentence}`` as it is."""

UNSEEN_LEAKS = (
    # the source named by another noun
    "As the annotators note, {clause}",
    "The labels tell us that {clause}",
    "Going by the tags that came with the picture, {clause}",
    "The scene graph lists what is here: {clause}",
    "The five sentences agree that {clause}",
    "In the textual context that I have, {clause}",
    "One of the descriptions has it that {clause}",
    "Per the supplied caption text, {clause}",
    "The detected objects imply that {clause}",
    "The detections include what matters: {clause}",
    "Judging by the region labels, {clause}",
    "My notes on the image say that {clause}",
    "The ground truth has it that {clause}",
    # given to whom
    "From what I was told about the image, {clause}",
    "From the details you shared about the image, {clause}",
    "Using only the text in your message, {clause}",
    "The prompt states that {clause}",
    "As your input says, {clause}",
    "Since the data I was handed says so, {clause}",
    "Following the instructions in the prompt, I can say that {clause}",
    # what is missing
    "{sentence} None of the captions says more about it.",
    "{sentence} The annotation leaves open what happens next.",
    "{sentence} There is nothing about this in the supplied text.",
    "{sentence} No further attributes were listed for this object.",
    "{sentence} That detail isn't part of the description I received.",
    # places as numbers
    "{sentence} It spans from (0.31, 0.22) to (0.74, 0.90).",
    "{sentence} Its box starts at x1=0.31, y1=0.22.",
    "{sentence} It is located at [0.310, 0.220, 0.740, 0.900].",
    "{sentence} The normalized box is 0.31 0.22 0.74 0.90.",
    "{sentence} (box 3, category id 18)",
    # one who reads and reports
    "What I have been given describes this: {clause}",
    "I only know from the text that {clause}",
    "The writer of the first caption notes that {clause}",
    "It is stated in the source text that {clause}",
    "Someone described the photo like this: {clause}",
    "The reference sentences report that {clause}",
    "{sentence} At least, that is how the captioner put it.",
    "{sentence} This can be inferred from the listed objects.",
    "{sentence} I infer this from the list of objects and their positions.",
    "{sentence} The other sentences do not contradict this.",
    "{sentence} The second description adds nothing new.",
    "{sentence} The size of the box suggests that it is close to the camera.",
    "{sentence} The overlap of the two boxes suggests that they touch.",
    "{sentence} As the metadata is limited, more cannot be said.",
    "{sentence} More than this the annotation file does not reveal.",
    "{sentence} The dataset gives no other facts.",
    "{sentence} I was not given the actual pixels, just words.",
    "{sentence} (Source: caption 2)",
    "{sentence} [from caption]",
    # the layout of a prompt
    "Captions: {sentence}",
    "### Response: {sentence}",
    "Objects: person: [0.1, 0.2, 0.3, 0.4]. {sentence}",
    "Context: {sentence}",
    "Assistant: {sentence}",
    "<caption> {sentence} </caption>",
    "Answer: {sentence} Question: What else is there?",
    "User: What is this? GPT: {sentence}",
    "Here is the response in the format that you asked for: {sentence}",
    "Sure! Here is a question and answer pair: {sentence}",
)

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I'm sorry, but I cannot assist with this request.",
    "I am sorry, I cannot answer this question.",
    "Sorry, I can't see the image.",
    "I apologize, but I am unable to view images.",
    "As an AI language model, I cannot see images.",
    "As an AI, I don't have the ability to look at pictures.",
    "I'm unable to provide a description of this image.",
    "I cannot determine this without seeing the image.",
    "I don't have enough information to answer that.",
    "There is not enough information to answer this question.",
    "Unfortunately, no image was provided.",
    "It seems that you forgot to attach the image.",
    "Please provide the image so that I can describe it.",
    "Could you please upload the picture?",
    "I can't view the picture you are referring to.",
    "I am just a text-based model and can't process images.",
    "I'm not able to identify people in images.",
    "I must decline to answer this question.",
    "My apologies, but this is something I can't answer.",
    "As a large language model, I am not able to perceive visual content.",
    "The message is empty.",
    "No input was given.",
    "I do not have access to the photo.",
    "Without access to the image, I cannot tell.",
)

EMPTY = ("", " ", "\n", ".", "...", "…", "-", "N/A", "n/a", "None", "null", "[]", "{}", '""')

ADDITIONS = (
    "There is also {one} in the picture.",
    "{One} can be seen in the background.",
    "In the corner, there is {one} as well.",
    "Close by, you can make out {one}.",
    "{One} is visible too.",
    "The scene also includes {one}.",
    "Nearby, someone has left {one}.",
    "Part of {one} is in the frame.",
)
"""``{one}`` is the thing with its article."""

QUESTIONS = (
    ("Is there {one} in the picture?", False),
    ("Can you see {one} in this image?", False),
    ("Does the photo show {one}?", False),
    ("Are there any {many} in the image?", True),
    ("Do you see any {many} here?", True),
)
"""With whether the question is put in the plural."""
YES = ("Yes.", "Yes, there is.", "Yes, there is {one}.", "Yes, {one} can be seen.", "Yes, the picture shows {one}.")
YES_MANY = ("Yes.", "Yes, there are.", "Yes, at least one {name} can be seen.")
NO = (
    "No.",
    "No, there isn't.",
    "No, there is no {name}.",
    "No, the picture does not show {one}.",
    "No {name} is there.",
)
NO_MANY = ("No.", "No, there aren't.", "No, there are no {many}.", "No, I do not see any {many}.")
DENIALS = (
    "There is no {name} in the picture.",
    "There are no {many} in this scene.",
    "No {name} can be seen.",
    "The picture was taken without any {many} in view.",
    "There isn't a single {name} around.",
)

TOTALS = (
    "There are {number} {many} in total.",
    "{Number} {many} are visible in the image.",
    "In total, there are {number} {many}.",
    "There are {number}.",
    "{Number}.",
    "I count {number} {many}.",
)
TOTALS_ONE = ("There is one {name} in total.", "One {name} is visible in the image.", "There is one.", "One.")
