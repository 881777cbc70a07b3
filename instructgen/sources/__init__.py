"""Image collections in; contexts out. One file a collection."""
