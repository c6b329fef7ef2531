"""Tests that run the product as its users do."""
