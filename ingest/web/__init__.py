"""Documents from the web: single pages, and sites by their sitemap or by following links."""
