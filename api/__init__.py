"""HTTP for programs and for people."""
