"""Who says it: from a text to its attributed content, each piece with its source."""

from fentanyl_study.attribution.find import Attribution, find_attributions

__all__ = ["Attribution", "find_attributions"]
