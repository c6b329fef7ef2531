"""Tests of the HTTP API and its pages, over a real socket where it matters."""
