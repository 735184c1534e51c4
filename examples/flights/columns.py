"""What the model reads."""

CATEGORIES = ["carrier", "origin", "dest"]
NUMBERS = ["distance", "weekday", "hour", "minute"]
TARGET = "late"
