"""Run folders in; a page on this machine out, to look at every sample beside its picture and to decide about it."""
