"""Who says it: from a text to its attributed content, and from sentences to their sources."""

from fentanyl_study.attribution.assign import attribute_sentences
from fentanyl_study.attribution.find import Attribution, find_attributions

__all__ = ["Attribution", "attribute_sentences", "find_attributions"]
