"""Annotated images in; instruction-tuning data for large multimodal models out."""

__version__ = "0.1.0"
