"""Where a language is written otherwise than Django has it."""
