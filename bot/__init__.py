"""Discord and Slack."""
