"""Sentences in documents that speak to a chat model instead of a reader."""

import re

COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|prompts?|rules|guidelines|above|previous|prior)\b"
    r"|\b(?:tell|inform|convince|assure|instruct|persuade) (?:the|every|any|all|each) "
    r"(?:users?|readers?|persons?|people|customers?|humans?)\b"
    r"|\b(?:you are (?:now|an?)|act as|pretend to be)\b.{0,30}"
    r"\b(?:assistant|ai|model|bot|chatbot)\b"
    r"|\b(?:system|developer|hidden|secret) (?:prompt|message|instructions?)\b"
    r"|\bas an? (?:ai|assistant|language model)\b"
    r"|^\W*(?:please )?(?:respond|reply|answer|output|print|say|repeat|write)\b.{0,15}"
    r"\b(?:only|exactly|verbatim|with|that|nothing but|the following)\b"
    r"|\b(?:assistant|ai|model|chatbot)s?\b.{0,20}\b(?:must|should|shall|has to|have to)\b"
    r".{0,15}\b(?:say|answer|reply|respond|recommend|output|tell|reveal|print)\b",
    re.IGNORECASE | re.DOTALL,
)


def is_command(text: str) -> bool:
    """Whether the text tells a chat model what to do.

    Such a sentence is kept from the model and backs nothing that it writes. As a quote it stays
    what it is: a sentence of a document. Patterns are a second line: what holds without them is
    that every written sentence needs words that say the same.
    """
    return COMMAND.search(text) is not None
