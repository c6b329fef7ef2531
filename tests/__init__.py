"""The tests mirror the tree above them."""
