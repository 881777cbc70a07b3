"""Tokens in; what they cost out: counted, priced, added up, and held back before they are spent."""
