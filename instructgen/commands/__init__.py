"""What a user can type, one function a command: arguments and options in, a library call, its result said.

``cli.py`` puts them together in the order of the help.
"""
