THOUSAND_SEPARATOR = "\u202f"  # narrow and unbreakable, as the Imprimerie nationale sets it
