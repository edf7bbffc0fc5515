"""Speed, memory and quality, side by side with other tools; nothing imports this package."""
