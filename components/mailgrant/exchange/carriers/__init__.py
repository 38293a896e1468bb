"""What carries cmdlets to Exchange; each passes the same contract tests."""
