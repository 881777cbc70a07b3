"""A request in; a completion out. One file a way of being answered."""
