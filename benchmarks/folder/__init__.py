"""All JPEGs of a folder become smaller, on all cores: a file for each way of doing it."""
