"""Who says what about fentanyl: from article texts to sentences with a source."""
