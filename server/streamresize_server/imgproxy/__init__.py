"""imgproxy's URLs: signature, options, source."""
