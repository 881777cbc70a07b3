"""A run's folder in; whether all that follows from its journal is what lies in it out, and the first difference."""
