"""A picture's path in, also one that goes on inside a tar, Parquet or Arrow file; its bytes, size, or fit copy out."""
