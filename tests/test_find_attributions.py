"""Tests of attribution.find_attributions on sentences of our own."""

from fentanyl_study.attribution import find_attributions


def test_direct_and_indirect_speech_have_their_sources():
    found = find_attributions("“No,” said Li Wei. The ministry said it agreed.")
    assert [(a.speaker, a.kind) for a in found] == [("Li Wei", "direct"), ("The ministry", "indirect")]
