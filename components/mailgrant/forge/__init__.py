"""What carries a finished report to a pull request: comments, threads, summaries, annotations."""
