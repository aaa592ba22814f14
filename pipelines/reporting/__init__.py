"""What a reader gets, made from protected figures alone: ranges, gaps and verdicts, words and pages. Hiding belongs to disclosure."""
