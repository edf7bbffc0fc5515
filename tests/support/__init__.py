"""What the tests share: files of the project's own making, oracles, and the corpus."""
