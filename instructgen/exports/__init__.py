"""Accepted samples in; files as trainers and libraries read them out. One file a format."""
