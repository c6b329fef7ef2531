"""Documents from S3-compatible storage."""
