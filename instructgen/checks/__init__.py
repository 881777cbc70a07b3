"""A sample and its context in; a verdict out. One rule a class."""
