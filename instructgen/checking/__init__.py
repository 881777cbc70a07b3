"""Anybody's dataset in; what the checks say of it out: ``instructgen check``."""
