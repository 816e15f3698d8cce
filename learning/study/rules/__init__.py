"""What counts as study time, and how much of it makes an hour. Pure."""
