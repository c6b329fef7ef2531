"""Documents from Git repositories: read out of their objects, never checked out."""
