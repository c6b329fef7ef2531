"""Know how good it is."""
