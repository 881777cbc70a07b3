"""A run or judged samples in; the report, one HTML file, out."""
