"""A run in; a dataset on the Hugging Face Hub out: laid out as files, described, sent in one commit."""
