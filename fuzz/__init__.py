"""Fuzzing of what reads texts and files that nobody checked: Markdown, dates, files of data sets. `make fuzz`."""
