"""Several sizes and a perceptual hash from one JPEG: a file for each way of doing it."""
