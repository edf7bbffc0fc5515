"""How well edited copies of pictures are found again, beside other hashes."""
